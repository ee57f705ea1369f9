import { expect, test } from '@jest/globals';
import { fillEnvironment } from '../../src/references/fill.js';
import { caught } from '../support/caught.js';
import { inMemory } from '../support/in-memory.js';

test('an environment of its own is filled, or left as it is where anything is missing', async () => {
  const { store } = inMemory();
  await store.put('prod/db-user', 'app');
  await store.put('prod/db', 'hunter2');
  const before = { DB: 'lazy://prod/db', DB_USER: 'own', OTHER: 'lazy://prod/db', NOPE: 'lazy://nope' };
  const env: Record<string, string | undefined> = { ...before };
  const o = { resolve: 'DB', prefixes: 'prod/' };
  expect(await fillEnvironment(store, env, o)).toEqual({
    filled: ['DB'],
    kept: ['DB_USER'],
    unresolved: ['OTHER', 'NOPE'],
  });
  expect(env).toEqual({ ...before, DB: 'hunter2' });
  const untouched: Record<string, string | undefined> = { ...before };
  await caught(fillEnvironment(store, untouched, { resolve: '*' }), 'ERR_NOT_FOUND');
  expect(untouched).toEqual(before);
});

test.each([null, 'DB=1', ['DB']])('%j is no environment', async (env) => {
  const { store } = inMemory();
  await caught(fillEnvironment(store, env as unknown as Record<string, string>, {}), 'ERR_USAGE');
});
