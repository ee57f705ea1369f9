import { describe, expect, test } from '@jest/globals';
import { MemoryBackend } from '../../src/backends/memory.js';
import { collect } from '../suites/ground.js';
import { inMemory, storeOn } from '../support/in-memory.js';

describe('an operation', () => {
  test('the time limit ends an operation that waits', async () => {
    const backend = new MemoryBackend();
    backend.get = (_, __, o) =>
      new Promise((_resolve, reject) => {
        o?.signal?.addEventListener('abort', () => reject(o.signal?.reason as Error));
      });
    const store = storeOn(backend, { timeoutMs: 50 });
    await expect(store.get('db')).rejects.toMatchObject({
      code: 'ERR_UNAVAILABLE',
      message: 'no answer within 0.05 s',
      secret: 'db',
      location: 'memory:',
    });
  });

  test("a listing's time limit does not count what its reader takes", async () => {
    const { store } = inMemory({ timeoutMs: 60 });
    for (const name of ['a', 'b', 'c']) await store.put(name, 'v');
    const seen: string[] = [];
    for await (const { name } of store.list()) {
      seen.push(name);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    expect(seen).toHaveLength(3);
  });

  test("an aborted signal's reason is what a call rejects with", async () => {
    const { store } = inMemory();
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    await expect(store.get('db', { signal })).rejects.toBe(reason);
    await expect(store.put('db', 'v', { signal })).rejects.toBe(reason);
    await expect(store.history('db', { signal })).rejects.toBe(reason);
    await expect(collect(store.list({ signal }))).rejects.toBe(reason);
  });
});
