import { badKey, holdsNul, type Writer } from '../writer.js';

/** A variable's name in a POSIX shell: XBD 3.216. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * What bash (5.2) won't set, sets with a complaint, or gives back as something else: read-only and
 * computed variables, each tried, of its manual's "Bash Variables". It takes some of them as
 * arithmetic, which runs commands: `export RANDOM='a[$(…)]'`.
 */
const BASH_OWN: ReadonlySet<string> = new Set([
  '_',
  'BASHOPTS',
  'BASHPID',
  'BASH_ALIASES',
  'BASH_ARGC',
  'BASH_ARGV',
  'BASH_CMDS',
  'BASH_COMMAND',
  'BASH_COMPAT',
  'BASH_LINENO',
  'BASH_SOURCE',
  'BASH_SUBSHELL',
  'BASH_VERSINFO',
  'BASH_XTRACEFD',
  'DIRSTACK',
  'EPOCHREALTIME',
  'EPOCHSECONDS',
  'EUID',
  'FUNCNAME',
  'GROUPS',
  'HISTCMD',
  'LINENO',
  'OPTIND',
  'PIPESTATUS',
  'PPID',
  'RANDOM',
  'SECONDS',
  'SHELLOPTS',
  'SRANDOM',
  'UID',
]);

/** `export KEY='value'`: between single quotes a shell leaves everything as it is, line breaks too. */
export const shellWriter: Writer = {
  refuse: ({ key, text }) => {
    if (!NAME.test(key)) return badKey('may hold only letters, digits and "_", no digit first');
    if (BASH_OWN.has(key)) return badKey('bash keeps for itself');
    return holdsNul(text);
  },
  write: (pairs) =>
    pairs.map(({ key, text }) => `export ${key}='${text.replaceAll("'", "'\\''")}'\n`).join(''),
};
