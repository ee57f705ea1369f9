import { decodeBase64 } from '../../../text/base64.js';
import { quote } from '../../../text/printable.js';
import type { ImportedEntry } from '../entry.js';
import { FULL_LAYOUT, FULL_LIST, FULL_MARK } from '../full.js';
import { badFile, Found } from '../problems.js';

/** What a reader made of a map. */
type Map = Readonly<Record<string, unknown>>;

/** Whether a file's outermost value is a full export's. */
export function isFull(value: object): value is Map {
  return FULL_MARK in value && FULL_LIST in value && Array.isArray(value[FULL_LIST]);
}

const MEMBERS: ReadonlySet<string> = new Set([
  'name',
  'version',
  'value',
  'base64',
  'comment',
  'tags',
  'by',
  'created',
]);

/**
 * The secrets of a full export (`lazy export --full`), in its order. What it doesn't know it refuses, since
 * what is left out would be lost.
 *
 * @throws ERR_USAGE
 */
export function readFull(format: string, file: Map): readonly ImportedEntry[] {
  if (String(file[FULL_MARK]) !== FULL_LAYOUT || Object.keys(file).length !== 2) {
    throw badFile(format, `its ${FULL_MARK} is not ${FULL_LAYOUT}`, 'a newer lazycred wrote it: upgrade');
  }
  const found = new Found(format);
  for (const [i, item] of (file[FULL_LIST] as readonly unknown[]).entries()) {
    const problem = (what: string): void => found.refuse(`secret ${i + 1}: ${what}`);
    const entry = entryOf(item, problem);
    if (entry !== undefined) found.addVersion(entry, () => `secret ${i + 1}`);
  }
  return found.all();
}

/** Undefined after telling a problem. */
function entryOf(item: unknown, problem: (what: string) => void): ImportedEntry | undefined {
  if (!isMap(item)) return tell(problem, 'it is not a map');
  const unknown = Object.keys(item).find((key) => !MEMBERS.has(key));
  if (unknown !== undefined) return tell(problem, `it has an unknown member ${quote(unknown)}`);
  const { name, version, comment, by, tags } = item;
  if (!isText(name)) return tell(problem, 'it has no name');
  const value = valueOf(item);
  if (value === undefined) return tell(problem, `${quote(name)} has not one "value" or "base64"`);
  if (version !== undefined && !(isText(version) && /^[0-9]{1,19}$/u.test(version))) {
    return tell(problem, `${quote(name)} has a version that is not a number`);
  }
  if (!isTextOrNone(comment) || !isTextOrNone(by))
    return tell(problem, `${quote(name)} has a note that is not text`);
  if (tags !== undefined && !isTags(tags)) return tell(problem, `${quote(name)} has tags that are not texts`);
  return { name, value, version, comment, by, tags };
}

function tell(problem: (what: string) => void, what: string): undefined {
  problem(what);
}

function valueOf({ value, base64 }: Map): Uint8Array | undefined {
  if (isText(value)) return base64 === undefined && value.isWellFormed() ? Buffer.from(value) : undefined;
  return value === undefined && isText(base64) ? decodeBase64(base64) : undefined;
}

function isMap(value: unknown): value is Map {
  return (
    typeof value === 'object' && value !== null && Object.prototype.toString.call(value) === '[object Object]'
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTextOrNone(value: unknown): value is string | undefined {
  return value === undefined || (isText(value) && value.isWellFormed());
}

function isTags(value: unknown): value is Readonly<Record<string, string>> {
  if (!isMap(value)) return false;
  return Object.entries(value).every(([key, text]) => key.isWellFormed() && isTextOrNone(text));
}
