import { describe, expect, test } from '@jest/globals';
import type { Backend } from '../../src/backend.js';
import { MemoryBackend } from '../../src/backends/memory.js';
import { isLazycredError, LazycredError } from '../../src/errors.js';
import { isGlob, parseGlob } from '../../src/text/glob.js';
import { parseName, type SecretName } from '../../src/record/names.js';
import type { StoredRecord } from '../../src/record.js';
import { Store } from '../../src/store.js';
import { fakeStub } from '../suites/records.js';
import { atEveryCall, FAULT_KINDS, faultyBackend } from '../suites/faults.js';
import { collect } from '../suites/ground.js';
import { localKey, PLACES, shared } from '../support/stores.js';

const key = shared(await localKey());

function storeOn(backend: Backend): Store {
  return new Store({ backend, keys: [key] });
}

const texts = (found: ReadonlyMap<string, { text(): string }>): [string, string][] =>
  [...found].map(([name, secret]): [string, string] => [name, secret.text()]).sort();

async function names(store: Store, o: Parameters<Store['list']>[0] = {}): Promise<string[]> {
  return (await collect(store.list(o))).map((l) => l.name).sort();
}

describe.each(PLACES)('on $title', ({ open }) => {
  test('putMany, getMany and getAll, by prefix, glob or all', async () => {
    const store = storeOn(await open());
    const entries = ['dev/a', 'prod/a', 'prod/b', 'prod/eu/c', 'top'].map((name) => ({
      name,
      value: `the ${name}`,
    }));
    const put = await store.putMany(entries);
    expect([...put.values()].map((p) => p.version)).toEqual(['1', '1', '1', '1', '1']);
    await store.put('gone', 'x');
    await store.delete('gone');
    expect(texts(await store.getAll())).toEqual(entries.map((e) => [e.name, e.value]));
    expect(texts(await store.getAll({ match: 'prod/' })).map(([n]) => n)).toEqual([
      'prod/a',
      'prod/b',
      'prod/eu/c',
    ]);
    expect(texts(await store.getAll({ match: 'prod/*' })).map(([n]) => n)).toEqual(['prod/a', 'prod/b']);
    expect(await names(store, { match: '*/a' })).toEqual(['dev/a', 'prod/a']);
    expect(texts(await store.getMany(['top', 'dev/a', 'top']))).toEqual([
      ['dev/a', 'the dev/a'],
      ['top', 'the top'],
    ]);
    expect(await store.getAll({ match: 'none/*' })).toEqual(new Map());
    const detailed = await collect(store.list({ details: true, match: 'top' }));
    expect(detailed.map(({ name, version }) => [name, version])).toEqual([['top', '1']]);
    expect(Date.now() - Number(detailed[0]?.created)).toBeLessThan(60_000);
    await store.close();
  });
});

describe('all or error', () => {
  /** Fifty secrets, and a backend that fails for the chosen ones. */
  async function fifty(failing: readonly number[], failure: () => unknown) {
    const backend = new MemoryBackend();
    const store = storeOn(backend);
    const all = Array.from({ length: 50 }, (_, i) => `secret-${String(i).padStart(2, '0')}`);
    await store.putMany(all.map((name) => ({ name, value: name })));
    const bad = new Set(failing.map((i) => all[i]));
    const get = backend.get.bind(backend);
    backend.get = (name, ...rest) => (bad.has(name) ? Promise.reject(failure()) : get(name, ...rest));
    return { store, all, backend };
  }

  const unavailable = () => new LazycredError('ERR_UNAVAILABLE', 'the service is down');

  test('one failing record of 50, at each position: nothing, and it is named', async () => {
    for (let i = 0; i < 50; i++) {
      const { store, all } = await fifty([i], unavailable);
      const failure: unknown = await store.getAll().catch((e: unknown) => e);
      expect(failure).toMatchObject({
        code: 'ERR_UNAVAILABLE',
        message: `cannot get 1 of 50: "${all[i] ?? ''}": the service is down`,
      });
    }
  });

  test('every failure is named, and the gravest gives the code', async () => {
    let n = 0;
    const { store, all } = await fifty([3, 30, 49], () =>
      ++n === 2 ? new LazycredError('ERR_INTEGRITY', 'damaged') : unavailable(),
    );
    const failure: unknown = await store.getMany(all).catch((e: unknown) => e);
    if (!isLazycredError(failure)) throw failure;
    expect(failure.code).toBe('ERR_INTEGRITY');
    expect(failure.failures.map((f) => f.secret).sort()).toEqual(['secret-03', 'secret-30', 'secret-49']);
    for (const name of ['secret-03', 'secret-30', 'secret-49']) expect(failure.message).toContain(name);
  });

  test('a name asked for that is not there is a failure; one deleted after it was listed is not', async () => {
    const { store, backend } = await fifty([], unavailable);
    await expect(store.getMany(['secret-01', 'nope'])).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    const get = backend.get.bind(backend);
    const victim = parseName('secret-07');
    let deleted = false;
    backend.get = async (name: SecretName, ...rest) => {
      if (name === victim && !deleted) {
        deleted = true;
        const newest = (await get(victim)) as StoredRecord;
        await backend.create(fakeStub(victim, 2, 'deleted'), newest);
      }
      return get(name, ...rest);
    };
    const found = await store.getAll();
    expect(found.size).toBe(49);
    expect(found.has('secret-07')).toBe(false);
  });

  test('putMany writes nothing when any entry is bad, and says which', async () => {
    const backend = new MemoryBackend();
    const store = storeOn(backend);
    const good = { name: 'good', value: 'x' };
    for (const bad of [
      [{ name: 'bad//name', value: 'x' }],
      [{ name: 'large', value: 'x'.repeat(300_000) }],
      [
        { name: 'bad//name', value: 'x' },
        { name: 'a*', value: 'x' },
      ],
      [{ name: 'good', value: 'twice' }],
      [{ name: 'noted', value: 'x', comment: 'é'.repeat(2049) }],
      [{ name: 'noted', value: 'x', comment: '\ud800' }],
    ]) {
      const failure: unknown = await store.putMany([good, ...bad]).catch((e: unknown) => e);
      expect(failure).toMatchObject({ code: 'ERR_USAGE' });
      for (const { name } of bad) expect(String(failure)).toContain(name);
    }
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`tag${i}`, '']));
    for (const options of [{ by: 'x'.repeat(257) }, { tags: many }, { tags: { a: '\ud800' } }]) {
      await expect(store.putMany([good], options)).rejects.toMatchObject({ code: 'ERR_USAGE' });
    }
    expect(await names(store)).toEqual([]);
  });

  test('putMany with skipUnchanged writes what changed', async () => {
    const store = storeOn(new MemoryBackend());
    await store.putMany([
      { name: 'a', value: '1' },
      { name: 'b', value: '1' },
    ]);
    const again = await store.putMany(
      [
        { name: 'a', value: '1' },
        { name: 'b', value: '2' },
      ],
      { skipUnchanged: true },
    );
    expect([...again.values()]).toEqual([
      { name: 'a', version: '1', unchanged: true },
      { name: 'b', version: '2' },
    ]);
  });

  test.each(FAULT_KINDS)('a fault at each call of getAll: all or an error: %s', async (kind) => {
    await atEveryCall(kind, async (plan) => {
      const inner = new MemoryBackend();
      await storeOn(inner).putMany(['a', 'b', 'c'].map((name) => ({ name, value: name })));
      const found = await storeOn(faultyBackend(inner, plan))
        .getAll({ signal: plan.signal })
        .catch((e: unknown) => e);
      if (found instanceof Map) expect(found.size).toBe(3);
      else if (!plan.excuses(found)) throw found;
    });
  });

  test('an abort ends it with its reason; progress counts to the end', async () => {
    const { store, all } = await fifty([], unavailable);
    const reason = new Error('enough');
    const controller = new AbortController();
    const stopped = store.getMany(all, {
      signal: controller.signal,
      progress: (done) => {
        if (done === 5) controller.abort(reason);
      },
    });
    await expect(stopped).rejects.toBe(reason);
    const seen: [number, number][] = [];
    await store.getAll({ progress: (done, total) => seen.push([done, total]) });
    expect(seen.at(-1)).toEqual([50, 50]);
    expect(seen).toHaveLength(50);
  });
});

describe('a glob', () => {
  test.each([
    ['*', ['a', 'ab'], ['a/b']],
    ['prod/*', ['prod/a', 'prod/.a'], ['prod/a/b', 'xprod/a', 'prod']],
    ['prod/**', ['prod/a', 'prod/a/b'], ['prod', 'dev/a']],
    ['**/db', ['a/db', 'a/b/db'], ['db', 'a/dbx']],
    ['a?c', ['abc', 'a☃c', 'a\u{1f511}c'], ['ac', 'a/c', 'abbc']],
    ['[abc]1', ['a1', 'c1'], ['d1', '/1']],
    ['[!a-c]1', ['d1', '-1'], ['a1', '/1']],
    ['[a^]', ['a', '^'], ['b']],
    ['a.b|c(d)+$^{2}\\', ['a.b|c(d)+$^{2}\\'], ['aXb|c(d)+$^{2}\\', 'a.b']],
    ['[-a]', ['-', 'a'], ['b']],
  ])('%j', (glob, yes, no) => {
    const { matches } = parseGlob(glob);
    for (const name of yes) expect([name, matches(name)]).toEqual([name, true]);
    for (const name of no) expect([name, matches(name)]).toEqual([name, false]);
  });

  test('begins with its literal part, and is told from a name', () => {
    expect(parseGlob('prod/d*b').prefix).toBe('prod/d');
    expect(parseGlob('prod').prefix).toBe('prod');
    expect(['a', 'a*', 'a?', '[a]'].map(isGlob)).toEqual([false, true, true, true]);
  });

  test.each(['[', 'a[b', '[]', '[!]', '[z-a]'])('%j is ERR_USAGE', (glob) => {
    expect(() => parseGlob(glob)).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }));
  });

  test('of many stars is quick', () => {
    const { matches } = parseGlob(`${'*a'.repeat(20)}b`);
    const started = performance.now();
    expect(matches('a'.repeat(512))).toBe(false);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
