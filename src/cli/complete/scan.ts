import type { Given, Option } from '../arguments/options.js';

/** Words of a command line that may be wrong or unfinished, taken apart as far as they make sense. */
export interface Scan {
  readonly given: Given;
  readonly operands: readonly string[];
  /** The option whose value the next word is. */
  readonly waiting: Option | undefined;
  /** The options have ended: `--` was given, or the operand that ends them. */
  readonly isPastOptions: boolean;
}

/**
 * Takes words apart by the rules of `readWords`, but lets pass what it doesn't know.
 *
 * @param endsAtOperand the first operand ends the options
 */
export function scanWords(words: readonly string[], known: readonly Option[], endsAtOperand: boolean): Scan {
  const values = new Map<string, string[]>();
  const operands: string[] = [];
  let waiting: Option | undefined;
  let isPastOptions = false;
  const add = (option: Option, value: string): void => {
    values.set(option.name, [...(values.get(option.name) ?? []), value]);
  };
  for (const word of words) {
    if (waiting !== undefined) {
      add(waiting, word);
      waiting = undefined;
    } else if (isPastOptions || word === '-' || !word.startsWith('-')) {
      operands.push(word);
      isPastOptions ||= endsAtOperand;
    } else if (word === '--') {
      isPastOptions = true;
    } else {
      const { option, value } = optionOf(word, known);
      if (option === undefined) continue;
      if (option.takes === undefined || value !== undefined) add(option, value ?? '');
      else waiting = option;
    }
  }
  const given: Given = {
    text: (option) => values.get(option)?.at(-1),
    all: (option) => values.get(option) ?? [],
    has: (option) => values.has(option),
  };
  return { given, operands, waiting, isPastOptions };
}

/** The option of a word such as `--store`, `--store=x`, `-s`, `-qs`, and its value where the word holds that. */
function optionOf(word: string, known: readonly Option[]): { option?: Option | undefined; value?: string } {
  const [, name, value] = /^--([^=]*)(?:=(.*))?$/su.exec(word) ?? [];
  if (name !== undefined) {
    const option = known.find((o) => o.name === name);
    return value === undefined ? { option } : { option, value };
  }
  const letters = word.slice(1);
  for (let at = 0; at < letters.length; at++) {
    const option = known.find((o) => o.letter === letters.charAt(at));
    if (option === undefined) return {};
    if (option.takes === undefined) continue;
    const rest = letters.slice(at + 1).replace(/^=/u, '');
    return at + 1 < letters.length ? { option, value: rest } : { option };
  }
  return {};
}
