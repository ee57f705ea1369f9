import { hostname, userInfo } from 'node:os';
import { LazycredError } from '../../errors.js';
import { parseName, quote } from '../../record.js';
import { usage } from '../args.js';
import type { Command, CommandArguments } from '../command.js';
import type { Session } from '../session.js';
import { readValue } from '../value.js';

const VALUE = 'Where the value comes from:';
const VERSION = 'The new version:';

export const command: Command = {
  usage: 'put NAME [VALUE]',
  about: `Stores a value as the next version of a secret, encrypted here, and says on stderr
where it went. Older versions stay.

The value is VALUE, or the bytes of a file (@FILE), or stdin ("-", or no VALUE and
something piped in), or what you type at a hidden prompt. Other users of this
machine can see arguments while a command runs, and your shell remembers them:
prefer stdin, a file or the prompt.`,
  options: [
    { name: 'value', takes: 'VALUE', about: 'exactly this, whatever it looks like', group: VALUE },
    { name: 'file', letter: 'f', takes: 'FILE', about: 'the bytes of this file ("-": stdin)', group: VALUE },
    { name: 'trim', about: 'without one line break at the end', group: VALUE },
    {
      name: 'if-version',
      takes: 'N',
      about: 'only if N is the newest version; 0: if there never was one',
      group: VERSION,
    },
    { name: 'if-absent', about: 'only if there is no such secret', group: VERSION },
    {
      name: 'comment',
      letter: 'c',
      takes: 'TEXT',
      about: 'a note that history shows; not secret',
      group: VERSION,
    },
    {
      name: 'by',
      takes: 'WHO',
      about: 'who made it; not secret (LAZYCRED_BY, or user@host)',
      group: VERSION,
    },
  ],
  conflicts: [
    ['value', 'file'],
    ['if-version', 'if-absent'],
  ],
  examples: [
    ['lazy put db_credentials < creds.json', 'from a file'],
    ['lazy put db_credentials @creds.json', 'the same'],
    ['openssl rand -base64 24 | lazy put --trim api_key', 'from a pipe, without the line break'],
    ['lazy put api_key', 'typed at a hidden prompt'],
    ['lazy put --if-absent port 5432', 'only if there is none yet'],
  ],
  operands: [1, 2],
  run: put,
};

async function put(args: CommandArguments, session: Session): Promise<void> {
  const [name = ''] = args.operands;
  const ifVersion = versionOf(args.text('if-version'));
  const { format } = (await session.config()).settings;
  // Before anybody types a value in vain.
  if (format === 'native') parseName(name);
  if (format === 'lazycred' && args.has('by')) {
    throw new LazycredError('ERR_UNSUPPORTED', 'the lazycred format keeps no author', {
      hint: 'format: native does',
    });
  }
  const value = await readValue({ args, cwd: session.cwd, signal: session.signal });
  const store = await session.open('wraps');
  session.doing = `put ${quote(name)}`;
  const { version } = await store.put(name, value, {
    signal: session.signal,
    ifVersion,
    ifAbsent: args.has('if-absent'),
    comment: args.text('comment'),
    by: format === 'lazycred' ? undefined : (args.text('by') ?? author(session.env)),
  });
  const under = store.keyLabels.length === 0 ? '' : ` under ${store.keyLabels.join(', ')}`;
  session.talk(
    `stored ${quote(name)}${version === '' ? '' : ` version ${version}`} in ${store.location}${under}`,
  );
}

function versionOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const n = /^(?:0|[1-9][0-9]{0,15})$/u.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(n)) throw usage('--if-version takes a version, an integer from 1, or 0 for none');
  return n;
}

/** `user@host`, as far as this system knows them. */
function author(env: NodeJS.ProcessEnv): string {
  const given = env['LAZYCRED_BY'] ?? '';
  return given === '' ? `${userName(env)}@${hostname()}` : given;
}

function userName(env: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username;
  } catch {
    // In a container whose user has no entry in /etc/passwd.
    return env['USER'] ?? env['LOGNAME'] ?? String(process.getuid?.() ?? 'unknown');
  }
}
