import { LazycredError } from '../errors.js';
import type { Secret } from '../secret.js';
import { quote } from '../text/printable.js';

/**
 * A member of a JSON value: text as it is, anything else as the JSON that stands there (a number
 * keeps its digits). `a.b` is the member of that very name, else the member `b` of the member `a`.
 *
 * @throws ERR_NOT_FOUND when it isn't there; ERR_USAGE when the value is not JSON, or not an object
 */
export function fieldOf(secret: Secret, field: string): string {
  // The value is parsed as a whole first: the search for members relies on valid JSON.
  const value = secret.json();
  const details = { name: secret.name };
  if (typeof value !== 'object' || value === null) {
    throw new LazycredError('ERR_USAGE', 'the value is JSON, but not an object', details);
  }
  const text = secret.text();
  const member = membersOf(text).get(field) ?? nested(text, field.split('.'));
  if (member === undefined)
    throw new LazycredError('ERR_NOT_FOUND', `there is no field ${quote(field)}`, details);
  return member.startsWith('"') ? (JSON.parse(member) as string) : member;
}

function nested(text: string, path: readonly string[]): string | undefined {
  return path.reduce<string | undefined>(
    (inner, name) => (inner === undefined ? undefined : membersOf(inner).get(name)),
    text,
  );
}

// The tokens of RFC 8259: strings, structural characters, and the rest (numbers, true, false and null).
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s"{}[\]:,]+/gu;

/** The members of an object or array in valid JSON, each as the text that stands there; the last of a name counts. */
function membersOf(text: string): Map<string, string> {
  const members = new Map<string, string>();
  let depth = 0;
  let key: string | undefined;
  let index = 0;
  let start: number | undefined;
  let isArray = false;
  for (const { 0: token, index: at } of text.matchAll(TOKEN)) {
    const closes = token === '}' || token === ']';
    if (depth === 1 && (closes || token === ',')) {
      if (start !== undefined)
        members.set(isArray ? String(index++) : (key ?? ''), text.slice(start, at).trimEnd());
      [key, start] = [undefined, undefined];
    } else if (depth === 1 && !isArray && key === undefined) {
      key = JSON.parse(token) as string;
    } else if (depth === 1 && token !== ':') start ??= at;
    if (depth === 0) isArray = token === '[';
    if (token === '{' || token === '[') depth++;
    if (closes) depth--;
  }
  return members;
}
