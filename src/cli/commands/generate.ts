import { isatty } from 'node:tty';
import { parseName } from '../../record/names.js';
import { quote } from '../../text/printable.js';
import { readPositiveInteger } from '../arguments/numbers.js';
import type { CommandArguments } from '../arguments/options.js';
import { usage } from '../arguments/parse.js';
import type { Command } from '../command.js';
import { alphabetOf } from '../generate/alphabets.js';
import { entropyBits, randomText, type Recipe } from '../generate/random-text.js';
import { writeOut } from '../io/streams.js';
import type { Session } from '../session.js';
import { byOption } from '../steps/author.js';
import { commentOption, ifAbsentOption, keptWith, tagOption, tellStored } from '../steps/new-version.js';

const VALUE = 'What the value is:';
const VERSION = 'The new version:';

/** Bits below which a value is refused: NIST SP 800-63B (7.1) asks for so many of the secret of a session. */
const FEWEST_BITS = 64;

const STANDARD_LENGTH = 32;
/** More than anything takes for a password; the largest value is 256 KiB. */
const MOST_CHARACTERS = 4_096;
const MOST_WORDS = 256;

export const command: Command = {
  usage: 'generate NAME',
  about: `Stores a random value as the next version of a secret, without printing it, and says on
stderr where it went and how many bits of entropy it has.

Each character, or word, is drawn from the system's cryptographic randomness, and each is
as likely as any other. A value of less than ${FEWEST_BITS} bits is refused without --force.`,
  options: [
    {
      name: 'length',
      takes: 'N',
      about: `so many characters (${STANDARD_LENGTH})`,
      group: VALUE,
    },
    {
      name: 'alphabet',
      takes: 'SET',
      about: 'alnum (the default), hex, base64url, digits, printable, or the characters themselves',
      group: VALUE,
    },
    {
      name: 'words',
      takes: 'N',
      about: 'so many words of a list of 2048, with "-" between them, instead of characters',
      group: VALUE,
    },
    { name: 'force', about: `also below ${FEWEST_BITS} bits`, group: VALUE },
    { name: 'show', about: 'write the value to stdout, too, once it is stored', group: VALUE },
    ifAbsentOption(VERSION),
    commentOption(VERSION),
    tagOption(VERSION),
    byOption(VERSION),
  ],
  conflicts: [
    ['words', 'length'],
    ['words', 'alphabet'],
  ],
  examples: [
    ['lazy generate prod/session-key', '32 letters and digits'],
    ['lazy generate prod/db-password --length 40 --alphabet printable', 'with punctuation'],
    ['lazy generate prod/api-key --alphabet hex --length 64', '256 bits in hexadecimal'],
    ['lazy generate wifi --words 6 --show', 'to be read aloud'],
    ['lazy generate prod/salt --if-absent', 'only the first time'],
  ],
  operands: [1, 1],
  run: generate,
};

async function generate(args: CommandArguments, session: Session): Promise<void> {
  const [name = ''] = args.operands;
  const recipe = await recipeOf(args);
  const bits = entropyBits(recipe);
  if (bits < FEWEST_BITS && !args.has('force')) {
    throw usage(
      `the value would have ${bits} bits of entropy, and is refused below ${FEWEST_BITS}`,
      `a larger ${args.has('words') ? '--words' : '--length'}, or --force`,
    );
  }
  const { format } = (await session.config()).settings;
  if (format === 'native') parseName(name);
  const kept = await keptWith(args, session);
  const store = await session.open('wraps');
  session.doing = `generate ${quote(name)}`;
  const value = randomText(recipe);
  const made = await store.put(name, value, {
    signal: session.signal,
    ifAbsent: args.has('if-absent'),
    ...kept,
  });
  await tellStored(name, made, { store, rest: `, ${bits} bits of entropy` }, session);
  if (!args.has('show')) return;
  await writeOut(value);
  if (isatty(1)) await writeOut('\n');
}

async function recipeOf(args: CommandArguments): Promise<Recipe> {
  const words = numberOf(args, 'words', MOST_WORDS);
  if (words !== undefined) {
    const { WORDS } = await import('../generate/word-list.js');
    return { symbols: WORDS, count: words, between: '-' };
  }
  return {
    symbols: alphabetOf(args.text('alphabet') ?? 'alnum'),
    count: numberOf(args, 'length', MOST_CHARACTERS) ?? STANDARD_LENGTH,
    between: '',
  };
}

function numberOf(args: CommandArguments, option: string, most: number): number | undefined {
  const takes = `an integer from 1 to ${most}`;
  const n = readPositiveInteger(args, option, takes);
  if (n !== undefined && n > most) throw usage(`--${option} takes ${takes}`);
  return n;
}
