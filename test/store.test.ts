import { describe, expect, test } from '@jest/globals';
import { Store } from '../src/store.js';
import { parseName } from '../src/record/names.js';
import { DEFAULT_MAX_VALUE_BYTES } from '../src/record.js';
import { atEveryCall, FAULT_KINDS } from './suites/faults.js';
import { collect } from './suites/ground.js';
import { names, stored, storeOn } from './support/in-memory.js';
import { localKey, PLACES } from './support/stores.js';

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

  test('has says what has a value, and opens nothing', async () => {
    const backend = await open();
    const store = storeOn(backend);
    await store.put('there', 'one');
    await store.put('there', 'two');
    await store.put('gone', 'x');
    await store.delete('gone');
    // Another key opens nothing here.
    const other = new Store({ backend, keys: [await localKey()] });
    await expect(other.get('there')).rejects.toMatchObject({ code: 'ERR_ACCESS' });
    const asked = [
      other.has('there'),
      other.has('there', { version: 1 }),
      other.has('there', { version: 3 }),
      other.has('gone'),
      other.has('gone', { version: 1 }),
      other.has('gone', { version: 2 }),
      other.has('never'),
    ];
    await expect(Promise.all(asked)).resolves.toEqual([true, true, false, false, true, false, false]);
    await expect(other.has('there', { version: 0 })).rejects.toMatchObject({ code: 'ERR_USAGE' });
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
