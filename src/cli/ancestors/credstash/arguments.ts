import { refuseReplaced } from '../../arguments/parse.js';
import { parseArgparse } from '../python/argparse.js';
import { argparseUsage } from '../python/argparse/grammar.js';
import { ACTIONS, EXCLUSIVE, pairsOf, PROGRAM, type ActionName } from './grammar.js';

/** One command line of CredStash's, read. */
export interface CredstashArguments {
  /** Undefined where there is none: help is what the original then prints. */
  readonly action: ActionName | undefined;
  readonly wantsHelp: boolean;
  /** The value of an option or operand; undefined when it wasn't given. */
  text(name: string): string | undefined;
  has(name: string): boolean;
  /** The pairs of `context` or `tags`. */
  pairs(name: 'context' | 'tags'): Readonly<Record<string, string>>;
}

/**
 * Reads a command line as CredStash 1.17.1 does. The program's options may stand behind the action,
 * too, as in its first release.
 *
 * @throws ERR_USAGE
 */
export function readCredstashArguments(args: readonly string[]): CredstashArguments {
  const program = parseArgparse(args, PROGRAM);
  const [word, ...rest] = program.values.get('action') ?? [];
  const values = new Map(program.values);
  if (word === undefined || program.wantsHelp) {
    if (!program.wantsHelp) refuseTogether(values, program.surplus);
    return argumentsOf(undefined, values, program.wantsHelp);
  }
  if (!isAction(word)) throw argparseUsage(`unknown action: choose from ${Object.keys(ACTIONS).join(', ')}`);
  const own = parseArgparse(rest, ACTIONS[word]);
  for (const [name, words] of own.values) values.set(name, words);
  if (!own.wantsHelp) refuseTogether(values, program.surplus + own.surplus);
  return argumentsOf(word, values, own.wantsHelp);
}

function argumentsOf(
  action: ActionName | undefined,
  values: ReadonlyMap<string, readonly string[]>,
  wantsHelp: boolean,
): CredstashArguments {
  return {
    action,
    wantsHelp,
    text: (name) => values.get(name)?.[0],
    has: (name) => values.has(name),
    pairs: (name) => pairsOf(values.get(name) ?? []),
  };
}

function isAction(word: string): word is ActionName {
  return Object.hasOwn(ACTIONS, word);
}

/** What is wrong with all of the arguments, each of them being right. */
function refuseTogether(values: ReadonlyMap<string, readonly string[]>, surplus: number): void {
  if (EXCLUSIVE.every((name) => values.has(name))) {
    throw argparseUsage(`--${EXCLUSIVE.join(' and --')} exclude each other`);
  }
  // The surplus words are not shown: they may be parts of a value that was to be quoted.
  const n = surplus === 1 ? 'an argument' : `${surplus} arguments`;
  if (surplus > 0) throw argparseUsage(`${n} too many, or an unknown option`);
  for (const word of [...values.values()].flat()) refuseReplaced(word);
}
