import { describe, expect, test } from '@jest/globals';
import { runInNewContext } from 'node:vm';
import { MemoryBackend } from '../../src/backends/memory.js';
import { LocalKey } from '../../src/keys/local.js';
import { Store } from '../../src/store.js';

const open = (): Store =>
  new Store({ backend: new MemoryBackend(), keys: [new LocalKey({ label: 'memory:' })] });

/** A store as JavaScript sees it, where no type is checked. */
type Untyped = Record<string, (...args: unknown[]) => Promise<unknown>>;
const untyped = (store: Store): Untyped => store as unknown as Untyped;
const call = (store: Store, method: string, ...args: unknown[]): Promise<unknown> => {
  const operation = untyped(store)[method] ?? (() => Promise.reject(new Error(method)));
  return operation.apply(store, args);
};

describe('a value from plain JavaScript', () => {
  test.each<[string, unknown]>([
    ['a Uint16Array', new Uint16Array([1, 600])],
    ['a Float64Array', new Float64Array([0.5])],
    ['a BigInt64Array', new BigInt64Array([1n])],
    ['a DataView', new DataView(new ArrayBuffer(3))],
    ['a ArrayBuffer', new ArrayBuffer(3)],
    ['a number', 5],
    ['a boolean', true],
    ['a list', [1, 2, 3]],
    ['an object', { password: 'correct horse' }],
    ['null', null],
    ['undefined', undefined],
  ])('that is neither text nor bytes is ERR_USAGE, and nothing is stored: %s', async (what, value) => {
    const store = open();
    const refusal = { code: 'ERR_USAGE', secret: 'db' };
    const message = `the value must be text, or bytes in a Uint8Array or Buffer, not ${what}`;
    await expect(call(store, 'put', 'db', value)).rejects.toMatchObject({ ...refusal, message });
    await expect(call(store, 'putMany', [{ name: 'db', value }])).rejects.toMatchObject({
      code: 'ERR_USAGE',
    });
    await expect(store.get('db')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  });

  test('of another realm is bytes all the same', async () => {
    const store = open();
    await call(store, 'put', 'db', runInNewContext('new Uint8Array([1, 2, 255])'));
    expect([...(await store.get('db')).bytes()]).toEqual([1, 2, 255]);
  });

  test('is stored as it was given, when the caller wipes it right after the call', async () => {
    const store = open();
    const value = Buffer.from('correct horse');
    const many = Buffer.from('battery staple');
    const puts = [store.put('one', value), store.putMany([{ name: 'two', value: many }])];
    value.fill(0);
    many.fill(0);
    await Promise.all(puts);
    expect((await store.get('one')).text()).toBe('correct horse');
    expect((await store.get('two')).text()).toBe('battery staple');
  });
});

describe('a name that is no text is ERR_USAGE', () => {
  const names: readonly unknown[] = [5, null, undefined, {}, ['db'], Symbol('db'), Buffer.from('db')];
  test.each(['get', 'put', 'history', 'delete', 'undelete', 'rollback', 'destroy', 'prune'])(
    'in %s',
    async (method) => {
      const store = open();
      for (const name of names) {
        const args = { put: ['value'], rollback: [1], prune: [{ keep: 1 }] }[method] ?? [];
        await expect(call(store, method, name, ...args)).rejects.toMatchObject({
          code: 'ERR_USAGE',
          message: expect.stringMatching(/^a secret's name must be text, not [a-z]+$/u) as unknown,
        });
      }
    },
  );

  test('in the operations on many', async () => {
    const store = open();
    for (const entries of ['db', { name: 'db', value: 'x' }, [null], ['db'], [{ value: 'x' }]]) {
      await expect(call(store, 'putMany', entries)).rejects.toMatchObject({ code: 'ERR_USAGE' });
      await expect(call(store, 'checkMany', entries)).rejects.toMatchObject({ code: 'ERR_USAGE' });
    }
    await expect(call(store, 'getMany', 'db')).rejects.toMatchObject({ code: 'ERR_USAGE' });
    for (const name of [5, null, Symbol('db'), ['db']]) {
      await expect(call(store, 'getMany', ['db', name])).rejects.toMatchObject({
        code: 'ERR_USAGE',
        message: expect.stringMatching(/^a secret's name must be text, not /u) as unknown,
      });
    }
  });
});

describe('an option of a wrong type is ERR_USAGE that names it', () => {
  test.each<[string, object, string]>([
    ['put', { ifVersion: '3' }, 'ifVersion must be a whole number from 0, not a string'],
    ['put', { ifVersion: 1.5 }, 'ifVersion must be a whole number from 0, not a number'],
    ['put', { ifAbsent: 'no' }, 'ifAbsent must be true or false, not a string'],
    ['put', { skipUnchanged: 1 }, 'skipUnchanged must be true or false, not a number'],
    ['put', { tags: ['a'] }, 'tags must be a map of text to text, not a list'],
    ['put', { tags: { a: 1 } }, 'tags must be a map of text to text, not an object'],
    ['put', { comment: 5 }, 'comment must be text, not a number'],
    ['put', { by: {} }, 'by must be text, not an object'],
    ['put', { version: {} }, 'version must be a version: a number, or text, not an object'],
    ['put', { signal: 5 }, 'signal must be an AbortSignal, not a number'],
    ['delete', { by: 1 }, 'by must be text, not a number'],
    ['prune', { keep: '1' }, 'keep must be a number, not a string'],
    ['prune', { olderThan: '2026-01-01' }, 'olderThan must be a date, not a string'],
    ['prune', { olderThan: new Date('x') }, 'olderThan must be a date, not a Date'],
    ['destroy', { versions: '1' }, 'versions must be a list of versions, not a string'],
  ])('%s %j', async (method, options, message) => {
    const store = open();
    await store.put('db', 'value');
    const args = method === 'put' ? ['db', 'other', options] : ['db', options];
    await expect(call(store, method, ...args)).rejects.toMatchObject({ code: 'ERR_USAGE', message });
    expect((await store.get('db')).version).toBe('1');
  });

  test('list and versions', async () => {
    const store = open();
    await expect(store.list({ match: 5 as unknown as string }).next()).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: 'match must be text, not a number',
    });
    await expect(call(store, 'get', 'db', null)).rejects.toMatchObject({ code: 'ERR_USAGE' });
  });

  test('the options as a whole, and a pattern that only looks like text', async () => {
    const store = open();
    await store.put('db', 'value');
    const listed = async (method: string, options: unknown): Promise<void> => {
      const listing = untyped(store)[method]?.(options) as unknown as AsyncIterable<unknown>;
      for await (const one of listing) expect(one).toBeDefined();
    };
    for (const options of [null, 'db', { match: ['d*'] }, { match: Buffer.from('d*') }, { deleted: 'no' }]) {
      for (const method of ['list', 'versions']) {
        await expect(listed(method, options)).rejects.toMatchObject({ code: 'ERR_USAGE' });
      }
      await expect(call(store, 'getAll', options)).rejects.toMatchObject({ code: 'ERR_USAGE' });
      await expect(call(store, 'unchangedMany', [], options)).rejects.toMatchObject({ code: 'ERR_USAGE' });
    }
  });
});
