import { isUtf8 } from 'node:buffer';
import { join } from 'node:path';
import { homeFolder } from '../../../config.js';
import { isLazycredError } from '../../../errors.js';
import { AT_FILE, pathOf, readFileUpTo } from '../../io/files.js';
import type { Surrounding } from '../front-end.js';
import { promptHidden } from '../../io/prompt.js';
import { readStdin } from '../../io/stdin.js';
import { argparseUsage } from '../python/argparse/grammar.js';
import type { CredstashRun } from './open.js';

/** Most that is read, for `putall`; the store has its own limit for each value. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * What `put` or `putall` shall store, from the command line: a word itself, `@FILE`, `-` for stdin, or
 * `-i FILE`. A file's bytes stay as they are.
 *
 * @throws ERR_USAGE, when it can't be read or isn't UTF-8
 */
export async function givenText({ args, around }: CredstashRun): Promise<string> {
  const file = args.text('infile') ?? '';
  if (file !== '') return textOf(await fileAt(file, around), 'the file');
  const word = args.text('value') ?? args.text('credentials') ?? '';
  if (word === '-') return textOf(await readStdin(around.signal, MAX_BYTES, 'give it as @FILE'), 'stdin');
  if (!word.startsWith('@')) return word;
  return textOf(await fileAt(word.slice(1), around, AT_FILE), 'the file');
}

/** As the original, which calls any file that it can't read a mistake in the arguments. */
async function fileAt(file: string, around: Surrounding, shown?: string): Promise<Buffer> {
  const home = homeFolder(around);
  const path = /^~(?:\/|$)/u.test(file) && home !== undefined ? join(home, file.slice(1)) : file;
  try {
    return await readFileUpTo(pathOf(path, around.cwd), MAX_BYTES, shown);
  } catch (e) {
    if (!isLazycredError(e)) throw e;
    throw e.with({ code: 'ERR_USAGE', cause: e });
  }
}

function textOf(bytes: Buffer, what: string): string {
  if (!isUtf8(bytes)) throw argparseUsage(`${what} is not UTF-8, which CredStash's format needs`);
  return bytes.toString();
}

/**
 * Asks for a value on the terminal; without one, the first line of stdin is taken.
 * @throws ERR_USAGE, Interrupted
 */
export async function promptedValue(name: string, { signal }: Surrounding): Promise<string> {
  const otherWay = 'give it on stdin (-) or as @FILE';
  const typed = await promptHidden(`${name}: `, otherWay, signal);
  if (typed !== undefined) return typed;
  const [line = ''] = textOf(await readStdin(signal, MAX_BYTES, otherWay), 'stdin').split('\n');
  return line;
}
