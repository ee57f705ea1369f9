import { badRegex, escapeAt, literal, setAt, type Piece } from './regex-escapes.js';

/** The beginnings of groups that both languages have, and Python's own with what they are here. */
const GROUPS: readonly (readonly [RegExp, (part: string) => string])[] = [
  [/^\(\?#[^)]*\)/u, () => ''],
  [/^\(\?P<([A-Za-z_][A-Za-z0-9_]*)>/u, (name) => `(?<${name}>`],
  [/^\(\?P=([A-Za-z_][A-Za-z0-9_]*)\)/u, (name) => `\\k<${name}>`],
  [/^(\(\?(?::|=|!|<=|<!))/u, (start) => start],
  [/^(\()(?!\?)/u, (start) => start],
];

const QUANTIFIER = /^(?:[*+?]|\{(?:[0-9]+(?:,[0-9]*)?|,[0-9]*)\})\??/u;

/** What means something by itself: Python's `.` stops at line feeds alone, and its `$` also matches before a last one. */
const ALONE: Readonly<Record<string, string>> = {
  '.': '[^\\n]',
  $: '(?=\\n?(?![^]))',
  '^': '^',
  '|': '|',
  ')': ')',
};

/**
 * A regular expression that matches what Python's `re` finds with `pattern`.
 *
 * @throws ERR_USAGE for a bad one, and for what JavaScript hasn't: flags, conditions, atomic groups,
 *   possessive quantifiers
 */
export function pythonRegex(pattern: string): RegExp {
  let out = '';
  for (let at = 0; at < pattern.length;) {
    const { text, length, place } = pieceAt(pattern.slice(at));
    out += text;
    at += length;
    if (place === true && QUANTIFIER.test(pattern.slice(at))) throw badRegex('a place in it is repeated');
  }
  try {
    return new RegExp(out, 'v');
  } catch (e) {
    // V8's message quotes the translation, which nobody wrote.
    throw badRegex('it is not a valid one', e);
  }
}

function pieceAt(rest: string): Piece {
  const [quantifier] = QUANTIFIER.exec(rest) ?? [];
  if (quantifier !== undefined) {
    if (rest[quantifier.length] === '+') throw badRegex('possessive quantifiers are not supported');
    return { text: quantifier.replace('{,', '{0,'), length: quantifier.length };
  }
  if (rest.startsWith('(')) return groupAt(rest);
  if (rest.startsWith('[')) return setAt(rest);
  if (rest.startsWith('\\')) return escapeAt(rest, false);
  const [c = ''] = rest;
  return { text: ALONE[c] ?? literal(c), length: c.length };
}

function groupAt(rest: string): Piece {
  for (const [start, here] of GROUPS) {
    const match = start.exec(rest);
    if (match !== null) return { text: here(match[1] ?? ''), length: match[0].length };
  }
  throw badRegex('it holds a group that is not supported');
}
