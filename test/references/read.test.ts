import '../support/preload.js';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openStore, type Store } from '../../src/index.js';
import { checkReferences } from '../../src/references/read.js';

let store: Store;
beforeAll(async () => {
  store = await openStore({ store: 'memory:' });
  await store.put('db', '{"user":"app","password":"old"}');
  await store.put('plain', 'x');
});
afterAll(() => store.close());

test('a check opens only what a field is asked of, and each version once', async () => {
  const opened: string[] = [];
  const watched: Pick<Store, 'get' | 'has'> = {
    has: (name, o) => store.has(name, o),
    get: (name, o) => {
      opened.push(name);
      return store.get(name, o);
    },
  };
  const references = [
    { name: 'db' },
    { name: 'db', field: 'user' },
    { name: 'db', field: 'password' },
    { name: 'plain' },
    { name: 'plain', version: '1' },
  ];
  await checkReferences(watched, references);
  expect(opened).toEqual(['db']);
});

test('a check names all that is missing, and why', async () => {
  const references = [
    { name: 'no' },
    { name: 'db', field: 'host' },
    { name: 'plain', field: 'a' },
    { name: 'db' },
  ];
  const failure = await checkReferences(store, references).catch((e: unknown) => e);
  expect(failure).toMatchObject({ code: 'ERR_NOT_FOUND' });
  expect(String(failure)).toMatch(
    /cannot find 3 of 4: "no": not found .*"db#host": there is no field .*"plain#a": .* is not JSON/u,
  );
});
