import { argparseUsage, HELP, type ArgparseGrammar, type ArgparseOption } from './grammar.js';

/** An argument that is an option: which, as it was written, and the value attached to it. */
export interface OptionWord {
  /** Undefined for one that the grammar doesn't have. */
  readonly option: ArgparseOption | undefined;
  readonly shown: string;
  readonly attached: string | undefined;
}

/** What an argument is: an operand, the `--` after which all are operands, or an option. */
export type Kind = 'operand' | '--' | OptionWord;

const NEGATIVE_NUMBER = /^-[0-9]+$|^-[0-9]*\.[0-9]+$/u;

/**
 * What each argument is, by the rules of argparse (Python 3.11, `_parse_optional`): not by its place,
 * so a value that begins with a dash is taken for an option, unless it is a number or holds a blank.
 *
 * @throws ERR_USAGE for a shortened option that may be several
 */
export function kindsOf(args: readonly string[], grammar: ArgparseGrammar): readonly Kind[] {
  const end = args.indexOf('--');
  return args.map((arg, i) => {
    if (i === end) return '--';
    return end !== -1 && i > end ? 'operand' : kindOf(arg, grammar);
  });
}

function kindOf(arg: string, grammar: ArgparseGrammar): Kind {
  if (!arg.startsWith('-') || arg === '-') return 'operand';
  const equals = arg.indexOf('=');
  const [head, tail] = equals === -1 ? [arg, undefined] : [arg.slice(0, equals), arg.slice(equals + 1)];
  const whole = optionOf(arg, grammar);
  if (whole !== undefined) return { option: whole, shown: arg, attached: undefined };
  const exact = optionOf(head, grammar);
  if (exact !== undefined) return { option: exact, shown: head, attached: tail };
  if (arg.startsWith('--')) {
    const option = shortened(head, grammar);
    if (option !== undefined) return { option, shown: `--${option.name}`, attached: tail };
  } else {
    const option = optionOf(arg.slice(0, 2), grammar);
    if (option !== undefined) return { option, shown: arg.slice(0, 2), attached: arg.slice(2) };
  }
  if (NEGATIVE_NUMBER.test(arg) || arg.includes(' ')) return 'operand';
  return { option: undefined, shown: arg, attached: undefined };
}

/** The option that `word` (`-v`, `--version`) names in full. */
export function optionOf(word: string, grammar: ArgparseGrammar): ArgparseOption | undefined {
  return tiers(grammar)
    .flat()
    .find((o) => word === `--${o.name}` || (o.letter !== undefined && word === `-${o.letter}`));
}

function shortened(word: string, grammar: ArgparseGrammar): ArgparseOption | undefined {
  const [fits = []] = tiers(grammar)
    .map((tier) => tier.filter((o) => `--${o.name}`.startsWith(word)))
    .filter((found) => found.length > 0);
  if (fits.length > 1) throw argparseUsage(`${word} may be ${fits.map((o) => `--${o.name}`).join(' or ')}`);
  return fits[0];
}

function tiers({ options, outer = [] }: ArgparseGrammar): (readonly ArgparseOption[])[] {
  return [[HELP, ...options], outer];
}
