import type { Argv, Options } from 'yargs';
import { LazycredError } from '../../errors.js';
import { quote } from '../../text/printable.js';
import {
  COMMON_CONFLICTS,
  COMMON_OPTIONS,
  type CommandArguments,
  type Grammar,
  type Option,
  usageLine,
} from './options.js';
import { readWords } from './words.js';

/** Longer lines are hard to read, wider as a terminal may be. */
const MOST_COLUMNS = 80;

const OTHER_BYTES = 'give values that are not text on stdin or with --file';

/** yargs has it (since 17.7), its types don't. */
interface UsageConfiguration {
  usageConfiguration(settings: { readonly 'hide-types': boolean }): void;
}

/**
 * Reads a command's arguments, strictly: every value is text, nothing surplus, nothing repeated.
 * Undefined when help was asked for.
 *
 * @throws ERR_USAGE
 */
export async function parseArguments(
  name: string,
  command: Grammar,
  args: readonly string[],
): Promise<CommandArguments | undefined> {
  const known = [...COMMON_OPTIONS, ...command.options];
  const words = readWords(args, known, command.endsAtOperand);
  const { options, operands } = { ...words, operands: [...words.operands, ...words.rest] };
  // Even with other mistakes: who asks for help is about to correct them.
  if (options.includes('--help')) return undefined;
  refuseRepeats(options, known);
  const parser = await newParser(known);
  for (const [a, b] of [...COMMON_CONFLICTS, ...(command.conflicts ?? [])]) parser.conflicts(a, b);
  const argv = parser.parseSync([...options, '--', ...operands]) as Readonly<Record<string, unknown>>;
  const [fewest, most] = command.operands;
  const hint =
    command.endsAtOperand === true ? `usage: ${usageLine(command)}` : `usage: lazy ${command.usage}`;
  if (operands.length < fewest) throw usage(`${name} needs ${missing(command, operands.length)}`, hint);
  if (operands.length > most) throw usage(surplus(command, operands), hint);
  for (const word of [...options, ...operands]) refuseReplaced(word, OTHER_BYTES);
  return {
    operands,
    text: (option) => {
      const value = argv[option];
      return typeof value === 'string' ? value : undefined;
    },
    all: (option) => [argv[option]].flat().filter((v) => typeof v === 'string'),
    has: (option) => argv[option] !== undefined,
  };
}

/** A parser that takes nothing but `options`, changes no value, speaks English, and throws instead of ending the process. */
export async function newParser(options: readonly Option[]): Promise<Argv> {
  const yargs = await loadYargs();
  const parser = yargs([], '/')
    .scriptName('lazy')
    .locale('en')
    .updateStrings(WORDS)
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'greedy-arrays': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'populate--': true,
    })
    .wrap(helpColumns())
    .exitProcess(false)
    .help(false)
    .version(false)
    .strictOptions()
    .fail((message: string | null, error: unknown) => {
      throw error instanceof Error && message === null
        ? error
        : usage((message ?? '').replace(/\s*\n\s*/gu, ' '));
    });
  (parser as Argv & UsageConfiguration).usageConfiguration({ 'hide-types': true });
  for (const { name, letter, takes, about, group, choices } of options) {
    const settings: Options = {
      type: takes === undefined ? 'boolean' : 'string',
      describe: takes === undefined ? about : `${takes}: ${about}`,
      group,
      ...(letter === undefined ? {} : { alias: letter }),
      ...(choices === undefined ? {} : { choices }),
    };
    parser.option(name, settings);
  }
  return parser;
}

/** As wide as the terminal that shows it: text laid out wider would be broken a second time. */
export function helpColumns(): number {
  const columns = process.stdout.columns ?? process.stderr.columns ?? MOST_COLUMNS;
  return Math.min(MOST_COLUMNS, columns > 0 ? columns : MOST_COLUMNS);
}

const WORDS = {
  'Arguments %s and %s are mutually exclusive': '--%s and --%s exclude each other',
  'Invalid values:': 'bad value:',
  'Argument: %s, Given: %s, Choices: %s': '--%s is %s, not one of %s',
};

/** yargs asks for the current folder while it loads, and would fail where that was deleted. */
async function loadYargs(): Promise<(typeof import('yargs'))['default']> {
  const cwd = process.cwd.bind(process);
  process.cwd = () => '/';
  try {
    return (await import('yargs')).default;
  } finally {
    process.cwd = cwd;
  }
}

/** ERR_USAGE. */
export function usage(message: string, hint?: string): LazycredError {
  return new LazycredError('ERR_USAGE', message, { hint });
}

// yargs would make an array of the values, or count one of two switches.
function refuseRepeats(options: readonly string[], known: readonly Option[]): void {
  for (const { name, many } of known) {
    const given = options.filter((o) => o === `--${name}` || o.startsWith(`--${name}=`));
    if (given.length > 1 && many !== true) throw usage(`--${name} is given more than once`);
  }
}

/**
 * Refuses a word in which Node has put U+FFFD for every byte that was no UTF-8: two names, or a value
 * and another, would look the same from here on.
 *
 * @throws ERR_USAGE
 */
export function refuseReplaced(word: string, hint?: string): void {
  if (word.includes('\ufffd')) throw usage('an argument is not UTF-8, or holds U+FFFD', hint);
}

function missing(command: Grammar, given: number): string {
  const names = command.usage.split(' ').slice(1);
  return names.slice(given, command.operands[0]).join(' and ').replaceAll('…', '');
}

// What is surplus is not shown: it may be part of a value that was to be quoted.
function surplus(command: Grammar, operands: readonly string[]): string {
  const most = command.operands[1];
  const n = operands.length - most;
  return `${n === 1 ? 'an argument' : `${n} arguments`} too many after ${most === 0 ? 'the command' : quote(operands[0] ?? '')}`;
}
