import { isatty } from 'node:tty';
import { isGlob } from '../../text/glob.js';
import { isLazycredError } from '../../errors.js';
import type { Store } from '../../index.js';
import { quote } from '../../text/printable.js';
import { usage } from '../arguments/parse.js';
import type { CommandArguments } from '../arguments/options.js';
import type { Command } from '../command.js';
import { fieldOf } from '../../references/field.js';
import { pathOf, writePrivateFile } from '../io/files.js';
import { ALLOW_EMPTY } from '../steps/nothing-found.js';
import { plainSecret } from '../steps/plain-secret.js';
import { readMany, wanted } from '../steps/read-many.js';
import { json, writeOut } from '../io/streams.js';
import type { Session } from '../session.js';

const WHAT = 'Which value, and where to:';
const MANY = 'Several:';
const NEWLINE = 0x0a;

export const command: Command = {
  usage: 'get NAME…',
  about: `Writes the value of a secret to stdout, byte for byte and nothing else; on a terminal
with a line break after it.

Several names, or a pattern ('prod/*'), give one JSON object, name to value: all of
them, or an error that names each that failed.`,
  options: [
    { name: 'version', letter: 'v', takes: 'N', about: 'this version instead of the newest', group: WHAT },
    {
      name: 'field',
      takes: 'FIELD',
      about: 'one member of a JSON object (a.b: a member of a member)',
      group: WHAT,
    },
    {
      name: 'default',
      takes: 'VALUE',
      about: 'this where there is no such secret, version or field, instead of a failure',
      group: WHAT,
    },
    {
      name: 'output',
      letter: 'o',
      takes: 'FILE',
      about: 'into a file that only you can read (0600)',
      group: WHAT,
    },
    {
      name: 'json',
      about: '{name, version, created, by, comment, tags, value}, or an array of these',
      group: WHAT,
    },
    { name: 'format', takes: 'FORMAT', about: 'yaml, dotenv, …, as "lazy export" writes them', group: MANY },
    { name: 'literal', about: 'take NAME as it is where it looks like a pattern', group: MANY },
    ALLOW_EMPTY,
  ],
  conflicts: [
    ['format', 'version'],
    ['format', 'field'],
    ['json', 'format'],
    ['json', 'field'],
    ['json', 'default'],
  ],
  examples: [
    ['lazy get db_credentials', 'the newest version'],
    ['lazy get db_credentials --field password', 'one field of a JSON value'],
    ['lazy get -v 3 db_credentials', 'an older version'],
    ['lazy get log_level --default info', 'or info, where there is none'],
    ['lazy get tls/key -o server.key', 'into a file, whole or not at all'],
    ["lazy get 'prod/*'", 'several, as one JSON object'],
  ],
  operands: [1, Infinity],
  run: get,
};

async function get(args: CommandArguments, session: Session): Promise<void> {
  const { operands } = args;
  const isPattern = !args.has('literal') && operands.some(isGlob);
  if (operands.length === 1 && !isPattern && !args.has('format')) return getOne(args, session);
  const one = ['version', 'field', 'default'].find((option) => args.has(option));
  if (one !== undefined) throw usage(`--${one} goes with one name`);
  await getMany(args, session);
}

async function getOne(args: CommandArguments, session: Session): Promise<void> {
  const [name = ''] = args.operands;
  const path = outputPath(args, session);
  const store = await session.open('opens');
  session.doing = `get ${quote(name)}`;
  const value = await valueOrDefault(store, name, args, session);
  if (path !== undefined) return writePrivateFile(path, value);
  await writeOut(value);
  if (isatty(1) && value.at(-1) !== NEWLINE) await writeOut('\n');
}

/** The value, its field, or all of the secret as JSON; what `--default` gives where there is none. */
async function valueOrDefault(
  store: Store,
  name: string,
  args: CommandArguments,
  session: Session,
): Promise<Uint8Array> {
  try {
    const secret = await store.get(name, { signal: session.signal, version: args.text('version') });
    if (args.has('json')) return Buffer.from(json(plainSecret(secret)));
    const field = args.text('field');
    return field === undefined ? secret.bytes() : Buffer.from(fieldOf(secret, field));
  } catch (e) {
    const fallback = args.text('default');
    if (fallback !== undefined && isLazycredError(e, 'ERR_NOT_FOUND')) return Buffer.from(fallback);
    throw e;
  }
}

async function getMany(args: CommandArguments, session: Session): Promise<void> {
  const { exportFormat, writeExport } = await import('../steps/write-export.js');
  const format = exportFormat(args.text('format'));
  const path = outputPath(args, session);
  const store = await session.open('opens');
  session.doing = 'get the secrets';
  const secrets = await readMany(store, wanted(args, 'names'), session);
  if (args.has('json')) {
    const text = Buffer.from(json([...secrets.values()].map(plainSecret)));
    return path === undefined ? writeOut(text) : writePrivateFile(path, text);
  }
  // Each key is the secret's name, so that who asked for prod/db finds the value under prod/db.
  await writeExport(secrets, { format }, path, session);
}

function outputPath(args: CommandArguments, session: Session): string | undefined {
  const output = args.text('output');
  return output === undefined || output === '-' ? undefined : pathOf(output, session.cwd);
}
