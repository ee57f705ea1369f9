import { badKey, holdsNul, type Writer } from '../writer.js';

// npm dotenv's keys; python-dotenv takes more. The first loses `__proto__`.
const KEY = /^[\w.-]+$/;

/**
 * Quoted so that npm dotenv (17, 18) and python-dotenv give the same bytes. Between single quotes
 * python-dotenv decodes `\\` and `\'`, npm dotenv nothing; between double quotes the first decodes
 * ten escapes, the second two; both turn a raw carriage return into a line feed, and only
 * python-dotenv expands `${…}`, even between single quotes.
 */
export const dotenvWriter: Writer = {
  refuse: ({ key, text }) => {
    if (!KEY.test(key) || key === '__proto__') {
      return badKey('may hold only letters, digits, "_", "-" and "."');
    }
    if (holdsNul(text) !== undefined) return holdsNul(text);
    return quoted(text) === undefined ? 'is read differently by npm dotenv and python-dotenv' : undefined;
  },
  write: (pairs) => pairs.map(({ key, text }) => `${key}=${quoted(text) ?? ''}\n`).join(''),
};

function quoted(text: string): string | undefined {
  if (text.includes('${')) return undefined;
  if (!/['\r]|\\(?:\\|$)/u.test(text)) return `'${text}'`;
  // A carriage return becomes `\r`, which a backslash before it would undo.
  if (!/"|\\(?:[\\'abfnrtv\r]|$)/u.test(text)) return `"${text.replaceAll('\r', '\\r')}"`;
  return BARE.test(text) ? text : undefined;
}

// Without quotes nothing is an escape, but a line ends it, npm's `#` does, and blanks around it are trimmed.
const BARE = /^[^\s\p{C}#'"`](?:[^\p{C}\p{Zl}\p{Zp}#]*[^\s\p{C}#])?$/u;
