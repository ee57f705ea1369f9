/** `json(schema)`: Zod as it is, and validators by hand for what Zod doesn't do. */
import { describe, expect, test } from '@jest/globals';
import { inspect } from 'node:util';
import { z } from 'zod';
import type { Secret } from '../../src/secret.js';
import type { StandardSchema } from '../../src/secret/schema.js';
import { caught } from '../support/caught.js';
import { inMemory } from '../support/in-memory.js';

async function secretOf(value: unknown): Promise<Secret> {
  const { store } = inMemory();
  await store.put('db', typeof value === 'string' ? value : JSON.stringify(value));
  return store.get('db');
}

/** A validator of no library, that says this. */
function says<T>(validate: StandardSchema<T>['~standard']['validate']): StandardSchema<T> {
  return { '~standard': { version: 1, vendor: 'test', validate } };
}

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

const Db = z.object({ user: z.string(), port: z.coerce.number(), hosts: z.array(z.string()).default([]) });

describe('a value that fits', () => {
  test('is what the validator makes of it, and has its type', async () => {
    const secret = await secretOf({ user: 'app', port: '5432', more: true });
    const db = await secret.json(Db);
    // Doesn't compile where the type is another, `unknown` and `any` included.
    const isItsType: Same<typeof db, { user: string; port: number; hosts: string[] }> = true;
    expect({ db, isItsType }).toEqual({ db: { user: 'app', port: 5432, hosts: [] }, isItsType: true });
  });

  test('may be checked by a validator that takes its time, and by one that is a function', async () => {
    const secret = await secretOf({ user: 'app' });
    const slow = z.object({ user: z.string().refine((user) => Promise.resolve(user === 'app')) });
    expect(await secret.json(slow)).toEqual({ user: 'app' });
    const called = Object.assign(
      () => undefined,
      says((value) => Promise.resolve({ value })),
    );
    expect(await secret.json(called)).toEqual({ user: 'app' });
    // Undefined and null are values like others.
    expect(await secret.json(says(() => ({ value: undefined })))).toBeUndefined();
  });

  test('is given unchecked without a validator, at once', async () => {
    expect((await secretOf({ user: 'app' })).json()).toEqual({ user: 'app' });
  });
});

describe('a value that does not fit', () => {
  test('is ERR_USAGE that names every place once, and nothing of the value', async () => {
    const secret = await secretOf({ user: 7_654_321, port: 'hunter2', hosts: ['a', null, 'hunter2'] });
    const schema = Db.extend({ hosts: z.array(z.string().refine((host) => host !== 'hunter2')) });
    const e = await caught(secret.json(schema), 'ERR_USAGE');
    expect(e.message).toBe('the value of "db" does not fit its schema: user, port, hosts.1, hosts.2');
    expect(e.secret).toBe('db');
    expect(inspect(e, { depth: 9, showHidden: true })).not.toMatch(/hunter2|7654321/u);
    expect((await caught(secret.json(schema.refine(() => false)), 'ERR_USAGE')).message).toBe(e.message);
  });

  test.each([
    [[[]], 'the value as a whole'],
    [[['a', 0, 'b-c']], 'a.0.b-c'],
    [[[{ key: 'a' }, { key: 1 }]], 'a.1'],
    [[['a b', 'c.d', '']], '"a b"."c.d".""'],
    [[['a\u001b[2J']], '"a\\u001b[2J"'],
    [[['a'], ['b'], ['a']], 'a, b'],
    [Array.from({ length: 11 }, (_, i) => [i]), '0, 1, 2, 3, 4, 5, 6, 7 and 3 more places'],
  ])('%j is told as %s', async (paths, shown) => {
    const schema = says(() => ({ issues: paths.map((path) => ({ message: 'hunter2', path })) }));
    const { message } = await caught((await secretOf({})).json(schema), 'ERR_USAGE');
    expect(message).toBe(`the value of "db" does not fit its schema: ${shown}`);
  });

  test('is told so where the issue has no path at all', async () => {
    const schema = says(() => ({ issues: [{ message: 'hunter2' }] }));
    const { message } = await caught((await secretOf({})).json(schema), 'ERR_USAGE');
    expect(message).toBe('the value of "db" does not fit its schema: the value as a whole');
  });
});

test('a validator that throws is told by the kind of its error, which may quote the value', async () => {
  const secret = await secretOf({ user: 'hunter2' });
  const throws = says((value) => {
    throw new TypeError(`${(value as { user: string }).user} is not a function`);
  });
  for (const schema of [throws, says(() => Promise.reject(new TypeError('hunter2')))]) {
    const e = await caught(secret.json(schema), 'ERR_USAGE');
    expect(e.message).toBe('the schema for "db" failed by itself, by throwing TypeError');
    expect(inspect(e, { depth: 9, showHidden: true })).not.toContain('hunter2');
  }
  const text: unknown = 'hunter2';
  const { message } = await caught(secret.json(says(() => Promise.reject(text))), 'ERR_USAGE');
  expect(message).toBe('the schema for "db" failed by itself, by throwing string');
});

test('what is no validator is refused, undefined too: a check that is missing must not pass', async () => {
  const secret = await secretOf({});
  const version2 = { '~standard': { version: 2, vendor: 'test', validate: () => ({ value: 1 }) } };
  for (const schema of [undefined, null, {}, 'text', { '~standard': {} }, version2]) {
    await caught(secret.json(schema as StandardSchema<unknown>), 'ERR_USAGE');
  }
});

test('what is not JSON is told as without a validator', async () => {
  const e = await caught((await secretOf('hunter2, not JSON')).json(Db), 'ERR_USAGE');
  expect(e.message).toBe('the value of "db" is not JSON');
});
