import { argparseUsage, HELP } from './argparse/grammar.js';
import type { ArgparseGrammar, ArgparseOperand, ArgparseOption } from './argparse/grammar.js';
import { kindsOf, optionOf, type Kind, type OptionWord } from './argparse/kinds.js';

/** What a command line says. */
export interface ArgparseResult {
  /** By the name of the option or operand; a switch has no values. Of one given twice, the last. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** Help was asked for, before anything that is wrong. */
  readonly wantsHelp: boolean;
  /** How many arguments have no place: too many operands, or unknown options. To be refused when a command has read its own. */
  readonly surplus: number;
}

// As argparse matches them, over one letter an argument: A operand, O option, - the first "--".
const COUNTS = { one: '(-*A-*)', optional: '(-*A?-*)', any: '(-*[A-]*)', command: '(-*A[-AO]*)' };

/**
 * Takes arguments apart as Python's argparse does (3.11, `_parse_known_args`), on which scripts rely:
 * options stand before or after the run of operands, never inside; they may be shortened (`--ver`),
 * have their value attached (`-v3`, `--version=-3`), and switches may be joined (`-an`).
 *
 * @throws ERR_USAGE, which shows nothing that may be a value
 */
export function parseArgparse(args: readonly string[], grammar: ArgparseGrammar): ArgparseResult {
  return new Scan(args, grammar).result();
}

class Scan {
  readonly #args: readonly string[];
  readonly #grammar: ArgparseGrammar;
  readonly #kinds: readonly Kind[];
  /** The kinds, a letter each. */
  readonly #letters: string;
  readonly #values = new Map<string, readonly string[]>();
  readonly #missing: ArgparseOperand[];
  #surplus = 0;

  constructor(args: readonly string[], grammar: ArgparseGrammar) {
    this.#args = args;
    this.#grammar = grammar;
    this.#kinds = kindsOf(args, grammar);
    this.#letters = this.#kinds.map((k) => (k === '--' ? '-' : k === 'operand' ? 'A' : 'O')).join('');
    this.#missing = [...grammar.operands];
  }

  result(): ArgparseResult {
    let at = 0;
    for (let next = this.#letters.indexOf('O'); next !== -1; next = this.#letters.indexOf('O', at)) {
      const end = at === next ? at : this.#takeOperands(at);
      if (end > at) {
        at = end;
        continue;
      }
      this.#surplus += next - at;
      const word = this.#kinds[next] as OptionWord;
      const after = this.#takeOption(word, next + 1);
      if (after === 'help') return this.#ended(true);
      at = after;
    }
    this.#surplus += this.#args.length - this.#takeOperands(at);
    const missing = this.#missing.filter((o) => o.count === 'one').map((o) => o.name.toUpperCase());
    if (missing.length > 0) throw argparseUsage(`${missing.join(' and ')} is missing`);
    return this.#ended(false);
  }

  #ended(wantsHelp: boolean): ArgparseResult {
    return { values: this.#values, wantsHelp, surplus: this.#surplus };
  }

  /** As many of the missing operands as match here at once; gives where they end. */
  #takeOperands(from: number): number {
    for (let n = this.#missing.length; n > 0; n--) {
      const pattern = this.#missing.slice(0, n).map((o) => COUNTS[o.count]);
      const match = new RegExp(`^${pattern.join('')}`, 'u').exec(this.#letters.slice(from));
      if (match === null) continue;
      let at = from;
      for (const [i, operand] of this.#missing.splice(0, n).entries()) {
        const end = at + (match[i + 1] ?? '').length;
        const isWord = (j: number): boolean => operand.count === 'command' || this.#kinds[j] !== '--';
        const start = at;
        const words = this.#args.slice(start, end).filter((_, j) => isWord(start + j));
        if (words.length > 0) this.#store(operand, words);
        at = end;
      }
      return at;
    }
    return from;
  }

  /** Reads one option, or switches joined in one word; gives where its values end. */
  #takeOption({ option, shown, attached }: OptionWord, next: number): number | 'help' {
    if (option === undefined) {
      this.#surplus++;
      return next;
    }
    if (option.takes !== undefined) return this.#takeValues(option, attached, next);
    if (attached !== undefined && (shown.startsWith('--') || attached === '')) {
      throw argparseUsage(`--${option.name} takes no value`);
    }
    this.#values.set(option.name, []);
    if (attached === undefined) return option === HELP ? 'help' : next;
    // -an: what is attached to a switch is another one, or an option with its value.
    const letter = `-${attached.charAt(0)}`;
    const joined = optionOf(letter, this.#grammar);
    if (joined === undefined) throw argparseUsage(`--${option.name} takes no value`);
    const rest = attached.length > 1 ? attached.slice(1) : undefined;
    const end = this.#takeOption({ option: joined, shown: letter, attached: rest }, next);
    return option === HELP ? 'help' : end;
  }

  #takeValues(option: ArgparseOption, attached: string | undefined, next: number): number {
    const [{ length }] = /^A*/u.exec(this.#letters.slice(next)) ?? [''];
    const count = attached !== undefined ? 0 : option.many === true ? length : Math.min(length, 1);
    const words = attached === undefined ? this.#args.slice(next, next + count) : [attached];
    if (words.length === 0 && option.many !== true) throw argparseUsage(`--${option.name} needs a value`);
    this.#store(option, words);
    return next + count;
  }

  #store({ name, ...of }: ArgparseOption | ArgparseOperand, words: readonly string[]): void {
    for (const word of words) {
      const choices = 'choices' in of ? of.choices : undefined;
      const choice = `one of ${choices?.join(', ')}`;
      const why = choices?.includes(word) === false ? `it is not ${choice}` : of.refuse?.(word);
      if (why !== undefined) throw argparseUsage(`bad ${name}: ${why}`);
    }
    this.#values.set(name, words);
  }
}
