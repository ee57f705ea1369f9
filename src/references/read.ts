import type { CallOptions } from '../backend.js';
import type { Secret } from '../secret.js';
import type { Store } from '../store.js';
import { allOrError, forEach } from '../store/bulk.js';
import { fieldOf } from './field.js';
import type { Reference } from './reference.js';

/** How many secrets are read, told while it happens. */
export interface ReadOptions extends CallOptions {
  /** Called after each secret: how many are done, of how many, and how many of them failed. */
  readonly progress?: ((done: number, total: number, failed: number) => void) | undefined;
}

/** What a reference gave. */
export interface ReadReference {
  readonly value: Uint8Array;
  /** That of the secret which it was read from. */
  readonly version: string;
}

/**
 * The values of references, in their order: all, or one error that names every one that can't be had. Each
 * version of a secret is read once, however many references name it, several at a time.
 *
 * @throws what `Store.get` throws; ERR_NOT_FOUND and ERR_USAGE for fields
 */
export async function readReferences(
  store: Pick<Store, 'get'>,
  references: readonly Reference[],
  { signal, progress }: ReadOptions = {},
): Promise<ReadReference[]> {
  const read = readOnce(store, signal);
  const values = new Map<string, ReadReference>();
  const readInto = async (reference: Reference): Promise<void> => {
    const secret = await read(reference);
    const { field } = reference;
    const value = field === undefined ? secret.bytes() : Buffer.from(fieldOf(secret, field));
    values.set(partsOf(reference), { value, version: secret.version });
  };
  await ofEach(references, readInto, 'get', { signal, progress });
  return references.map((r) => values.get(partsOf(r)) as ReadReference);
}

/**
 * Looks whether all references can be had. A secret is opened only where one of its fields is asked for, so that
 * the other references need no right to decrypt; whether such a secret opens is then not known.
 *
 * @throws one error that names every reference that can't be had, as {@link readReferences} does
 */
export async function checkReferences(
  store: Pick<Store, 'get' | 'has'>,
  references: readonly Reference[],
  { signal, progress }: ReadOptions = {},
): Promise<void> {
  const read = readOnce(store, signal);
  const look = async (reference: Reference): Promise<void> => {
    const { name, version, field } = reference;
    if (field !== undefined) fieldOf(await read(reference), field);
    // The failure of a read says why there is no value: never put, deleted, destroyed.
    else if (!(await store.has(name, { signal, version }))) await read(reference);
  };
  await ofEach(references, look, 'find', { signal, progress });
}

/** Does the work once for references that are the same. @throws one error for all that fail */
async function ofEach(
  references: readonly Reference[],
  work: (reference: Reference) => Promise<void>,
  action: string,
  { signal, progress }: ReadOptions,
): Promise<void> {
  const distinct = [...new Map(references.map((r) => [partsOf(r), r])).values()];
  const done = (n: number, failed: number) => progress?.(n, distinct.length, failed);
  const nth = (_: string, i: number) => work(distinct[i] as Reference);
  allOrError(await forEach(distinct.map(shown), nth, { signal, done }), action);
}

// Each part apart: the field `b` of `a` and a secret of the name `a#b` are shown alike.
function partsOf({ name, version, field }: Reference): string {
  return JSON.stringify([name, version, field]);
}

/** Reads each version of a secret once, however often it is asked for. */
function readOnce(
  store: Pick<Store, 'get'>,
  signal: AbortSignal | undefined,
): (reference: Reference) => Promise<Secret> {
  const reading = new Map<string, Promise<Secret>>();
  return ({ name, version }) => {
    const key = partsOf({ name, version });
    const secret = reading.get(key) ?? store.get(name, { signal, version });
    reading.set(key, secret);
    return secret;
  };
}

/** As messages call it: without the scheme, and as a person would write it. */
function shown({ name, version, field }: Reference): string {
  return `${name}${version === undefined ? '' : `?v=${version}`}${field === undefined ? '' : `#${field}`}`;
}
