import { describe, expect, test } from '@jest/globals';
import { MemoryBackend } from '../../src/backends/memory.js';
import { parseName } from '../../src/record/names.js';
import { inMemory, storeOn } from '../support/in-memory.js';

describe('the context', () => {
  test('must be equal exactly where one is configured; without one, any opens', async () => {
    const { backend, store } = inMemory({ context: { store: 'a', team: 'x' } });
    await store.put('db', 'v');
    expect((await storeOn(backend).get('db')).text()).toBe('v');
    expect((await storeOn(backend, { context: { team: 'x', store: 'a' } }).get('db')).text()).toBe('v');
    for (const context of [
      { store: 'a' },
      { store: 'b', team: 'x' },
      { store: 'a', team: 'x', more: 'y' },
      {},
    ]) {
      await expect(storeOn(backend, { context }).get('db')).rejects.toMatchObject({
        code: 'ERR_INTEGRITY',
        hint: expect.stringContaining('another context') as unknown,
      });
    }
  });

  test.each([{ 'lazycred:name': 'x' }, { 'aws:x': 'y' }, { '': 'x' }, { x: '' }])(
    '%j is refused',
    (context) => {
      expect(() => inMemory({ context })).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
    },
  );
});

describe('formats', () => {
  test("LazyCred's records are read only where they are accepted", async () => {
    const backend = new MemoryBackend();
    const fields = { data: 'gAAAAA==', key: 'AQ==' };
    await backend.create({ name: parseName('old'), version: '1', fields }, undefined);
    await expect(storeOn(backend).get('old')).rejects.toMatchObject({
      code: 'ERR_UNSUPPORTED',
      message: 'a lazycred record; this store accepts native',
      hint: 'to read it, set accept: [native, lazycred]',
    });
    await expect(storeOn(backend).put('old', 'x')).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED' });
  });

  test.each([
    ['a newer format', { lazycred: '2', header: '{}', data: '' }, 'ERR_UNSUPPORTED'],
    ['a mixture', { lazycred: '1', header: '{}', data: '', key: '' }, 'ERR_INTEGRITY'],
    ['nothing known', { some: 'thing' }, 'ERR_INTEGRITY'],
    ['data and state', { lazycred: '1', header: '{}', data: '', state: 'deleted' }, 'ERR_INTEGRITY'],
    ["CredStash's", { contents: '', hmac: '', key: '', digest: 'SHA256' }, 'ERR_UNSUPPORTED'],
    ["cloudchain's", { Secret: '' }, 'ERR_UNSUPPORTED'],
  ])('%s is a typed error', async (_, fields, code) => {
    const backend = new MemoryBackend();
    await backend.create({ name: parseName('x'), version: '1', fields }, undefined);
    await expect(storeOn(backend).get('x')).rejects.toMatchObject({ code });
  });

  test('what the lazycred format cannot hold is ERR_UNSUPPORTED', async () => {
    const { store } = inMemory({ format: 'lazycred' });
    await expect(store.put('a', 'v', { comment: 'c' })).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED' });
    await expect(store.put('a', 'v', { ifVersion: 1 })).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED' });
    await expect(store.get('a', { version: 1 })).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED' });
    await expect(store.history('a')).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED' });
    await expect(store.put('.lazycred/a/0000000000000000001', 'v')).rejects.toMatchObject({
      code: 'ERR_USAGE',
    });
  });
});
