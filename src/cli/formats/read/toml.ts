import { quote } from '../../../text/printable.js';
import type { ImportedEntry } from '../entry.js';
import { badFile, Found, lineAt } from '../problems.js';

// Sticky, each for one piece: TOML 1.0.
const GAP = /(?:[ \t]*(?:#[^\r\n]*)?(?:\r?\n|$))+/uy;
const BARE_KEY = /[A-Za-z0-9_-]+/uy;
const EQUALS = /[ \t]*=[ \t]*/uy;
const END = /[ \t]*(?:#[^\r\n]*)?(?:\r?\n|$)/uy;
/** Booleans, numbers, dates: as they stand there. */
const PLAIN =
  /(?:true|false|[-+]?(?:inf|nan|[0-9][0-9A-Fa-fxob_.+:TZtz-]*(?: [0-9]{2}:[0-9:.Z+-]+)?))(?=[ \t\r\n#]|$)/uy;

const TEXT = 'write it as text in quotes';

/**
 * TOML's outermost table, name = value, one a line: strings of all four kinds, and numbers, dates, `true` and
 * `false` as they are written. Tables, arrays and dotted names are refused.
 *
 * @throws ERR_USAGE
 */
export function readToml(text: string): readonly ImportedEntry[] {
  const found = new Found('toml');
  for (let at = after(GAP, text, 0) ?? 0; at < text.length; at = after(GAP, text, at) ?? at) {
    const start = at;
    const where = (): string => lineAt(text, start);
    if (text.charAt(at) === '[')
      throw badFile('toml', `${where()}: a table`, 'names and values only: "a/b" = "text"');
    const key = keyAt(text, at);
    const from = key === undefined ? undefined : after(EQUALS, text, key.end);
    if (key === undefined || from === undefined) {
      const isDotted = key !== undefined && /^[ \t]*\./u.test(text.slice(key.end, key.end + 9));
      throw badFile(
        'toml',
        `${where()}: not name = value`,
        isDotted ? 'put a name with dots in quotes' : 'name = "text"',
      );
    }
    const c = text.charAt(from);
    if (c === '[' || c === '{') {
      const kind = c === '[' ? 'an array' : 'a table';
      throw badFile('toml', `${where()}: ${quote(key.text)} is ${kind}, not text`, TEXT);
    }
    const value = valueAt(text, from);
    const end = value === undefined ? undefined : after(END, text, value.end);
    if (value === undefined || end === undefined) {
      const hint = c === '"' || c === "'" ? 'close the quote, and escape what TOML does not know' : TEXT;
      throw badFile('toml', `${where()}: the value of ${quote(key.text)} is not TOML`, hint);
    }
    found.add(key.text, value.text, where);
    at = end;
  }
  return found.all();
}

interface Piece {
  readonly text: string;
  readonly end: number;
}

function after(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

function keyAt(text: string, at: number): Piece | undefined {
  const start = at + (/^[ \t]*/u.exec(text.slice(at, at + 80))?.[0].length ?? 0);
  const c = text.charAt(start);
  if (c === '"' || c === "'") return text.startsWith(c.repeat(3), start) ? undefined : quoted(text, start, c);
  const end = after(BARE_KEY, text, start);
  return end === undefined ? undefined : { text: text.slice(start, end), end };
}

function valueAt(text: string, from: number): Piece | undefined {
  for (const mark of ['"""', "'''", '"', "'"])
    if (text.startsWith(mark, from)) return quoted(text, from, mark);
  const end = after(PLAIN, text, from);
  return end === undefined ? undefined : { text: text.slice(from, end), end };
}

function quoted(text: string, from: number, mark: string): Piece | undefined {
  const isLong = mark.length === 3;
  let at = from + mark.length;
  // A line break right after the opening marks is none of the text.
  if (isLong) at += /^(?:\r?\n)?/u.exec(text.slice(at, at + 2))?.[0].length ?? 0;
  const start = at;
  while (!text.startsWith(mark, at)) {
    if (at >= text.length || (!isLong && /[\r\n]/u.test(text.charAt(at)))) return undefined;
    at += mark.startsWith('"') && text.charAt(at) === '\\' ? 2 : 1;
  }
  // Up to two marks more stand for themselves.
  for (let more = 0; isLong && more < 2 && text.startsWith(mark, at + 1); more++) at++;
  const inner = text.slice(start, at).replaceAll('\r\n', '\n');
  if (/[\0-\b\v\f\u000e-\u001f\u007f\r]/u.test(inner)) return undefined;
  const read = mark.startsWith('"') ? unescape(inner, isLong) : inner;
  return read === undefined ? undefined : { text: read, end: at + mark.length };
}

const NAMED: Readonly<Record<string, string>> = {
  b: '\b',
  t: '\t',
  n: '\n',
  f: '\f',
  r: '\r',
  '"': '"',
  '\\': '\\',
};

function unescape(text: string, isLong: boolean): string | undefined {
  let isBad = false;
  const read = text.replace(
    /\\(?:(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})|([ \t]*\n\s*)|(.)|$)/gsu,
    (_, code?: string, gap?: string, c = '') => {
      if (gap !== undefined && isLong) return '';
      const point = code === undefined ? -1 : Number.parseInt(code.slice(1), 16);
      if (point >= 0 && point <= 0x10ffff && !(point >= 0xd800 && point < 0xe000))
        return String.fromCodePoint(point);
      const named = NAMED[c as string];
      if (named === undefined) isBad = true;
      return named ?? '';
    },
  );
  return isBad ? undefined : read;
}
