import { expect, test } from '@jest/globals';
import type { Backend } from '../../src/backend.js';
import { MemoryBackend } from '../../src/backends/memory.js';
import { LazycredError } from '../../src/errors.js';
import { storeOn } from '../support/in-memory.js';

test('a write after which nothing can be read any more says that its outcome is not known', async () => {
  const down = () => Promise.reject(new LazycredError('ERR_UNAVAILABLE', 'the store is down'));
  for (const code of ['ERR_UNAVAILABLE', 'ERR_CONFLICT'] as const) {
    const right = new MemoryBackend();
    let wrote = false;
    const create: Backend['create'] = async (...args) => {
      wrote = true;
      await right.create(...args);
      throw new LazycredError(code, 'the answer was lost');
    };
    const backend: Backend = {
      location: right.location,
      maxRecordBytes: right.maxRecordBytes,
      get: (...args) => (wrote ? down() : right.get(...args)),
      numberBefore: (...args) => right.numberBefore(...args),
      create,
      erase: down,
      remove: down,
      purge: down,
      list: (...args) => right.list(...args),
      close: () => right.close(),
    };
    await expect(storeOn(backend).put('db', 'v')).rejects.toMatchObject({
      code: 'ERR_UNAVAILABLE',
      message: 'whether it was written is not known: the store is down',
      hint: expect.stringContaining('store.history(name)') as unknown,
      secret: 'db',
    });
    // Here it was.
    expect((await storeOn(right).get('db')).text()).toBe('v');
  }
});
