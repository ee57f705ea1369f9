import { quote } from '../../../text/printable.js';
import type { ImportedEntry } from '../entry.js';
import { badFile, Found, lineAt } from '../problems.js';

// Sticky, each for one piece of a line. npm dotenv takes U+2028 and U+2029 for ends of line in some
// places and not in others, so they fit nowhere but between quotes.
const KEY = /[^\S\n\u2028\u2029]*(?:export[^\S\n\u2028\u2029]+)?([\w.-]+)/uy;
const EQUALS = /(?:[^\S\n\u2028\u2029]*=|:(?=[^\S\n]))[^\S\n\u2028\u2029]*/uy;
const BARE = /[^\n\u2028\u2029#]*/uy;
/** After a value, and all of an empty line. */
const END = /[^\S\n\u2028\u2029]*(?:#[^\n\u2028\u2029]*)?(?:\n|$)/uy;

/** What npm dotenv takes for that: its `$` also stands before U+2028. */
const NPM_END = /\s*(?:#.*)?$/muy;

const QUOTES = 'put the value in single quotes';

/**
 * npm dotenv's grammar: `KEY=value` or `KEY: value` a line, `export` before it, comments; values bare,
 * or in single quotes or backticks (as they stand, line breaks too), or in double quotes (`\n` and
 * `\r` expanded, nothing else). Nothing is interpolated. Lines that npm dotenv would pass over are
 * refused, and so is a bare value with a `#` that no blank precedes: npm dotenv cuts it there, others don't.
 *
 * @throws ERR_USAGE
 */
export function readDotenv(file: string): readonly ImportedEntry[] {
  const text = file.replace(/\r\n?/gu, '\n');
  const found = new Found('dotenv');
  let next: number | undefined;
  for (let at = 0; at < text.length; at = next) {
    const start = at;
    const where = (): string => lineAt(text, start);
    next = after(END, text, at);
    if (next !== undefined) continue;
    const keyEnd = after(KEY, text, at);
    const key = text.slice(at, keyEnd).replace(/^\s*(?:export\s+)?/u, '');
    const from = keyEnd === undefined ? undefined : after(EQUALS, text, keyEnd);
    const value = from === undefined ? undefined : valueAt(text, from);
    next = value === undefined ? undefined : after(END, text, value.end);
    // Nothing after it is looked at: where a quote isn't closed, every further line could be in it.
    if (value === undefined || next === undefined) {
      throw badFile('dotenv', `${where()}: neither KEY=value nor a comment`, hintAt(text, start, from));
    }
    if (value.isCut) found.refuse(`${quote(key)} has a "#" in a value without quotes`, where, QUOTES);
    else found.add(key, value.text, where);
  }
  return found.all();
}

/** For a line that begins at `start`, whose value would begin at `from`. */
function hintAt(text: string, start: number, from: number | undefined): string {
  const line = /[^\n]*/uy;
  line.lastIndex = start;
  const written = line.exec(text)?.[0] ?? '';
  const mark = from === undefined ? '' : text.charAt(from);
  if (mark !== '' && `'"\``.includes(mark)) {
    return 'close the quote; nothing but a comment follows a closing quote';
  }
  if (/^\s*(?:export\s+)?[\w.-]+\s*$/u.test(written))
    return 'a name alone has no value: KEY= for an empty one';
  if (/^\s*[{[]/u.test(written)) return 'it looks like JSON: --format json';
  return QUOTES;
}

/** Where a match that begins at `at` ends. */
function after(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

interface Value {
  readonly text: string;
  readonly end: number;
  /** A bare value that ends at a `#` right after it. */
  readonly isCut: boolean;
}

function valueAt(text: string, from: number): Value | undefined {
  const mark = text.charAt(from);
  if (mark !== "'" && mark !== '"' && mark !== '`') {
    const end = after(BARE, text, from) ?? from;
    // Blanks before it belong to the separator.
    const isCut = text.charAt(end) === '#' && !/\s/u.test(text.charAt(end - 1));
    return { text: text.slice(from, end).trim(), end, isCut };
  }
  const close = closeOf(text, from, mark);
  if (close === undefined) return undefined;
  const inner = text.slice(from + 1, close);
  const expanded = mark === '"' ? inner.replaceAll('\\n', '\n').replaceAll('\\r', '\r') : inner;
  return { text: expanded, end: close + 1, isCut: false };
}

/** As npm dotenv's expression finds it: the first mark without a backslash before it, else the last one with; a line's end follows. */
function closeOf(text: string, from: number, mark: string): number | undefined {
  const marks: number[] = [];
  for (let at = text.indexOf(mark, from + 1); at >= 0; at = text.indexOf(mark, at + 1)) {
    marks.push(at);
    if (text.charAt(at - 1) !== '\\') break;
  }
  const close = marks.findLast((at) => after(NPM_END, text, at + 1) !== undefined);
  return close !== undefined && after(END, text, close + 1) !== undefined ? close : undefined;
}
