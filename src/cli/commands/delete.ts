import { authorOf, byOption } from '../steps/author.js';
import type { CommandArguments } from '../arguments/options.js';
import type { Command } from '../command.js';
import { forEachName } from '../steps/each-name.js';
import { quote } from '../../text/printable.js';
import type { Session } from '../session.js';
import { confirmMany, YES } from '../steps/confirm.js';
import { ALLOW_EMPTY } from '../steps/nothing-found.js';
import { namesOf, wanted } from '../steps/read-many.js';
import { isGlob } from '../../text/glob.js';
import type { Store } from '../../index.js';

export const command: Command = {
  usage: 'delete NAME|GLOB…',
  about: `Deletes secrets so that they can be brought back: "get" answers that there is none, and
"undelete" undoes it. The values stay, as older versions; "destroy" removes them.

For a GLOB it shows what matches and asks; where stdin is no terminal it needs --yes.`,
  options: [
    byOption('Who did it:'),
    { name: 'literal', about: 'take NAME as it is where it looks like a pattern', group: 'Other:' },
    YES,
    ALLOW_EMPTY,
  ],
  examples: [
    ['lazy delete api_key', 'not there any more'],
    ["lazy delete 'staging/**'", 'all that match, after a question'],
    ['lazy list --deleted', 'what could be brought back'],
    ['lazy undelete api_key', 'there again'],
  ],
  operands: [1, Infinity],
  run: remove,
};

async function remove(args: CommandArguments, session: Session): Promise<void> {
  const by = await authorOf(args, session);
  const store = await session.open('nothing');
  const names = await chosen(args, store, session);
  if (names.length === 0) return;
  await forEachName(names, 'delete', session, async (name) => {
    const { version } = await store.delete(name, { by, signal: session.signal });
    return `deleted ${quote(name)}, now at version ${version}, in ${store.location}`;
  });
}

/** The operands, each glob replaced by what it matches, once the person said that this is meant. */
async function chosen(args: CommandArguments, store: Store, session: Session): Promise<readonly string[]> {
  if (args.has('literal') || !args.operands.some(isGlob)) return args.operands;
  session.doing = 'delete';
  const names = await namesOf(store, wanted(args, 'names'), session);
  session.doing = undefined;
  if (names.length > 0) await confirmMany({ what: 'delete', location: store.location }, names, args, session);
  return names;
}
