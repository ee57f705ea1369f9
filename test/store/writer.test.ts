import { describe, expect, test } from '@jest/globals';
import { MemoryBackend } from '../../src/backends/memory.js';
import { LazycredError } from '../../src/errors.js';
import type { KeyProvider } from '../../src/keys.js';
import { parseName } from '../../src/record/names.js';
import { inMemory, key, stored, storeOn } from '../support/in-memory.js';

describe('requests', () => {
  /** Counts the calls of each method. */
  function counted<T extends object>(inner: T, calls: string[]): T {
    return new Proxy(inner, {
      get(target, property) {
        const value: unknown = Reflect.get(target, property, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          calls.push(String(property));
          return Reflect.apply(value, target, args);
        };
      },
    });
  }

  test('a get is one storage request and one key request, a put two and one', async () => {
    const storage: string[] = [];
    const keys: string[] = [];
    const store = storeOn(counted(new MemoryBackend(), storage), { keys: [counted(key, keys)] });
    await store.put('db', 'v');
    expect([storage, keys]).toEqual([['get', 'numberBefore', 'create'], ['generate']]);
    storage.length = 0;
    keys.length = 0;
    await store.get('db');
    expect([storage, keys.filter((k) => k !== 'rank')]).toEqual([['get'], ['unwrap']]);
  });

  test('the key request runs beside the first read', async () => {
    const backend = new MemoryBackend();
    const order: string[] = [];
    const get = backend.get.bind(backend);
    backend.get = async (...args) => {
      order.push('read begins');
      await new Promise((resolve) => setTimeout(resolve, 30));
      order.push('read ends');
      return get(...args);
    };
    const generate: KeyProvider['generate'] = (...args) => {
      order.push('key');
      return key.generate(...args);
    };
    const keys = [
      { ...key, id: key.id, label: key.label, generate, rank: key.rank.bind(key), close: () => key.close() },
    ];
    await storeOn(backend, { keys: keys as unknown as KeyProvider[] }).put('db', 'v');
    expect(order.indexOf('key')).toBeLessThan(order.indexOf('read ends'));
  });

  test('a head that may not be read counts as perhaps absent for a put, not for a get', async () => {
    const backend = new MemoryBackend();
    const denied = new LazycredError('ERR_ACCESS', 'denied');
    const get = backend.get.bind(backend);
    backend.get = () => Promise.reject(denied);
    const store = storeOn(backend);
    expect((await store.put('db', 'v')).version).toBe('1');
    await expect(store.get('db')).rejects.toMatchObject({ code: 'ERR_ACCESS', message: 'denied' });
    // It exists now, and still can't be read: nothing is overwritten.
    await expect(store.put('db', 'w')).rejects.toMatchObject({ code: 'ERR_ACCESS' });
    await expect(store.put('db', 'w', { ifVersion: 1 })).rejects.toMatchObject({ code: 'ERR_ACCESS' });
    backend.get = get;
    expect((await store.get('db')).text()).toBe('v');
  });
});

test('data keys are zeroed after a put and a get, also after a failure', async () => {
  const seen: Uint8Array[] = [];
  const remember = (k: Uint8Array): Uint8Array => {
    seen.push(k);
    return k;
  };
  const watched: KeyProvider = {
    id: key.id,
    label: key.label,
    generate: async (...args) => {
      const made = await key.generate(...args);
      remember(made.key);
      return made;
    },
    wrap: (...args) => key.wrap(...args),
    unwrap: async (...args) => remember(await key.unwrap(...args)),
    rank: (wrapped) => key.rank(wrapped),
    close: () => key.close(),
  };
  const { store, backend } = inMemory({ keys: [watched] });
  await store.put('db', 'v');
  await store.get('db');
  await expect(store.put('db', 'v', { ifAbsent: true })).rejects.toThrow();
  const { fields } = await stored(backend, 'db');
  const data = Buffer.from(fields['data'] ?? '', 'base64');
  data[0] = (data[0] ?? 0) ^ 1;
  await backend.create(
    { name: parseName('db'), version: '2', fields: { ...fields, data: data.toString('base64') } },
    await stored(backend, 'db'),
  );
  await expect(store.get('db')).rejects.toMatchObject({ code: 'ERR_INTEGRITY' });
  expect(seen).toHaveLength(3);
  for (const k of seen) expect(k.every((byte) => byte === 0)).toBe(true);
});
