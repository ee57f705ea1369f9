import { LazycredError } from './errors.js';

/** Whether text is a pattern rather than a name: no name holds these characters. */
export function isGlob(text: string): boolean {
  return /[*?[\]]/u.test(text);
}

/** A pattern over names, and the literal text that each name it matches begins with. */
export interface Glob {
  readonly prefix: string;
  matches(name: string): boolean;
}

/**
 * Reads a glob: `*` is any run of characters but `/`, `**` any run, `?` one character but `/`,
 * `[abc]`, `[a-z]` and `[!a-z]` one of a set. Everything else is itself: a glob, not a regular
 * expression.
 *
 * @throws ERR_USAGE for a `[` without its `]`, or a range that runs backwards
 * @example
 * parseGlob('prod/*').matches('prod/db'); // true; not for prod/eu/db
 */
export function parseGlob(text: string): Glob {
  const first = /[*?[\]]/u.exec(text)?.index ?? text.length;
  let source = '';
  for (let rest = text; rest !== '';) {
    const [token, pattern] = nextToken(rest, text);
    source += pattern;
    rest = rest.slice(token.length);
  }
  const expression = new RegExp(`^${source}$`, 'su');
  return { prefix: text.slice(0, first), matches: (name) => expression.test(name) };
}

function nextToken(rest: string, whole: string): readonly [string, string] {
  if (rest.startsWith('**')) return [/^\*+/u.exec(rest)?.[0] ?? '**', '.*'];
  if (rest.startsWith('*')) return ['*', '[^/]*'];
  if (rest.startsWith('?')) return ['?', '[^/]'];
  if (rest.startsWith('[')) return readSet(rest, whole);
  const character = String.fromCodePoint(rest.codePointAt(0) ?? 0);
  return [character, character.replace(/[\\^$.*+?()[\]{}|/-]/u, '\\$&')];
}

function readSet(rest: string, whole: string): readonly [string, string] {
  const token = /^\[!?[^\]]+\]/u.exec(rest)?.[0];
  if (token === undefined) throw badGlob(whole, 'a "[" without its "]"');
  const negated = token.startsWith('[!');
  const members = token.slice(negated ? 2 : 1, -1).replace(/[\\^[\]]/gu, '\\$&');
  const pattern = `(?!/)[${negated ? '^' : ''}${members.replace(/^-|-$/u, '\\-')}]`;
  try {
    return [token, RegExp(pattern, 'u').source];
  } catch {
    // The engine's message is about its own syntax.
    throw badGlob(whole, `the set ${token}`);
  }
}

function badGlob(glob: string, what: string): LazycredError {
  return new LazycredError('ERR_USAGE', `bad pattern "${glob}": ${what}`, {
    hint: 'patterns know *, **, ?, [abc] and [!abc]',
  });
}
