import { parseName } from '../../record/names.js';
import { quote } from '../../text/printable.js';
import { byOption } from '../steps/author.js';
import { commentOption, ifAbsentOption, keptWith, tagOption, tellStored } from '../steps/new-version.js';
import type { CommandArguments } from '../arguments/options.js';
import type { Command } from '../command.js';
import { json, writeOut } from '../io/streams.js';
import type { Session } from '../session.js';
import { readValue } from '../io/value.js';
import { readPositiveInteger } from '../arguments/numbers.js';

const VALUE = 'Where the value comes from:';
const VERSION = 'The new version:';
const OR_NONE = 'a version, an integer from 1, or 0 for none';

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
      name: 'version',
      letter: 'v',
      takes: 'N',
      about: 'exactly this one, which must come after the newest (credstash: any text)',
      group: VERSION,
    },
    {
      name: 'if-version',
      takes: 'N',
      about: 'only if N is the newest version; 0: if there never was one',
      group: VERSION,
    },
    ifAbsentOption(VERSION),
    { name: 'skip-unchanged', about: 'not if the newest version holds this value already', group: VERSION },
    commentOption(VERSION),
    tagOption(VERSION),
    { name: 'digest', takes: 'HASH', about: 'of a credstash record: SHA256 …', group: VERSION },
    byOption(VERSION),
    {
      name: 'json',
      about: '{name, version} on stdout, and "unchanged" where nothing was written',
      group: 'Output:',
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
  const ifVersion = args.text('if-version') === '0' ? 0 : readPositiveInteger(args, 'if-version', OR_NONE);
  const { format } = (await session.config()).settings;
  const version = format === 'credstash' ? args.text('version') : readPositiveInteger(args, 'version');
  // A bad name is refused before the prompt, so that nobody types a value in vain.
  if (format === 'native') parseName(name);
  const kept = await keptWith(args, session);
  const value = await readValue({ args, cwd: session.cwd, signal: session.signal });
  const store = await session.open('wraps');
  session.doing = `put ${quote(name)}`;
  const made = await store.put(name, value, {
    signal: session.signal,
    version,
    ifVersion,
    ifAbsent: args.has('if-absent'),
    skipUnchanged: args.has('skip-unchanged'),
    digest: args.text('digest'),
    ...kept,
  });
  await tellStored(name, made, { store }, session);
  if (args.has('json')) await writeOut(json(made));
}
