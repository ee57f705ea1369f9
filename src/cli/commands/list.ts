import type { CommandArguments } from '../arguments/options.js';
import type { Command } from '../command.js';
import { LISTING_OPTIONS, listNames } from '../steps/list-names.js';
import type { Session } from '../session.js';
import { quote } from '../../text/printable.js';
export const command: Command = {
  usage: 'list [PREFIX|GLOB]',
  about: `Lists the names of the secrets, or of those that begin with PREFIX or match GLOB, in order:
one a line, on a terminal with when each was last written. Opens none of them.

In a GLOB, * is any run of characters but /, ** any run, ? one character, [abc] one of
these; quote it, or your shell takes it for files.`,
  options: [
    {
      name: 'deleted',
      about: 'instead, those that were deleted and can be brought back',
      group: 'What is listed:',
    },
    ...LISTING_OPTIONS,
  ],
  examples: [
    ['lazy list', 'all of them'],
    ['lazy list prod/', 'those that begin with prod/'],
    ["lazy list 'prod/*/db' --long", 'those that match, with version and time'],
    ["lazy list --json | jq -r '.[].name'", 'for programs'],
  ],
  operands: [0, 1],
  run: list,
};

async function list(args: CommandArguments, session: Session): Promise<void> {
  const [match] = args.operands;
  const deleted = args.has('deleted');
  const all = deleted ? 'no deleted secrets' : 'no secrets';
  const isWhole = match === undefined;
  const none = isWhole ? all : `${all} match ${quote(match)}`;
  await listNames({ match, deleted, none, isWhole }, args, session);
}
