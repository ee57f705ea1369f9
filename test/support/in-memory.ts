import type { Backend } from '../../src/backend.js';
import { MemoryBackend } from '../../src/backends/memory.js';
import { parseName } from '../../src/record/names.js';
import type { StoredRecord } from '../../src/record.js';
import type { StoreParts } from '../../src/store/options.js';
import { Store } from '../../src/store.js';
import { collect } from '../suites/ground.js';
import { localKey, shared } from './stores.js';

/** The key of the stores below: those on one backend open each other's records. */
export const key = shared(await localKey());

/** A store on this backend. */
export function storeOn(backend: Backend, parts: Partial<StoreParts> = {}): Store {
  return new Store({ backend, keys: [key], ...parts });
}

/** A store in memory, and the backend underneath, to meddle with. */
export function inMemory(parts: Partial<StoreParts> = {}): {
  readonly store: Store;
  readonly backend: MemoryBackend;
} {
  const backend = new MemoryBackend();
  return { backend, store: storeOn(backend, parts) };
}

/** The record at `version`, or the newest, as it lies in the backend. */
export async function stored(backend: Backend, name: string, version?: string): Promise<StoredRecord> {
  const record = await backend.get(parseName(name), version);
  if (record === undefined) throw new Error(`${name} is not there`);
  return record;
}

/** What a store lists below a prefix. */
export async function names(store: Store, prefix?: string): Promise<string[]> {
  return (await collect(store.list(prefix === undefined ? {} : { match: prefix }))).map((l) => l.name);
}
