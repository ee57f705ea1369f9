import { authorOf, byOption } from '../steps/author.js';
import type { CommandArguments } from '../arguments/options.js';
import type { Command } from '../command.js';
import { forEachName } from '../steps/each-name.js';
import { quote } from '../../text/printable.js';
import type { Session } from '../session.js';

export const command: Command = {
  usage: 'delete NAME…',
  about: `Deletes secrets so that they can be brought back: "get" answers that there is none, and
"undelete" undoes it. The values stay, as older versions; "destroy" removes them.`,
  options: [byOption('Who did it:')],
  examples: [
    ['lazy delete api_key', 'not there any more'],
    ['lazy list --deleted', 'what could be brought back'],
    ['lazy undelete api_key', 'there again'],
  ],
  operands: [1, Infinity],
  run: remove,
};

async function remove(args: CommandArguments, session: Session): Promise<void> {
  const by = await authorOf(args, session);
  const store = await session.open('nothing');
  await forEachName(args.operands, 'delete', session, async (name) => {
    const { version } = await store.delete(name, { by, signal: session.signal });
    return `deleted ${quote(name)}, now at version ${version}, in ${store.location}`;
  });
}
