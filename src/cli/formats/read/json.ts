import { quote } from '../../../text/printable.js';
import type { ImportedEntry } from '../entry.js';
import { badFile, Found, lineAt } from '../problems.js';
import { isFull, readFull } from './full.js';
import { isManifest, readManifest } from './manifest.js';

const AS_TEXT = 'write it as text in quotes';

/**
 * One JSON object, name → value. Strings count as what they say, numbers and `true` and `false` as
 * they stand there; objects, arrays and null are refused.
 *
 * @throws ERR_USAGE
 */
export function readJson(text: string): readonly ImportedEntry[] {
  const value = parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badFile('json', 'it is not one object', '{"name": "value", …}');
  }
  if (isFull(value)) {
    const entries = readFull('json', value);
    if (hasTwice(text, value)) throw badFile('json', 'a member is there twice');
    return entries;
  }
  if (isManifest(value)) return readManifest('json', value);
  const found = new Found('json');
  for (const { name: nameText, value: valueText, at } of jsonMembers(text)) {
    const name = JSON.parse(nameText) as string;
    const where = (): string => lineAt(text, at);
    const kind = KINDS[valueText.charAt(0)];
    if (kind !== undefined) found.refuse(`${quote(name)} is ${kind}, not text`, where, AS_TEXT);
    else found.add(name, valueText.startsWith('"') ? (JSON.parse(valueText) as string) : valueText, where);
  }
  return found.all();
}

const IN_QUOTES = 'names and texts stand in double quotes';

/** What is usually wrong where JSON ends to be JSON. */
function hintAt(text: string, at: number): string {
  const c = text.charAt(at);
  if (c === '') return 'the file ends too early: a quote or brace is not closed';
  if (c === '}' || c === ']') return 'no comma stands before a closing brace';
  if (c === '/' || c === '#') return 'JSON has no comments';
  if (c === '"') return 'a comma stands between two members';
  if (/[\n\r\t]/u.test(c)) return 'in a text, line breaks are \\n and tabs \\t';
  return IN_QUOTES;
}

const KINDS: Readonly<Record<string, string>> = { '{': 'an object', '[': 'an array', n: 'null' };

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (e) {
    if (!(e instanceof SyntaxError)) throw e;
    // V8's message quotes the text, but for "… at position N".
    const position = /at position ([0-9]+)/u.exec(e.message)?.[1];
    const isEnd = /end of JSON input/u.test(e.message);
    const at = position === undefined ? (isEnd ? text.length : undefined) : Number(position);
    const where = position === undefined ? '' : `${lineAt(text, Number(position))}: `;
    throw badFile('json', `${where}not JSON`, at === undefined ? IN_QUOTES : hintAt(text, at));
  }
}

/** Whether an object anywhere in valid JSON has a member twice: each has one colon in the text, and JSON.parse keeps one. */
function hasTwice(text: string, value: unknown): boolean {
  let colons = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    if (c === '"') i = endOfString(text, i);
    else if (c === ':') colons++;
  }
  return colons !== membersIn(value);
}

function membersIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inner = Object.values(value).reduce<number>((sum, one) => sum + membersIn(one), 0);
  return Array.isArray(value) ? inner : inner + Object.keys(value).length;
}

/** One member of an object. */
interface Member {
  /** Both as they stand in the text. */
  readonly name: string;
  readonly value: string;
  readonly at: number;
}

/** The members of the outermost object of valid JSON, every one: JSON.parse keeps only the last of a name. */
export function* jsonMembers(text: string): Generator<Member> {
  let depth = 0;
  let name: { readonly from: number; readonly to: number } | undefined;
  let valueFrom = -1;
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    const from = i;
    if (c === '"') i = endOfString(text, i);
    if (depth === 1) {
      if (name === undefined && c === '"') name = { from, to: i + 1 };
      else if (name !== undefined && c === ':' && valueFrom < 0) valueFrom = i + 1;
      else if (name !== undefined && (c === ',' || c === '}')) {
        yield { name: text.slice(name.from, name.to), value: text.slice(valueFrom, i).trim(), at: name.from };
        [name, valueFrom] = [undefined, -1];
      }
    }
    if (c === '{' || c === '[') depth++;
    else if (c === '}' || c === ']') depth--;
  }
}

function endOfString(text: string, start: number): number {
  let end = start + 1;
  while (text.charAt(end) !== '"') end += text.charAt(end) === '\\' ? 2 : 1;
  return end;
}
