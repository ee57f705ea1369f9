import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, type RunResult } from '../../support/run.js';
import { tempDir } from '../../support/temp-dir.js';

/** A shell that `docs/formats.md` names: how a clean one is started, without anybody's start-up files. */
export interface Shell {
  readonly name: string;
  readonly start: readonly string[];
  /** Prints the names of the variables that it declares integer, read-only, array or special. */
  readonly lists: string;
}

// ksh93 and mksh print `NAME`, `NAME=value` or `NAME[0]=value`.
const BY_TYPESET = 'typeset -i; typeset -r; readonly';

// By its module; what is set in the environment alone becomes special only then.
const BY_PARAMETERS = `
  export TERM=x TERMINFO=x TERMINFO_DIRS=x LANG=C LC_ALL=C LC_CTYPE=C LC_COLLATE=C LC_TIME=C LC_NUMERIC=C LC_MESSAGES=C
  zmodload zsh/parameter zsh/zleparameter zsh/sched zsh/datetime zsh/system zsh/terminfo zsh/termcap zsh/langinfo zsh/watch
  for k in \${(k)parameters}; do
    case \${parameters[$k]} in *integer*|*readonly*|*special*|*array*|*association*) print -r -- $k;; esac
  done`;

const BY_ATTRIBUTES =
  'for n in $(compgen -v); do case "${!n@a}" in *[irAa]*) printf "%s\\n" "$n";; esac; done';

export const SHELLS: readonly Shell[] = [
  { name: 'bash', start: ['bash', '--norc', '--noprofile'], lists: BY_ATTRIBUTES },
  { name: 'dash', start: ['dash'], lists: 'readonly' },
  { name: 'zsh', start: ['zsh', '-f'], lists: BY_PARAMETERS },
  { name: 'ksh93', start: ['ksh93'], lists: BY_TYPESET },
  { name: 'mksh', start: ['mksh'], lists: BY_TYPESET },
  { name: 'busybox', start: ['busybox', 'sh'], lists: 'readonly' },
];

const ABSENT = SHELLS.filter(({ start: [command = '', ...rest] }) => {
  return spawnSync(command, [...rest, '-c', ':'], { stdio: 'ignore' }).status !== 0;
});

/** The shells of this machine. */
export const SHELLS_HERE = SHELLS.filter((shell) => !ABSENT.includes(shell));

/**
 * Says which shells could not be run.
 *
 * @throws Error under `CI=true` on Linux, where `.ci/run` installs every one; elsewhere some can't be had
 */
export function tellAbsentShells(): void {
  if (ABSENT.length === 0) return;
  const what = `not run in ${ABSENT.map(({ name }) => name).join(', ')}: not installed`;
  if (process.env['CI'] === 'true' && process.platform === 'linux') throw new Error(what);
  process.stderr.write(`\nTHE EXPORT FOR SHELLS WAS ${what}\n`);
}

/** Runs a script in a clean shell; what it prints may be values. */
export function runScript(shell: Shell, script: string | Uint8Array): Promise<RunResult> {
  const file = join(tempDir(), 'script.sh');
  writeFileSync(file, script);
  const env = {
    LC_ALL: 'C.UTF-8',
    ENV: undefined,
    BASH_ENV: undefined,
    COLUMNS: undefined,
    LINES: undefined,
  };
  return run([...shell.start, file], { env, stdoutIsData: true, timeout: 60_000 });
}
