import { quote } from '../../text/printable.js';
import { authorOf, byOption } from '../steps/author.js';
import type { CommandArguments } from '../arguments/options.js';
import type { Command } from '../command.js';
import { forEachName } from '../steps/each-name.js';
import type { Session } from '../session.js';

export const command: Command = {
  usage: 'undelete NAME…',
  about: `Brings deleted secrets back: the last value of each becomes its newest version again. What
was destroyed does not come back.`,
  options: [byOption('The new version:')],
  examples: [
    ['lazy list --deleted', 'what could be brought back'],
    ['lazy undelete api_key', 'there again'],
  ],
  namesDeleted: true,
  operands: [1, Infinity],
  run: undelete,
};

async function undelete(args: CommandArguments, session: Session): Promise<void> {
  const by = await authorOf(args, session);
  session.looksForDeleted = true;
  const store = await session.open('wraps');
  await forEachName(args.operands, 'undelete', session, async (name) => {
    const { version } = await store.undelete(name, { by, signal: session.signal });
    return { sealed: `brought back ${quote(name)} as version ${version}`, store };
  });
}
