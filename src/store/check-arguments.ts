import { types } from 'node:util';
import { LazycredError } from '../errors.js';
import type {
  DestroyOptions,
  GetOptions,
  ListOptions,
  ManyOptions,
  PruneOptions,
  PutOptions,
} from './options.js';

/** Every option that an operation of the store takes. */
type StoreOptions = PutOptions & GetOptions & ListOptions & ManyOptions & PruneOptions & DestroyOptions;

type Check = readonly [is: (value: unknown) => boolean, what: string];

const isText = (value: unknown): boolean => typeof value === 'string';
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isVersion = (value: unknown): boolean => isText(value) || typeof value === 'number';

const TEXT: Check = [isText, 'text'];
const FLAG: Check = [(value) => typeof value === 'boolean', 'true or false'];
const COUNT: Check = [isCount, 'a whole number from 0'];

/** What each option of the store's operations has to be, by its name. */
const OPTIONS: Readonly<Record<keyof StoreOptions, Check>> = {
  version: [isVersion, 'a version: a number, or text'],
  versions: [(value) => Array.isArray(value) && value.every(isVersion), 'a list of versions'],
  ifVersion: COUNT,
  ifAbsent: FLAG,
  toReseal: FLAG,
  backfill: FLAG,
  skipUnchanged: FLAG,
  comment: TEXT,
  by: TEXT,
  digest: TEXT,
  tags: [(value) => isMap(value) && Object.values(value).every(isText), 'a map of text to text'],
  match: TEXT,
  deleted: FLAG,
  details: FLAG,
  keep: [(value) => typeof value === 'number', 'a number'],
  olderThan: [(value) => types.isDate(value) && !Number.isNaN(value.getTime()), 'a date'],
  progress: [(value) => typeof value === 'function', 'a function'],
  signal: [(value) => isMap(value) && typeof value['aborted'] === 'boolean', 'an AbortSignal'],
};

/**
 * Checks the options of an operation, whose types JavaScript does not hold; unknown ones are left alone.
 *
 * @throws ERR_USAGE, naming the option
 */
export function checkOptions(options: object): void {
  if (!isMap(options)) throw wrong('the options', 'an object', options);
  for (const [name, [is, what]] of Object.entries(OPTIONS)) {
    const value = options[name];
    if (value !== undefined && !is(value)) throw wrong(name, what, value);
  }
}

/**
 * The bytes of a value, in memory of their own: whoever wipes his buffer after the call has stored what he
 * gave.
 *
 * @throws ERR_USAGE for what is neither text nor bytes, and for text that is not well-formed Unicode
 */
export function bytesOf(value: unknown): Uint8Array {
  if (typeof value === 'string') {
    if (value.isWellFormed()) return Buffer.from(value);
    throw new LazycredError('ERR_USAGE', 'the value is not well-formed Unicode; give bytes instead');
  }
  // Not every view: the elements of a Uint16Array are no bytes, and Buffer.from would cut each to one.
  if (types.isUint8Array(value)) return Buffer.from(value);
  throw wrong('the value', 'text, or bytes in a Uint8Array or Buffer', value);
}

/** A copy of bytes; anything else as it is, for {@link bytesOf} to refuse. */
export function copyOf<T>(value: T): T | Uint8Array {
  return types.isUint8Array(value) ? Buffer.from(value) : value;
}

/** @throws ERR_USAGE unless `value` is a list of entries with a name */
export function checkEntries(value: unknown): void {
  checkList(value, 'the entries');
  for (const entry of value as unknown[]) {
    if (!isMap(entry)) throw wrong('an entry', 'an object with a name and a value', entry);
    if (!isText(entry['name'])) throw wrong("an entry's name", 'text', entry['name']);
  }
}

/** @throws ERR_USAGE unless `value` is a list */
function checkList(value: unknown, what: string): void {
  if (!Array.isArray(value)) throw wrong(what, 'a list', value);
}

/** @throws ERR_USAGE unless `value` is a list of texts */
export function checkNames(value: unknown): void {
  checkList(value, 'the names');
  for (const name of value as unknown[]) if (!isText(name)) throw wrong("a secret's name", 'text', name);
}

function wrong(what: string, wanted: string, value: unknown): LazycredError {
  return new LazycredError('ERR_USAGE', `${what} must be ${wanted}, not ${kindOfValue(value)}`);
}

// Only the kind is named, `a number` say: what was given in a value's place may be secret.
function kindOfValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  if (Array.isArray(value)) return 'a list';
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  return tag === 'Object' ? 'an object' : `a ${tag}`;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
