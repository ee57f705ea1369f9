import { isatty } from 'node:tty';
import { quote } from '../../record.js';
import type { Command, CommandArguments } from '../command.js';
import { fieldOf } from '../field.js';
import { pathOf, writePrivateFile } from '../files.js';
import { writeOut } from '../output.js';
import type { Session } from '../session.js';

const WHAT = 'Which value, and where to:';
const NEWLINE = 0x0a;

export const command: Command = {
  usage: 'get NAME',
  about: `Writes the value of a secret to stdout, byte for byte and nothing else; on a terminal
with a line break after it.`,
  options: [
    { name: 'version', letter: 'v', takes: 'N', about: 'this version instead of the newest', group: WHAT },
    {
      name: 'field',
      takes: 'FIELD',
      about: 'one member of a JSON object (a.b: a member of a member)',
      group: WHAT,
    },
    {
      name: 'output',
      letter: 'o',
      takes: 'FILE',
      about: 'into a file that only you can read (0600)',
      group: WHAT,
    },
  ],
  examples: [
    ['lazy get db_credentials', 'the newest version'],
    ['lazy get db_credentials --field password', 'one field of a JSON value'],
    ['lazy get -v 3 db_credentials', 'an older version; lazy history lists them'],
    ['lazy get tls/key -o server.key', 'into a file, whole or not at all'],
  ],
  operands: [1, 1],
  run: get,
};

async function get(args: CommandArguments, session: Session): Promise<void> {
  const [name = ''] = args.operands;
  const output = args.text('output');
  const path = output === undefined || output === '-' ? undefined : pathOf(output, session.cwd);
  const store = await session.open('opens');
  session.doing = `get ${quote(name)}`;
  const secret = await store.get(name, { signal: session.signal, version: args.text('version') });
  const field = args.text('field');
  const value = field === undefined ? secret.bytes() : Buffer.from(fieldOf(secret, field));
  if (path !== undefined) return writePrivateFile(path, value);
  await writeOut(value);
  if (isatty(1) && value.at(-1) !== NEWLINE) await writeOut('\n');
}
