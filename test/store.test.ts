import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import type { Backend } from '../src/backend.js';
import { MemoryBackend } from '../src/backends/memory.js';
import { LazycredError } from '../src/errors.js';
import type { KeyProvider } from '../src/keys.js';
import { parseName } from '../src/record/names.js';
import { DEFAULT_MAX_VALUE_BYTES, type StoredRecord } from '../src/record.js';
import type { StoreParts } from '../src/store/options.js';
import { Store } from '../src/store.js';
import { atEveryCall, FAULT_KINDS, faultyKeys } from './suites/faults.js';
import { collect } from './suites/ground.js';
import { fakeStub } from './suites/records.js';
import { localKey, PLACES, shared } from './support/stores.js';

const key = shared(await localKey());

function storeOn(backend: Backend, parts: Partial<StoreParts> = {}): Store {
  return new Store({ backend, keys: [key], ...parts });
}

/** A store in memory, and the backend underneath, to meddle with. */
function inMemory(parts: Partial<StoreParts> = {}): {
  readonly store: Store;
  readonly backend: MemoryBackend;
} {
  const backend = new MemoryBackend();
  return { backend, store: storeOn(backend, parts) };
}

async function stored(backend: Backend, name: string, version?: string): Promise<StoredRecord> {
  const record = await backend.get(parseName(name), version);
  if (record === undefined) throw new Error(`${name} is not there`);
  return record;
}

async function names(store: Store, prefix?: string): Promise<string[]> {
  return (await collect(store.list(prefix === undefined ? {} : { match: prefix }))).map((l) => l.name);
}

describe.each(PLACES)('a store on $title', ({ open }) => {
  test('gives back what was put, version by version, byte for byte', async () => {
    const store = storeOn(await open());
    const values = [
      Buffer.from('first'),
      Buffer.alloc(0),
      Buffer.from([0, 255, 10, 13, 10]),
      Buffer.from('naïve ☃\n'),
    ];
    for (const [i, value] of values.entries()) {
      expect(await store.put('prod/db', value)).toEqual({ name: 'prod/db', version: String(i + 1) });
    }
    expect(Buffer.from((await store.get('prod/db')).bytes())).toEqual(values.at(-1));
    for (const [i, value] of values.entries()) {
      const secret = await store.get('prod/db', { version: i + 1 });
      expect(Buffer.from(secret.bytes())).toEqual(value);
      expect(secret.version).toBe(String(i + 1));
    }
    await store.close();
  });

  test('holds 256 KiB, and refuses a byte more before anything is sent', async () => {
    const store = storeOn(await open());
    const value = Buffer.alloc(DEFAULT_MAX_VALUE_BYTES, 'x');
    await store.put('big', value);
    expect(Buffer.from((await store.get('big')).bytes()).equals(value)).toBe(true);
    await expect(store.put('big', Buffer.alloc(value.length + 1))).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: 'the value is 262145 bytes; at most 262144 can be stored',
    });
    expect(await store.history('big')).toHaveLength(1);
    await store.close();
  });

  test('lists names once, and history newest first with comment and author', async () => {
    const store = storeOn(await open());
    await store.put('b', '1', { comment: 'the first', by: 'ann@host' });
    await store.put('b', '2');
    await store.put('a', '1');
    expect((await names(store)).sort()).toEqual(['a', 'b']);
    expect(await names(store, 'b')).toEqual(['b']);
    const history = await store.history('b');
    expect(history.map((v) => [v.version, v.by, v.comment, v.state])).toEqual([
      ['2', undefined, undefined, 'value'],
      ['1', 'ann@host', 'the first', 'value'],
    ]);
    expect(history[0]?.created?.getTime()).toBeGreaterThan(Date.now() - 60_000);
    await store.close();
  });

  test('puts that race are each stored once', async () => {
    const store = storeOn(await open());
    const results = await Promise.all(Array.from({ length: 8 }, (_, i) => store.put('raced', `value ${i}`)));
    const versions = results.map((r) => Number(r.version));
    expect([...versions].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    for (const [i, version] of versions.entries()) {
      expect((await store.get('raced', { version })).text()).toBe(`value ${i}`);
    }
    await store.close();
  });

  test('ifVersion and ifAbsent are compare-and-set', async () => {
    const store = storeOn(await open());
    await store.put('cas', 'one', { ifAbsent: true });
    await expect(store.put('cas', 'x', { ifAbsent: true })).rejects.toMatchObject({ code: 'ERR_CONFLICT' });
    await store.put('cas', 'two', { ifVersion: 1 });
    await expect(store.put('cas', 'x', { ifVersion: 1 })).rejects.toMatchObject({
      code: 'ERR_CONFLICT',
      message: 'it is not at version 1: the newest is 2',
    });
    await expect(store.put('new', 'x', { ifVersion: 3 })).rejects.toMatchObject({
      code: 'ERR_CONFLICT',
      message: 'it is not at version 3: there is none yet',
    });
    await store.put('new', 'x', { ifVersion: 0 });
    const racing = await Promise.allSettled(
      [1, 2, 3, 4].map((i) => store.put('cas', `v${i}`, { ifVersion: 2 })),
    );
    expect(racing.filter((r) => r.status === 'fulfilled')).toHaveLength(1);
    expect((await store.get('cas')).version).toBe('3');
    await store.close();
  });

  test.each(FAULT_KINDS)(
    'a fault at each request of put, %s: one version or none, and never a wrong answer',
    async (kind) => {
      await atEveryCall(kind, async (plan) => {
        const store = storeOn(await open(plan));
        await plan.calmly(() => store.put('db', 'old'));
        const failure: unknown = await store.put('db', 'new', { signal: plan.signal }).then(
          () => undefined,
          (e: unknown) => e,
        );
        const history = await plan.calmly(() => store.history('db'));
        const value = await plan.calmly(async () => (await store.get('db')).text());
        if (failure === undefined) {
          expect([history.length, value]).toEqual([2, 'new']);
        } else {
          expect(plan.excuses(failure)).toBe(true);
          // An abort leaves the outcome open; a reported failure must not have stored anything twice.
          expect(history.length).toBeLessThanOrEqual(2);
          expect(value).toBe(history.length === 2 ? 'new' : 'old');
        }
        // What took effect is known again, although its answer was lost.
        if (kind === 'after' || kind === 'resent') {
          const landed = history.length === 2;
          expect(failure === undefined).toBe(landed);
        }
        const { version } = await plan.calmly(() => store.put('db', 'next'));
        expect(Number(version)).toBe(history.length + 1);
        await store.close();
      });
    },
  );

  test('a first create that landed while its answer was lost is one version, and a success', async () => {
    const writes = await atEveryCall('resent', async (plan) => {
      const store = storeOn(await open(plan));
      expect(await store.put('db', 'only')).toEqual({ name: 'db', version: '1' });
      expect(await plan.calmly(() => store.history('db'))).toHaveLength(1);
      await store.close();
    });
    expect(writes).toBeGreaterThan(1);
  });

  test.each(FAULT_KINDS)('a fault at each request of get, list and history: %s', async (kind) => {
    await atEveryCall(kind, async (plan) => {
      const store = storeOn(await open(plan));
      await plan.calmly(async () => {
        await store.put('db', 'one');
        await store.put('db', 'two');
      });
      const { signal } = plan;
      const operations: readonly (() => Promise<unknown>)[] = [
        async () => expect((await store.get('db', { signal })).text()).toBe('two'),
        async () => expect((await store.get('db', { version: 1, signal })).text()).toBe('one'),
        async () =>
          expect(await collect(store.list({ ...(signal === undefined ? {} : { signal }) }))).toHaveLength(1),
        async () => expect(await store.history('db', { signal })).toHaveLength(2),
      ];
      for (const operation of operations) {
        try {
          await operation();
        } catch (e) {
          if (!plan.excuses(e)) throw e;
        }
      }
      await store.close();
    });
  });

  test('a record moved to another name or version does not open', async () => {
    const backend = await open();
    const store = storeOn(backend);
    await store.put('from', 'the secret');
    await store.put('to', 'another');
    const moved = await stored(backend, 'from');
    await backend.create({ ...moved, name: parseName('copy'), version: '1' }, undefined);
    await expect(store.get('copy')).rejects.toMatchObject({
      code: 'ERR_INTEGRITY',
      hint: 'the record was written under another name: was it moved, or the prefix changed?',
    });
    await store.close();
  });
});

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

describe('an opened secret', () => {
  const value = '{"password":"hunter2"}';

  test('shows its value to nobody who prints it', async () => {
    const { store } = inMemory();
    await store.put('db', value);
    const secret = await store.get('db');
    const shown = [
      inspect(secret, { depth: 9, showHidden: true }),
      inspect({ nested: [secret] }, { depth: 9 }),
      JSON.stringify({ secret }),
      `${String(secret)}`,
      Object.values(secret).map(String).join(),
    ];
    for (const text of shown) expect(text).not.toMatch(/hunter2|password/u);
    expect(JSON.stringify(secret)).toBe('{"name":"db","version":"1","value":"[redacted]"}');
  });

  test('is text, JSON or bytes, and an error that quotes nothing where it is not', async () => {
    const { store } = inMemory();
    await store.put('json', value);
    expect((await store.get('json')).json()).toEqual({ password: 'hunter2' });
    await store.put('bytes', Buffer.from([0xff, 0xfe]));
    const secret = await store.get('bytes');
    expect(() => secret.text()).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }));
    await store.put('text', 'hunter2, not JSON');
    const text = await store.get('text');
    expect(() => text.json()).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }));
    try {
      text.json();
    } catch (e) {
      expect(inspect(e)).not.toContain('hunter2');
    }
  });

  test('keeps a byte order mark', async () => {
    const { store } = inMemory();
    await store.put('bom', '\ufeffx');
    expect((await store.get('bom')).text()).toBe('\ufeffx');
  });

  test('is zeroed nowhere that its owner still reads: the value put is left alone', async () => {
    const { store } = inMemory();
    const bytes = Buffer.from('mine');
    await store.put('db', bytes);
    expect(bytes.toString()).toBe('mine');
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
