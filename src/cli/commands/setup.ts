import { isatty } from 'node:tty';
import { printable } from '../../text/printable.js';
import type { SetupStep } from '../../setup.js';
import type { CommandArguments } from '../arguments/options.js';
import type { Command } from '../command.js';
import { usage } from '../arguments/parse.js';
import { promptShown } from '../io/prompt.js';
import { writeError, writeOut } from '../io/streams.js';
import { pairsOf } from '../arguments/pairs.js';
import type { Session } from '../session.js';
import { tabbed } from '../io/table.js';

const OTHER_WAY = 'lazy setup --yes does not ask, lazy setup --dry-run only tells';
const INSTEAD = 'Instead of making it:';

export const command: Command = {
  usage: 'setup',
  about: `Makes what the configured store needs and is not there: the bucket (private, versioned,
TLS only), the table (on demand, with point-in-time recovery and deletion protection),
the KMS key with alias and rotation. Changes nothing that exists; tells what each thing
costs to keep, and which safeguards are missing. On a terminal it asks before it makes
what costs money.`,
  options: [
    { name: 'dry-run', about: 'tell what would be made', group: INSTEAD },
    { name: 'cloudformation', about: 'print a template of the same', group: INSTEAD },
    { name: 'terraform', about: 'print a configuration of the same', group: INSTEAD },
    {
      name: 'tag',
      takes: 'NAME=VALUE',
      about: 'on whatever is made; may be repeated',
      group: 'What is made:',
      many: true,
    },
    {
      name: 'yes',
      letter: 'y',
      about: 'do not ask on a terminal before what costs money is made',
      group: 'What is made:',
    },
  ],
  conflicts: [
    ['cloudformation', 'terraform'],
    ['cloudformation', 'dry-run'],
    ['terraform', 'dry-run'],
    ['cloudformation', 'tag'],
    ['terraform', 'tag'],
  ],
  examples: [
    ['lazy setup --dry-run', 'what would be made, and what it costs'],
    ['lazy setup -s s3://acme/creds/ --key kms:alias/acme', 'a bucket and a key'],
    ['lazy setup --terraform > lazycred.tf', 'for those who keep such things in a repository'],
  ],
  operands: [0, 0],
  run: setup,
};

async function setup(args: CommandArguments, session: Session): Promise<void> {
  const tags = args.has('tag') ? pairsOf('tag', args.all('tag')) : undefined;
  const config = await session.config();
  const { cloudFormation, setUp, terraform } = await import('../../setup.js');
  session.doing = 'set up the store';
  if (args.has('cloudformation')) return writeOut(cloudFormation(config));
  if (args.has('terraform')) return writeOut(terraform(config));
  const { signal, mfaCode, trace } = session;
  const dryRun = args.has('dry-run');
  const { steps } = await setUp(config, {
    ...{ dryRun, tags, signal, mfaCode, trace },
    beforeMaking: (planned) => askBeforeCosts(planned, args, session),
  });
  await writeOut(
    isatty(1)
      ? steps.map(paragraph).join('')
      : tabbed(steps.map(({ action, what, detail, cost }) => [action, what, detail, cost])),
  );
  const makes = steps.some((step) => step.action !== 'none');
  if (!makes) session.talk('everything is there already');
  else if (dryRun) session.talk('nothing was made: this was a dry run');
}

/**
 * Has the person at the terminal agree to what costs money.
 *
 * @throws ERR_USAGE for anything but yes
 */
async function askBeforeCosts(
  planned: readonly SetupStep[],
  args: CommandArguments,
  session: Session,
): Promise<void> {
  const costly = planned.filter(({ action, cost }) => action !== 'none' && cost !== '');
  if (costly.length === 0 || args.has('yes') || !isatty(0)) return;
  writeError(costly.map(paragraph).join(''));
  const answer = await promptShown('This costs money. Type yes to make it: ', OTHER_WAY, session.signal);
  if (!/^y(?:es)?$/iu.test(answer?.trim() ?? '')) throw usage('that is not yes: nothing was made', OTHER_WAY);
}

const WORDS = { make: 'make', change: 'change', none: 'keep' } as const;

// A step is a paragraph, since a table would cut the command that mends something.
function paragraph({ action, what, detail, cost }: SetupStep): string {
  const below = [detail, cost === '' ? '' : `costs ${cost}`].filter((line) => line !== '');
  const indented = below.map((line) => `        ${printable(line)}\n`).join('');
  return `${WORDS[action].padEnd(8)}${printable(what)}\n${indented}`;
}
