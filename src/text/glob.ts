import { LazycredError } from '../errors.js';

/** Whether text is a pattern rather than a name: no name holds these characters. */
export function isGlob(text: string): boolean {
  return /[*?[\]]/u.test(text);
}

/** A pattern over names, and the literal text that each name it matches begins with. */
export interface Glob {
  readonly prefix: string;
  matches(name: string): boolean;
}

/** Whether one character is taken; a star takes any number of those it takes. */
interface Token {
  readonly star: boolean;
  takes(character: string): boolean;
}

/**
 * Reads a glob: `*` is any run of characters but `/`, `**` any run, `?` one character but `/`,
 * `[abc]`, `[a-z]` and `[!a-z]` one of a set, never `/`. Everything else is itself: a glob, not a
 * regular expression. Matching takes time in proportion to both lengths, whatever the pattern.
 *
 * @throws ERR_USAGE for a `[` without its `]`, or a range that runs backwards
 * @example
 * parseGlob('prod/*').matches('prod/db'); // true; not for prod/eu/db
 */
export function parseGlob(text: string): Glob {
  const first = /[*?[\]]/u.exec(text)?.index ?? text.length;
  const tokens: Token[] = [];
  for (let rest = text; rest !== '';) {
    const source = /^(?:\*+|\?|\[!?[^\]]+\]|.)/su.exec(rest)?.[0] ?? rest;
    tokens.push(tokenOf(source, text));
    rest = rest.slice(source.length);
  }
  return { prefix: text.slice(0, first), matches: (name) => matches(tokens, name) };
}

const notSlash = (character: string): boolean => character !== '/';

function tokenOf(source: string, whole: string): Token {
  if (source === '*') return { star: true, takes: notSlash };
  if (source.startsWith('*')) return { star: true, takes: () => true };
  if (source === '?') return { star: false, takes: notSlash };
  if (source === '[') throw badGlob(whole, 'a "[" without its "]"');
  if (source.startsWith('[')) return { star: false, takes: setOf(source, whole) };
  return { star: false, takes: (character) => character === source };
}

function setOf(source: string, whole: string): (character: string) => boolean {
  const negated = source.startsWith('[!');
  const members = [...source.slice(negated ? 2 : 1, -1)];
  if (members.length === 0) throw badGlob(whole, 'a "[" without its "]"');
  const ranges: (readonly [string, string])[] = [];
  for (let i = 0; i < members.length; i++) {
    const from = members[i] ?? '';
    // A dash at either end of a set means a dash: [a-] takes a and -.
    const isRange = members[i + 1] === '-' && i + 2 < members.length;
    const to = isRange ? (members[i + 2] ?? '') : from;
    if (isRange) i += 2;
    if (codePoint(from) > codePoint(to)) throw badGlob(whole, `the range ${from}-${to}`);
    ranges.push([from, to]);
  }
  const has = (c: string) =>
    ranges.some(([from, to]) => codePoint(from) <= codePoint(c) && codePoint(c) <= codePoint(to));
  return (character) => character !== '/' && has(character) !== negated;
}

function codePoint(character: string): number {
  return character.codePointAt(0) ?? 0;
}

// All places in the pattern that the name so far can lead to, at once: no backtracking to blow up.
function matches(tokens: readonly Token[], name: string): boolean {
  let places = pastStars(tokens, new Set([0]));
  for (const character of name) {
    const next = new Set<number>();
    for (const place of places) {
      const token = tokens[place];
      if (token?.takes(character) === true) next.add(token.star ? place : place + 1);
    }
    places = pastStars(tokens, next);
  }
  return places.has(tokens.length);
}

// A star may take no character at all: its place leads on to the next one, too.
function pastStars(tokens: readonly Token[], places: Set<number>): Set<number> {
  // A walk over a Set also visits the places that are added on the way.
  for (const place of places) if (tokens[place]?.star === true) places.add(place + 1);
  return places;
}

function badGlob(glob: string, what: string): LazycredError {
  return new LazycredError('ERR_USAGE', `bad pattern "${glob}": ${what}`, {
    hint: 'patterns know *, **, ?, [abc] and [!abc]',
  });
}
