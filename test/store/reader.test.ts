import { describe, expect, test } from '@jest/globals';
import { LazycredError } from '../../src/errors.js';
import type { KeyProvider } from '../../src/keys.js';
import { atEveryCall, FAULT_KINDS, faultyKeys } from '../suites/faults.js';
import { collect } from '../suites/ground.js';
import { fakeStub } from '../suites/records.js';
import { inMemory, key, names, stored, storeOn } from '../support/in-memory.js';
import { localKey } from '../support/stores.js';

describe('a missing secret', () => {
  test('is ERR_NOT_FOUND and says where it was looked for', async () => {
    const { store } = inMemory();
    await expect(store.get('nope')).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      message: 'not found in memory:',
      secret: 'nope',
      location: 'memory:',
    });
    await expect(store.history('nope')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    await expect(store.get('nope', { version: 3 })).rejects.toMatchObject({
      message: 'not found in memory:',
    });
  });

  test('of a mistyped version: the newest one is named', async () => {
    const { store } = inMemory();
    await store.put('db', 'x');
    await store.put('db', 'y');
    await expect(store.get('db', { version: 12 })).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      message: 'version 12 not found in memory:',
      hint: 'the newest version is 2',
    });
  });

  test.each(['0', '01', '1e0', '-1', '1.5', 'latest', '', '9007199254740992'])(
    'version %j is ERR_USAGE',
    async (version) => {
      const { store } = inMemory();
      await expect(store.get('db', { version })).rejects.toMatchObject({ code: 'ERR_USAGE' });
    },
  );

  test.each(['', '/a', 'a/', 'a//b', 'a/../b', '.', '.lazycred/a', 'a*', 'a\nb', 'x'.repeat(513), '\ud800'])(
    'name %j is ERR_USAGE for put, before anything is sent',
    async (name) => {
      const { store, backend } = inMemory();
      await expect(store.put(name, 'x')).rejects.toMatchObject({ code: 'ERR_USAGE' });
      expect(await collect(backend.list())).toEqual([]);
    },
  );

  test('text that is not well-formed Unicode is ERR_USAGE: it could not be given back', async () => {
    await expect(inMemory().store.put('db', '\ud800')).rejects.toMatchObject({ code: 'ERR_USAGE' });
  });
});

describe('a version without a value', () => {
  async function deleted(): Promise<ReturnType<typeof inMemory>> {
    const t = inMemory();
    await t.store.put('db', 'one');
    await t.backend.create(fakeStub('db', 2, 'deleted'), await stored(t.backend, 'db'));
    return t;
  }

  test('a tombstone is ERR_NOT_FOUND that says when, and is not listed', async () => {
    const { store } = await deleted();
    await expect(store.get('db')).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      message: expect.stringMatching(/^version 2 was deleted at \d{4}-/u) as unknown,
      hint: expect.stringContaining('store.undelete(name)') as unknown,
    });
    expect(await names(store)).toEqual([]);
    expect((await store.history('db')).map((v) => v.state)).toEqual(['deleted', 'value']);
    expect((await store.get('db', { version: 1 })).text()).toBe('one');
  });

  test('a put after it makes the next version; ifAbsent counts it as absent, ifVersion as its number', async () => {
    const { store } = await deleted();
    await expect(store.put('db', 'x', { ifVersion: 1 })).rejects.toMatchObject({ code: 'ERR_CONFLICT' });
    expect((await store.put('db', 'back', { ifVersion: 2, ifAbsent: true })).version).toBe('3');
    await expect(store.put('db', 'x', { ifAbsent: true })).rejects.toMatchObject({ code: 'ERR_CONFLICT' });
  });

  test('a stub that was relabelled is ERR_INTEGRITY', async () => {
    const t = inMemory();
    const stub = fakeStub('db', 2, 'destroyed');
    await t.backend.create({ ...stub, version: '1' }, undefined);
    await expect(t.store.get('db')).rejects.toMatchObject({ code: 'ERR_INTEGRITY' });
  });

  test('destroyed versions are left out of the history', async () => {
    const { store, backend } = await deleted();
    await backend.create(fakeStub('db', 3, 'destroyed'), await stored(backend, 'db'));
    expect((await store.history('db')).map((v) => v.version)).toEqual(['2', '1']);
    await expect(store.get('db')).rejects.toMatchObject({
      message: expect.stringContaining('destroyed') as unknown,
    });
  });
});

describe('several recipients', () => {
  function down(inner: KeyProvider, code: 'ERR_UNAVAILABLE' | 'ERR_ACCESS'): KeyProvider {
    const fail = () => Promise.reject(new LazycredError(code, 'down', { location: inner.label }));
    return {
      id: inner.id,
      label: inner.label,
      generate: fail,
      wrap: fail,
      unwrap: fail,
      rank: (wrapped) => inner.rank(wrapped),
      close: () => inner.close(),
    };
  }

  test('any one of them opens a record, also when another is down or refuses', async () => {
    const other = await localKey();
    const { backend, store } = inMemory({ keys: [key, other] });
    await store.put('db', 'v');
    for (const keys of [
      [key],
      [other],
      [down(key, 'ERR_UNAVAILABLE'), other],
      [down(key, 'ERR_ACCESS'), other],
    ]) {
      expect((await storeOn(backend, { keys }).get('db')).text()).toBe('v');
    }
    expect(
      (await storeOn(backend, { keys: [await localKey()], decryptKeys: [other] }).get('db')).text(),
    ).toBe('v');
  });

  test('all must wrap, or nothing is stored', async () => {
    const { backend, store } = inMemory({ keys: [key, down(await localKey(), 'ERR_UNAVAILABLE')] });
    await expect(store.put('db', 'v')).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
    expect(await collect(backend.list())).toEqual([]);
  });

  test('when none opens it, a key that could not be reached says more than one that refused', async () => {
    const other = await localKey();
    const { backend, store } = inMemory({ keys: [key, other] });
    await store.put('db', 'v');
    const keys = [down(key, 'ERR_ACCESS'), down(other, 'ERR_UNAVAILABLE')];
    await expect(storeOn(backend, { keys }).get('db')).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
  });

  test("a stranger's key is refused", async () => {
    const { backend, store } = inMemory({ keys: [await localKey()] });
    await store.put('db', 'v');
    await expect(storeOn(backend).get('db')).rejects.toMatchObject({ code: 'ERR_ACCESS' });
  });

  test.each(FAULT_KINDS)('a fault at each request to the keys: %s', async (kind) => {
    await atEveryCall(kind, async (plan) => {
      const { store, backend } = inMemory({
        keys: [faultyKeys(key, plan), faultyKeys(await localKey(), plan)],
      });
      try {
        await store.put('db', 'v', { signal: plan.signal });
        expect((await store.get('db', { signal: plan.signal })).text()).toBe('v');
      } catch (e) {
        if (!plan.excuses(e)) throw e;
      }
      expect((await collect(backend.list())).length).toBeLessThanOrEqual(1);
    });
  });
});
