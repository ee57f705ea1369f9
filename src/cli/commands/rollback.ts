import { quote } from '../../text/printable.js';
import { authorOf, byOption } from '../steps/author.js';
import type { CommandArguments } from '../arguments/options.js';
import type { Command } from '../command.js';
import { caution } from '../io/caution.js';
import type { Session } from '../session.js';

export const command: Command = {
  usage: 'rollback NAME VERSION',
  about: `Makes the value of an older version the newest again, as a new version with the same
comment and tags. Nothing is lost: what was newest stays as a version.`,
  options: [byOption('The new version:')],
  examples: [
    ['lazy history db_credentials', 'which versions there are'],
    ['lazy rollback db_credentials 3', 'the value of version 3 again'],
  ],
  operands: [2, 2],
  run: rollback,
};

async function rollback(args: CommandArguments, session: Session): Promise<void> {
  const [name = '', version = ''] = args.operands;
  const by = await authorOf(args, session);
  const store = await session.open('wraps');
  session.doing = `roll back ${quote(name)}`;
  const made = await store.rollback(name, version, { by, signal: session.signal });
  await session.tellSealed(`stored ${quote(name)} version ${made.version}, the value of ${version},`, store);
  const { format } = (await session.config()).settings;
  caution(format, (line) => session.talk(line));
}
