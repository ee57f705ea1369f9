import { quote } from '../../text/printable.js';
import { versionNumber } from '../../record/versions.js';
import { usage } from '../arguments/parse.js';
import { authorOf, byOption } from '../steps/author.js';
import type { CommandArguments } from '../arguments/options.js';
import type { Command } from '../command.js';
import { confirm, YES } from '../steps/confirm.js';
import { tellRemoved } from '../steps/tell-removed.js';
import type { Session } from '../session.js';

const WHAT = 'What is destroyed:';

export const command: Command = {
  usage: 'destroy NAME',
  about: `Removes values for good: every version of a secret, or only some. Nothing brings them back.
Their numbers are never used again (an ancestor's format just loses the records). Asks
first; where stdin is no terminal it needs --yes.

Killed half way, it brings no older value back; run it again for the rest.`,
  options: [
    {
      name: 'version',
      letter: 'v',
      takes: 'N',
      about: 'only this version; may be repeated',
      group: WHAT,
      many: true,
    },
    byOption(WHAT),
    YES,
  ],
  examples: [
    ['lazy destroy api_key', 'all of it'],
    ['lazy destroy api_key -v 1 -v 2 --yes', 'two old versions, without asking'],
  ],
  operands: [1, 1],
  run: destroy,
};

async function destroy(args: CommandArguments, session: Session): Promise<void> {
  const [name = ''] = args.operands;
  const versions = args.has('version') ? [...new Set(args.all('version'))] : undefined;
  const { format } = (await session.config()).settings;
  const bad = versions?.find((version) => versionNumber(version) === undefined);
  if (bad !== undefined && format === 'native') throw usage('--version takes a version, an integer from 1');
  const by = await authorOf(args, session);
  const store = await session.open('nothing');
  const which = versions === undefined ? 'every version' : `version ${versions.join(', ')}`;
  await confirm(`destroy ${which} of ${quote(name)} in ${store.location}`, name, args, session);
  session.doing = `destroy ${quote(name)}`;
  const removed = await store.destroy(name, { by, versions, signal: session.signal });
  tellRemoved('destroyed', { name, location: store.location }, removed, session);
}
