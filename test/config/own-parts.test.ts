/** Somebody else's backend and key, made of what the package exports and nothing else. */
import { describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import {
  isLazycredError,
  openStore,
  type Backend,
  type BackendListOptions,
  type Context,
  type KeyProvider,
  type Listed,
  type OwnParts,
  type StoredRecord,
  type WrappedKey,
} from 'lazycred';

/** Keeps the versions of each name in an array. */
class ArrayBackend implements Backend {
  readonly location = 'array:';
  readonly maxRecordBytes: number = 10_000;
  isClosed = false;
  readonly #versions = new Map<string, StoredRecord[]>();

  async get(name: string, version?: string): Promise<StoredRecord | undefined> {
    const all = this.#of(name);
    return version === undefined ? all.at(-1) : all.find((r) => r.version === version);
  }

  async numberBefore(_: string, newest: StoredRecord | undefined): Promise<number> {
    return Number(newest?.version ?? 0);
  }

  async create(record: StoredRecord, after: StoredRecord | undefined): Promise<void> {
    const all = this.#of(record.name);
    if (all.at(-1)?.version !== after?.version) throw await conflict();
    this.#versions.set(record.name, [...all, record]);
  }

  async erase(stub: StoredRecord): Promise<void> {
    const all = this.#of(stub.name).map((r) => (r.version === stub.version ? stub : r));
    this.#versions.set(stub.name, all);
  }

  async remove({ name, version }: Pick<StoredRecord, 'name' | 'version'>): Promise<void> {
    this.#versions.set(
      name,
      this.#of(name).filter((r) => r.version !== version),
    );
  }

  purge(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async *list({ name, prefix = '', versions }: BackendListOptions = {}): AsyncIterable<Listed> {
    if (name !== undefined) {
      yield* this.#of(name).map(listed).reverse();
      return;
    }
    for (const [each, all] of this.#versions) {
      if (each.startsWith(prefix)) yield* (versions === true ? all : all.slice(-1)).map(listed);
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }

  #of(name: string): StoredRecord[] {
    return this.#versions.get(name) ?? [];
  }
}

function withLimit(limit: number | undefined): object {
  return Object.assign(new ArrayBackend(), { maxRecordBytes: limit });
}

function listed({ name, version, fields, revision }: StoredRecord): Listed {
  const { data: _, ...rest } = fields;
  const state = fields['state'];
  const removed = state === 'deleted' || state === 'destroyed' || state === 'pruned' ? { state } : {};
  return { name, version, fields: rest, revision, ...removed } as Listed;
}

// The way in which an author comes by the package's error.
async function conflict(): Promise<Error> {
  const { LazycredError } = await import('lazycred');
  return new LazycredError('ERR_CONFLICT', 'another version came first');
}

/** Wraps a data key by XOR: enough for a test. */
class XorKey implements KeyProvider {
  readonly id = 'xor';
  readonly label = 'xor:';
  asked = 0;
  readonly #pad = randomBytes(32);

  async generate(context: Context): Promise<{ key: Uint8Array; wrapped: WrappedKey }> {
    this.asked++;
    const key = randomBytes(32);
    return { key, wrapped: await this.wrap(key, context) };
  }

  async wrap(key: Uint8Array, _: Context): Promise<WrappedKey> {
    return { provider: this.id, id: 'pad', wrapped: this.#xor(key).toString('base64') };
  }

  async unwrap({ wrapped }: WrappedKey): Promise<Uint8Array> {
    return this.#xor(Buffer.from(wrapped, 'base64'));
  }

  rank(wrapped: WrappedKey): 0 | undefined {
    return wrapped.provider === this.id ? 0 : undefined;
  }

  async close(): Promise<void> {
    this.#pad.fill(0);
  }

  #xor(bytes: Uint8Array): Buffer {
    return Buffer.from(bytes.map((b, i) => b ^ (this.#pad[i] ?? 0)));
  }
}

describe('openStore with one’s own backend and key', () => {
  test('puts, gets, lists, tells the history, deletes, undeletes and destroys', async () => {
    const backend = new ArrayBackend();
    const store = await openStore({ backend, keys: [new XorKey()], context: { team: 'a' }, timeout: '5s' });
    expect([store.location, store.keyLabels]).toEqual(['array:', ['xor:']]);
    await store.put('prod/db', 'one');
    expect(await store.put('prod/db', 'two')).toEqual({ name: 'prod/db', version: '2' });
    expect((await store.get('prod/db')).text()).toBe('two');
    expect((await store.get('prod/db', { version: 1 })).text()).toBe('one');
    const names = [];
    for await (const { name } of store.list({ match: 'prod/' })) names.push(name);
    expect(names).toEqual(['prod/db']);
    await store.delete('prod/db');
    await expect(store.get('prod/db')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    await store.undelete('prod/db');
    expect((await store.get('prod/db')).text()).toBe('two');
    const history = await store.history('prod/db');
    expect(history.map(({ version }) => version)).toEqual(['4', '3', '2', '1']);
    await store.destroy('prod/db');
    await expect(store.get('prod/db', { version: 1 })).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    await store.close();
    expect(backend.isClosed).toBe(true);
  });

  test('keeps to maxBytes', async () => {
    const store = await openStore({ backend: new ArrayBackend(), keys: [new XorKey()] }, { maxBytes: 3 });
    await expect(store.put('db', 'four')).rejects.toMatchObject({ code: 'ERR_USAGE' });
  });

  test('is held to the record that the backend has room for, before the key is asked', async () => {
    const key = new XorKey();
    const store = await openStore({ backend: new ArrayBackend(), keys: [key] });
    await store.put('db', 'x'.repeat(7_000));
    expect(key.asked).toBe(1);
    await expect(store.put('db', 'x'.repeat(7_500))).rejects.toMatchObject({ code: 'ERR_USAGE' });
    expect(key.asked).toBe(1);
  });

  test.each<[string, object, string]>([
    ['no key', { keys: [] }, 'keys: the list is empty'],
    ['a key that is none', { keys: ['local:'] }, 'keys[0]: must be an object'],
    ['a backend that lacks methods', { backend: { location: 'x:' } }, 'backend: lacks get(), '],
    ['a backend without a limit', { backend: withLimit(undefined) }, 'backend: its maxRecordBytes must be'],
    ['a backend whose limit is none', { backend: withLimit(NaN) }, 'backend: its maxRecordBytes must be'],
    ['a location, too', { store: 'memory:' }, 'store: has no meaning beside backend'],
    ['an unknown format', { format: 'natve' }, 'format: "natve" is not one of'],
    ['a context that no record can hold', { context: { env: '' } }, 'context: "env" has an empty value'],
    ['a time that is none', { timeout: 'soon' }, 'timeout: "soon" is not a time'],
  ])('%s is ERR_CONFIG', async (_, wrong, message) => {
    const parts = { backend: new ArrayBackend(), keys: [new XorKey()], ...wrong } as OwnParts;
    const failure = await openStore(parts).catch((e: unknown) => e);
    expect(isLazycredError(failure, 'ERR_CONFIG')).toBe(true);
    expect(String(failure)).toContain(message);
  });
});
