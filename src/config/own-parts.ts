import type { Backend } from '../backend.js';
import type { KeyProvider } from '../keys.js';
import { contextFault } from '../record/context.js';
import { MAX_RECIPIENTS, type Format } from '../record.js';
import { Problems } from './problems.js';
import { readContext, readFormat, readFormats, readTimeout } from './values.js';

/** A store of one's own parts, instead of settings that name some: for backends and keys of any kind. */
export interface OwnParts {
  /** Where the records lie; closed with the store. */
  readonly backend: Backend;
  /** 1–8 keys, each of which wraps every data key; closed with the store. */
  readonly keys: readonly KeyProvider[];
  /** Up to 8 more keys that open records but never seal new ones. */
  readonly decryptKeys?: readonly KeyProvider[] | undefined;
  /** The format written, and the only one read unless `accept` names more; `native` by default. */
  readonly format?: Format | undefined;
  readonly accept?: Format | readonly Format[] | undefined;
  /** Encryption context: at most 16 pairs, 4 KiB in all. */
  readonly context?: Readonly<Record<string, string>> | undefined;
  /** Time for one operation: seconds, or text with a unit (`500ms`, `30s`, `2m`); at most an hour. */
  readonly timeout?: number | string | undefined;
}

/** {@link OwnParts} as a store takes them. */
export interface CheckedParts {
  readonly backend: Backend;
  readonly keys: readonly KeyProvider[];
  readonly decryptKeys: readonly KeyProvider[];
  readonly format: Format | undefined;
  readonly accept: readonly Format[];
  readonly context: Readonly<Record<string, string>> | undefined;
  readonly timeoutMs?: number;
}

/** The methods that an interface asks for. */
type Methods<T> = {
  readonly [K in keyof T as T[K] extends (...args: never[]) => unknown ? K : never]: true;
};

const BACKEND: Methods<Backend> = {
  get: true,
  numberBefore: true,
  create: true,
  erase: true,
  remove: true,
  purge: true,
  list: true,
  close: true,
};
const PROVIDER: Methods<KeyProvider> = { generate: true, wrap: true, unwrap: true, rank: true, close: true };

const KNOWN: ReadonlySet<string> = new Set<keyof OwnParts>([
  'backend',
  'keys',
  'decryptKeys',
  'format',
  'accept',
  'context',
  'timeout',
]);

/**
 * Checks the parts of a store.
 *
 * @throws ERR_CONFIG with every problem in one message
 */
export function checkParts(parts: OwnParts): CheckedParts {
  const problems = new Problems();
  const read = <T>(key: keyof OwnParts, reader: (raw: unknown) => T): T | undefined => {
    const raw: unknown = parts[key];
    return raw === undefined ? undefined : problems.collect(key, () => reader(raw));
  };
  for (const key of Object.keys(parts)) {
    if (!KNOWN.has(key)) {
      problems.add(key, 'has no meaning beside backend', 'backend and keys know where they are');
    }
  }
  checkMethods('backend', parts.backend, BACKEND, problems);
  checkLimit(parts.backend, problems);
  checkKeys('keys', parts.keys, 1, problems);
  checkKeys('decryptKeys', parts.decryptKeys ?? [], 0, problems);
  const format = read('format', readFormat);
  const accept = [...new Set([format ?? 'native', ...(read('accept', readFormats) ?? [])])];
  const context = read('context', readContext);
  const timeoutMs = read('timeout', readTimeout);
  const fault = context !== undefined && accept.includes('native') ? contextFault(context) : undefined;
  if (fault !== undefined) problems.add('context', fault);
  if (!problems.none) throw problems.error();
  const { backend, keys, decryptKeys = [] } = parts;
  const limit = timeoutMs === undefined ? {} : { timeoutMs };
  return { backend, keys, decryptKeys, format, accept, context, ...limit };
}

function checkLimit(backend: unknown, problems: Problems): void {
  if (typeof backend !== 'object' || backend === null) return;
  const { maxRecordBytes: limit } = backend as { maxRecordBytes?: unknown };
  if (typeof limit === 'number' && limit > 0) return;
  problems.add('backend', 'its maxRecordBytes must be a number of bytes, or Infinity');
}

function checkKeys(where: string, keys: unknown, least: number, problems: Problems): void {
  if (!Array.isArray(keys)) return problems.add(where, 'must be a list of key providers');
  const all: readonly unknown[] = keys;
  if (all.length < least) problems.add(where, 'the list is empty');
  if (all.length > MAX_RECIPIENTS) problems.add(where, `more than ${MAX_RECIPIENTS} in the list`);
  for (const [i, key] of all.slice(0, MAX_RECIPIENTS).entries()) {
    checkMethods(`${where}[${i}]`, key, PROVIDER, problems);
    if (all.indexOf(key) !== i) problems.add(`${where}[${i}]`, 'stands in the list twice');
  }
}

function checkMethods(where: string, part: unknown, methods: object, problems: Problems): void {
  if (typeof part !== 'object' || part === null) return problems.add(where, 'must be an object');
  const missing = Object.keys(methods).filter(
    (name) => typeof (part as Readonly<Record<string, unknown>>)[name] !== 'function',
  );
  if (missing.length > 0) problems.add(where, `lacks ${missing.map((name) => `${name}()`).join(', ')}`);
}
