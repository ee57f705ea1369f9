import { quote } from '../../text/printable.js';
import { usage } from '../arguments/parse.js';
import { authorOf, byOption } from '../steps/author.js';
import type { CommandArguments } from '../arguments/options.js';
import type { Command } from '../command.js';
import { confirm, YES } from '../steps/confirm.js';
import { tellRemoved } from '../steps/tell-removed.js';
import type { Session } from '../session.js';
import { readTime, readPositiveInteger } from '../arguments/numbers.js';

const WHAT = 'What is removed:';

export const command: Command = {
  usage: 'prune NAME',
  about: `Removes old values of a secret for good, never the newest version. Give --keep, --older-than
or both: then only what is old and not among those kept. Asks first; where stdin is no
terminal it needs --yes.`,
  options: [
    { name: 'keep', takes: 'N', about: 'all but the newest N values', group: WHAT },
    {
      name: 'older-than',
      takes: 'AGE',
      about: 'what was made before: 90d, 12h (s, m, h, d, w), 2026-01-01 (UTC), 2026-01-01T12:00:00Z',
      group: WHAT,
    },
    byOption(WHAT),
    YES,
  ],
  examples: [
    ['lazy prune api_key --keep 3', 'all but the newest three'],
    ['lazy prune api_key --older-than 90d', 'what is older than 90 days'],
  ],
  operands: [1, 1],
  run: prune,
};

async function prune(args: CommandArguments, session: Session): Promise<void> {
  const [name = ''] = args.operands;
  const keep = readPositiveInteger(args, 'keep', 'how many, an integer from 1');
  const older = args.text('older-than');
  const olderThan = older === undefined ? undefined : readTime('older-than', older, new Date());
  if (keep === undefined && olderThan === undefined) throw usage('prune needs --keep N or --older-than AGE');
  const by = await authorOf(args, session);
  const store = await session.open('nothing');
  const which = [
    ...(keep === undefined ? [] : [`all but the newest ${keep}`]),
    ...(olderThan === undefined ? [] : [`made before ${olderThan.toISOString()}`]),
  ].join(', ');
  await confirm(`remove values of ${quote(name)} in ${store.location} (${which})`, name, args, session);
  session.doing = `prune ${quote(name)}`;
  const removed = await store.prune(name, { by, keep, olderThan, signal: session.signal });
  tellRemoved('pruned', { name, location: store.location }, removed, session);
}
