import { fstatSync, statSync } from 'node:fs';
import { isatty } from 'node:tty';
import { isLazycredError, LazycredError } from '../../errors.js';
import { quote } from '../../text/printable.js';
import { DEFAULT_MAX_VALUE_BYTES } from '../../record.js';
import type { CommandArguments } from '../arguments/options.js';
import { AT_FILE, pathOf, readFileUpTo } from './files.js';
import { promptHidden } from './prompt.js';
import { readStdin } from './stdin.js';

/** What {@link readValue} goes by. */
export interface ValueSource {
  readonly args: CommandArguments;
  readonly cwd: string;
  readonly signal: AbortSignal;
}

const BOTH_WAYS = '--file FILE (or @FILE) stores what is in the file, --value VALUE the words themselves';
const WAYS = 'give it as VALUE, --value VALUE, --file FILE or @FILE, or on stdin';

/**
 * The value that `put` shall store: from the command line, a file, stdin, or a hidden prompt, in
 * this order; stdin is read only when nothing else gives it.
 *
 * @throws ERR_USAGE when there is none, or it can't be told which is meant
 */
export async function readValue(source: ValueSource): Promise<Uint8Array> {
  const value = await readFrom(source);
  return source.args.has('trim') ? trimmed(value) : value;
}

async function readFrom({ args, cwd, signal }: ValueSource): Promise<Uint8Array> {
  const [name = '', operand] = args.operands;
  const literal = args.text('value');
  const file = args.text('file') ?? (operand?.startsWith('@') === true ? operand.slice(1) : undefined);
  if (operand !== undefined && (literal !== undefined || args.has('file'))) {
    const option = literal === undefined ? '--file' : '--value';
    throw new LazycredError('ERR_USAGE', `${option} and a VALUE exclude each other`, { hint: BOTH_WAYS });
  }
  if (literal !== undefined) return Buffer.from(literal);
  if (operand === '-' || file === '-') return readStdin(signal, DEFAULT_MAX_VALUE_BYTES, WAYS);
  if (file !== undefined) {
    if (args.has('file')) return readFileUpTo(pathOf(file, cwd), DEFAULT_MAX_VALUE_BYTES);
    return readAtFile(pathOf(file, cwd));
  }
  if (operand === undefined) return readUnasked(name, signal);
  // LazyCred's "put NAME FILE", or CredStash's "put NAME VALUE": storing the wrong one goes unnoticed for long.
  if (namesFile(operand, cwd)) {
    throw new LazycredError('ERR_USAGE', 'VALUE is also the name of a file here: say which is meant', {
      hint: BOTH_WAYS,
    });
  }
  return Buffer.from(operand);
}

// A value that begins with "@" may have been meant, so what stands there is not said.
async function readAtFile(path: string): Promise<Uint8Array> {
  try {
    return await readFileUpTo(path, DEFAULT_MAX_VALUE_BYTES, AT_FILE);
  } catch (e) {
    if (!isLazycredError(e) || e.hint !== undefined) throw e;
    throw e.with({ hint: '--value VALUE stores words that begin with "@"' });
  }
}

function namesFile(text: string, cwd: string): boolean {
  if (text === '') return false;
  try {
    return !statSync(pathOf(text, cwd)).isDirectory();
  } catch {
    // A path that is too long, not there or not readable is no file that anybody could have meant.
    return false;
  }
}

/** No value was named: stdin if somebody put one there, else the person at the terminal. */
async function readUnasked(name: string, signal: AbortSignal): Promise<Uint8Array> {
  if (isatty(0)) {
    const line = await promptHidden(
      `value of ${quote(name)}: `,
      'give it on stdin, or with --file FILE',
      signal,
    );
    if (line !== undefined) return Buffer.from(line);
  } else if (stdinWasGiven()) return readStdin(signal, DEFAULT_MAX_VALUE_BYTES, WAYS);
  throw new LazycredError('ERR_USAGE', 'there is no value', { hint: WAYS });
}

// Cron and service managers give /dev/null, Node itself where stdin is closed: nobody means these as a value.
function stdinWasGiven(): boolean {
  const stdin = fstatSync(0);
  return stdin.isFIFO() || stdin.isSocket() || stdin.isFile();
}

// The value without one line break at its end, as `echo` and editors leave it: `a\n` and `a\r\n` give `a`.
function trimmed(value: Uint8Array): Uint8Array {
  const end = value.at(-1) === 0x0a ? (value.at(-2) === 0x0d ? -2 : -1) : value.length;
  return value.subarray(0, end);
}
