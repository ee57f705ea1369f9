import { LazycredError } from '../../../../errors.js';

/** One option of a Python program's command line. */
export interface ArgparseOption {
  /** Without dashes; the name under which its value is found. */
  readonly name: string;
  readonly letter?: string;
  /** What its value is called in the help; a switch without one. */
  readonly takes?: string;
  readonly about: string;
  readonly choices?: readonly string[];
  /** Takes every operand that follows, none too. */
  readonly many?: true;
  /** Why a word can't be its value; undefined when it can. */
  readonly refuse?: (word: string) => string | undefined;
}

/** One operand, or a run of them. */
export interface ArgparseOperand {
  readonly name: string;
  /** `command`: the first word names one, and everything after it is the command's. */
  readonly count: 'one' | 'optional' | 'any' | 'command';
  readonly refuse?: (word: string) => string | undefined;
}

/** The grammar of a command line. */
export interface ArgparseGrammar {
  readonly options: readonly ArgparseOption[];
  /** Further options, which count only where `options` has none of the name. */
  readonly outer?: readonly ArgparseOption[];
  readonly operands: readonly ArgparseOperand[];
}

/** What every grammar has. */
export const HELP: ArgparseOption = { name: 'help', letter: 'h', about: 'show this help' };

/** ERR_USAGE, with the way to the help of a Python program's command line. */
export function argparseUsage(message: string): LazycredError {
  return new LazycredError('ERR_USAGE', message, {
    hint: '--help shows the options; -- stands before an operand that begins with "-"',
  });
}
