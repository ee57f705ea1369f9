import { parseName } from '../../record/names.js';
import { quote } from '../../text/printable.js';
import { authorOf, byOption } from '../steps/author.js';
import type { CommandArguments } from '../arguments/options.js';
import type { Command } from '../command.js';
import { caution } from '../io/caution.js';
import { json, writeOut } from '../io/streams.js';
import { pairsOf } from '../arguments/pairs.js';
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
    { name: 'if-absent', about: 'only if there is no such secret', group: VERSION },
    { name: 'skip-unchanged', about: 'not if the newest version holds this value already', group: VERSION },
    {
      name: 'comment',
      letter: 'c',
      takes: 'TEXT',
      about: 'a note that history shows; not secret',
      group: VERSION,
    },
    {
      name: 'tag',
      takes: 'NAME=VALUE',
      about: 'kept with it; not secret; may be repeated',
      group: VERSION,
      many: true,
    },
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
  const tags = args.has('tag') ? pairsOf('tag', args.all('tag')) : undefined;
  const { format } = (await session.config()).settings;
  const version = format === 'credstash' ? args.text('version') : readPositiveInteger(args, 'version');
  // A bad name is refused before the prompt, so that nobody types a value in vain.
  if (format === 'native') parseName(name);
  const by = await authorOf(args, session);
  const value = await readValue({ args, cwd: session.cwd, signal: session.signal });
  const store = await session.open('wraps');
  session.doing = `put ${quote(name)}`;
  const made = await store.put(name, value, {
    signal: session.signal,
    version,
    ifVersion,
    ifAbsent: args.has('if-absent'),
    skipUnchanged: args.has('skip-unchanged'),
    comment: args.text('comment'),
    tags,
    digest: args.text('digest'),
    by,
  });
  const which = `${quote(name)}${made.version === '' ? '' : ` version ${made.version}`}`;
  if (made.unchanged === true) session.talk(`unchanged ${which} in ${store.location}`);
  else await session.tellSealed(`stored ${which}`, store);
  if (made.unchanged !== true) caution(format, (line) => session.talk(line));
  if (args.has('json')) await writeOut(json(made));
}
