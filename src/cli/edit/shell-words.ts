import { usage } from '../arguments/parse.js';

/** A quoted or plain part of a word, or the space between two. */
const PART = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+)|(\s+)/gsuy;

/**
 * Splits a command line into words as a POSIX shell does, by its quotes and backslashes. No shell is run: `$` and
 * what else a shell would expand stays as it is.
 *
 * @param shown what messages call the line
 * @throws ERR_USAGE for a quote that is not closed
 * @example
 * shellWords(`code --wait "a b"`, 'EDITOR'); // ['code', '--wait', 'a b']
 */
export function shellWords(line: string, shown: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let end = 0;
  for (const { 0: part, 1: single, 2: double, 3: escaped, 4: plain, index } of line.matchAll(PART)) {
    end = index + part.length;
    // Within double quotes a backslash is itself, but before these.
    const text = single ?? double?.replace(/\\([$`"\\])/gu, '$1') ?? escaped ?? plain;
    if (text !== undefined) word = (word ?? '') + text;
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  if (end < line.length) throw usage(`${shown} holds a quote that is not closed`, `${shown}='code --wait'`);
  return word === undefined ? words : [...words, word];
}
