import { LazycredError } from '../../../errors.js';

/** What Python's `str` takes for a word's characters, for white space and for digits. */
const WORD = '\\p{L}\\p{N}_';
const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const SETS: Readonly<Record<string, string>> = { w: WORD, s: SPACE, d: '\\p{Nd}' };

const PLACES: Readonly<Record<string, string>> = {
  A: '(?<![^])',
  Z: '(?![^])',
  b: `(?:(?<=[${WORD}])(?![${WORD}])|(?<![${WORD}])(?=[${WORD}]))`,
  B: `(?:(?<=[${WORD}])(?=[${WORD}])|(?<![${WORD}])(?![${WORD}]))`,
};

const CHARACTERS: Readonly<Record<string, string>> = {
  a: '\\x07',
  f: '\\f',
  n: '\\n',
  r: '\\r',
  t: '\\t',
  v: '\\v',
};

/** A piece of a pattern: in JavaScript's words, and its length in Python's. */
export interface Piece {
  readonly text: string;
  readonly length: number;
  /** It means one character: it may begin or end a range. */
  readonly single?: true;
  /** It means a place, which can't be repeated. */
  readonly place?: true;
}

/** ERR_USAGE. */
export function badRegex(why: string, cause?: unknown): LazycredError {
  return new LazycredError('ERR_USAGE', `the name with "*" is a regular expression, and ${why}`, { cause });
}

/** A character that means itself, whatever it would mean otherwise. */
export function literal(character: string): string {
  const isPlain = /^(?:[A-Za-z0-9_]|[^\u0000-\u007f])$/u.test(character);
  return isPlain ? character : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/**
 * The escape that `rest` begins with.
 * @throws ERR_USAGE for one that Python refuses
 */
export function escapeAt(rest: string, inSet: boolean): Piece {
  const [, number] = /^\\([1-9][0-9]?)/u.exec(rest) ?? [];
  if (number !== undefined && !inSet) return { text: `(?:\\${number})`, length: 1 + number.length };
  const [coded, ...hex] = /^\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))/u.exec(rest) ?? [];
  if (coded !== undefined) {
    const point = Number.parseInt(hex.find((h) => h !== undefined) ?? '', 16);
    if (point > 0x10ffff) throw badRegex('an escape in it is no character');
    return { text: `\\u{${point.toString(16)}}`, length: coded.length, single: true };
  }
  const [, c] = rest;
  if (c === undefined) throw badRegex('it ends with a backslash');
  const length = 1 + c.length;
  const set = SETS[c.toLowerCase()];
  if (set !== undefined) return { text: `[${c === c.toLowerCase() ? '' : '^'}${set}]`, length };
  const place = inSet ? undefined : PLACES[c];
  if (place !== undefined) return { text: place, length, place: true };
  const character = inSet && c === 'b' ? '\\x08' : CHARACTERS[c];
  if (character === undefined && /^[A-Za-z0-9]$/u.test(c)) throw badRegex(`the escape \\${c} is unknown`);
  return { text: character ?? literal(c), length, single: true };
}

/**
 * The set in brackets that `rest` begins with.
 * @throws ERR_USAGE for one that doesn't end, or a bad range
 */
export function setAt(rest: string): Piece {
  const start = rest.startsWith('[^') ? 2 : 1;
  let text = rest.slice(0, start);
  let at = start;
  const next = (): Piece => {
    if (rest[at] === '\\') return escapeAt(rest.slice(at), true);
    const [c] = rest.slice(at);
    if (c === undefined) throw badRegex('a "[" in it has no "]"');
    return { text: literal(c), length: c.length, single: true };
  };
  // A bracket that comes first is one of the characters.
  while (at === start || rest[at] !== ']') {
    const first = next();
    at += first.length;
    text += first.text;
    if (rest[at] !== '-' || rest[at + 1] === ']') continue;
    at++;
    const last = next();
    at += last.length;
    if (first.single !== true || last.single !== true) throw badRegex('a range in it has no ends');
    text += `-${last.text}`;
  }
  return { text: `${text}]`, length: at + 1 };
}
