import { nearest } from '../../text/did-you-mean.js';
import { LazycredError } from '../../errors.js';
import type { Option } from './options.js';

/** A command line taken apart by getopt's rules, before yargs, which would guess. */
export interface Words {
  /** Each with its value attached: `--store=file:x`, `--quiet`. */
  readonly options: readonly string[];
  readonly operands: readonly string[];
  /** What follows the first operand, when it was to end there. */
  readonly rest: readonly string[];
}

/**
 * Takes arguments apart: `--name value`, `--name=value`, `-n value`, `-nvalue`, `-qn value`; `--`
 * ends the options; `-` is an operand. A value is whatever stands there, dashes or not.
 *
 * @param untilOperand end at the first operand
 * @throws ERR_USAGE for an unknown option (with the nearest one), a missing or surplus value
 */
export function readWords(args: readonly string[], known: readonly Option[], untilOperand = false): Words {
  const options: string[] = [];
  const operands: string[] = [];
  let i = 0;
  const valueOf = (shown: string): string => {
    const value = args[++i];
    if (value === undefined) throw new LazycredError('ERR_USAGE', `${shown} needs a value`);
    return value;
  };
  for (; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '--') {
      operands.push(...args.slice(i + 1));
      break;
    }
    if (arg === '-' || !arg.startsWith('-')) {
      operands.push(arg);
      if (untilOperand) return { options, operands, rest: args.slice(i + 1) };
    } else if (arg.startsWith('--')) {
      const [, name = '', value] = /^--([^=]*)(?:=(.*))?$/su.exec(arg) ?? [];
      const option = known.find((o) => o.name === name) ?? unknown(`--${name}`, known);
      if (option.takes !== undefined) options.push(`--${name}=${value ?? valueOf(`--${name}`)}`);
      else if (value === undefined) options.push(arg);
      else throw new LazycredError('ERR_USAGE', `--${name} takes no value`);
    } else {
      for (let at = 1; at < arg.length; at++) {
        const letter = arg.charAt(at);
        const option = known.find((o) => o.letter === letter) ?? unknown(arg, known);
        options.push(`--${option.name}`);
        if (option.takes === undefined) continue;
        // -v=3 is -v 3 to most people, and no value of ours begins with "=".
        const attached = arg.slice(at + 1).replace(/^=/u, '');
        options[options.length - 1] += `=${at + 1 < arg.length ? attached : valueOf(`-${letter}`)}`;
        break;
      }
    }
  }
  return { options, operands, rest: [] };
}

// What can't be a mistyped option may be a value: a private key's text begins with five dashes.
const NAME_LIKE = /^(?:-[a-z]|--[a-z][a-z-]{0,30})$/iu;

function unknown(shown: string, known: readonly Option[]): never {
  const names = known.map((o) => o.name);
  const guess = shown.startsWith('--') ? nearest(shown, names) : undefined;
  let hint = 'lazy COMMAND --help lists the options of a command, which stand after its name';
  if (names.includes('value')) hint = 'for a value that begins with "-": --value VALUE, or -- before it';
  if (/^-v$/iu.test(shown)) hint = 'lazy --version says which lazy this is, --verbose shows each request';
  if (shown === '-f') hint = fileLetterHint(names);
  if (guess !== undefined) hint = `did you mean --${guess}?`;
  throw new LazycredError('ERR_USAGE', `unknown option${NAME_LIKE.test(shown) ? ` ${shown}` : ''}`, { hint });
}

// Other tools' -f chooses a format, or forces; here it is one thing everywhere.
function fileLetterHint(names: readonly string[]): string {
  const other = [
    ['format', '--format FORMAT chooses a format'],
    ['yes', '--yes does not ask'],
  ].find(([name = '']) => names.includes(name))?.[1];
  return `-f is --file FILE, of put and import${other === undefined ? '' : `; ${other}`}`;
}
