import { HELP, type ArgparseOperand, type ArgparseOption } from '../python/argparse/grammar.js';
import { ACTIONS, PROGRAM_OPTIONS, type ActionName } from './grammar.js';

/** The help of an action; without one, of the program. */
export function credstashHelp(action?: ActionName): string {
  if (action !== undefined) {
    const { about, operands, options } = ACTIONS[action];
    const words = [
      'usage: credstash',
      action,
      ...[HELP, ...options].map(short),
      ...operands.map(operandWord),
    ];
    return `${wrapped(words, '    ')}\n${wrapped(about.split(' '))}\n${optionLines([HELP, ...options])}`;
  }
  const words = ['usage: credstash', ...[HELP, ...PROGRAM_OPTIONS].map(short), 'ACTION …'];
  const width = Math.max(...Object.keys(ACTIONS).map((name) => name.length));
  const actions = Object.entries(ACTIONS).map(
    ([name, { about }]) => `  ${name.padEnd(width)}  ${about.replace(/[,:.;].*/su, '')}\n`,
  );
  return `${wrapped(words, '    ')}
CredStash's command line, as lazy has it: the same table, the same records.

actions (credstash ACTION -h tells more):
${actions.join('')}
${optionLines([HELP, ...PROGRAM_OPTIONS])}`;
}

function short({ name, letter, takes }: ArgparseOption): string {
  const word = letter === undefined ? `--${name}` : `-${letter}`;
  return takes === undefined ? `[${word}]` : `[${word} ${takes}]`;
}

const CONTEXT_WORDS = '[KEY=VALUE …]';

function operandWord({ name, count }: ArgparseOperand): string {
  if (count === 'any') return CONTEXT_WORDS;
  return count === 'optional' ? `[${name.toUpperCase()}]` : name.toUpperCase();
}

function optionLines(options: readonly ArgparseOption[]): string {
  const lines = options.map(({ name, letter, takes, about, choices }) => {
    const words = `${letter === undefined ? '' : `-${letter}, `}--${name}${takes === undefined ? '' : ` ${takes}`}`;
    const of = choices === undefined ? '' : `: ${choices.join(', ')}`;
    return `  ${words}\n      ${about}${of}\n`;
  });
  return `options:\n${lines.join('')}`;
}

const COLUMNS = 80;

/** The words in lines of a terminal's usual width, indented from the second on. */
function wrapped(words: readonly string[], indent = ''): string {
  const lines = [''];
  for (const word of words) {
    const line = lines.at(-1) ?? '';
    if (line.length + 1 + word.length > COLUMNS) lines.push(`${indent}${word}`);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return `${lines.join('\n')}\n`;
}
