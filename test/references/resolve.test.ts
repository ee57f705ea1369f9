import '../support/preload.js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openStore, resolveReferences, type Store } from '../../src/index.js';
import { findReferences } from '../../src/references/resolve.js';

let store: Store;
beforeAll(async () => {
  store = await openStore({ store: 'memory:' });
  await store.put('db', '{"user":"app","password":"old"}');
  await store.put('db', '{"user":"app","password":"new"}');
  await store.put('again', 'lazy://db');
  await store.put('bytes', Uint8Array.of(0xff));
  await store.put('db#password', 'of another secret');
});
afterAll(() => store.close());

describe('in a text', () => {
  test('each place gets its value, which is not looked into again', async () => {
    const text = '{{ lazy://db#password }} {{ lazy://db?v=1#password }} {{ lazy://again }}';
    await expect(resolveReferences(store, text)).resolves.toBe('new old lazy://db');
  });

  test('every one that is missing is named', async () => {
    const text = '{{ lazy://no }} {{ lazy://db#host }} {{ lazy://db?v=9 }} {{ lazy://db#user }}';
    const failure = await resolveReferences(store, text).catch((e: unknown) => e);
    expect(failure).toMatchObject({ code: 'ERR_NOT_FOUND' });
    expect(String(failure)).toMatch(/cannot get 3 of 4: "no": .*"db#host": .*"db\?v=9": /u);
  });

  test('a field of a secret, and a secret whose name reads like it, are two', async () => {
    const text = '{{ lazy://db#password }} {{ lazy://db%23password }} {{ lazy://db#password }}';
    await expect(resolveReferences(store, text)).resolves.toBe('new of another secret new');
    const missing = resolveReferences(
      store,
      '{{ lazy://db?v=9 }} {{ lazy://db%3Fv=9 }} {{ lazy://db%3Fv=9#a }}',
    );
    await expect(missing).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      message: expect.stringContaining('cannot get 3 of 3') as unknown,
    });
  });

  test('a value that is no text is refused by its name', async () => {
    await expect(resolveReferences(store, '{{ lazy://bytes }}')).rejects.toMatchObject({
      code: 'ERR_USAGE',
      secret: 'bytes',
    });
  });
});

describe('in an environment', () => {
  const env = {
    DB_USER: 'lazy://db#user',
    DB_OLD: 'lazy://db?v=1#password',
    AGAIN: 'lazy://again',
    HOME: '/x',
    NONE: undefined,
  };

  test('what is named is resolved, and nothing else', async () => {
    await expect(resolveReferences(store, env)).resolves.toEqual(env);
    await expect(resolveReferences(store, env, { resolve: 'DB_*' })).resolves.toEqual({
      ...env,
      DB_USER: 'app',
      DB_OLD: 'old',
    });
    await expect(resolveReferences(store, env, { resolve: ['AGAIN', 'HOME'] })).resolves.toEqual({
      ...env,
      AGAIN: 'lazy://db',
    });
  });

  test('a secret is asked for once, however many references name it', async () => {
    const asked: string[] = [];
    const counting = {
      get: (name: string, o: object) => {
        asked.push(name);
        return store.get(name, o);
      },
    } as unknown as Store;
    const twice = { A: 'lazy://db#user', B: 'lazy://db#password', C: 'lazy://db' };
    await expect(resolveReferences(counting, twice, { resolve: '*' })).resolves.toMatchObject({
      A: 'app',
      B: 'new',
    });
    expect(asked).toEqual(['db']);
  });

  test('a name or a field that is no well-formed Unicode is a usage error', async () => {
    for (const X of ['lazy://a\ud800', 'lazy://db#\udc00']) {
      await expect(resolveReferences(store, { X }, { resolve: 'X' })).rejects.toMatchObject({
        code: 'ERR_USAGE',
        message: expect.stringMatching(/^X: bad reference "lazy:/u) as unknown,
      });
    }
  });

  test('from JavaScript: a value that is no text stays, and what is no environment is a usage error', async () => {
    const env = { PORT: 5432, NONE: null, DB: 'lazy://db?v=1#user' } as unknown as Record<string, string>;
    await expect(resolveReferences(store, env, { resolve: '*' })).resolves.toEqual({ ...env, DB: 'app' });
    for (const input of [null, undefined, 5, [], Buffer.from('{{ lazy://db }}')]) {
      await expect(resolveReferences(store, input as unknown as string)).rejects.toMatchObject({
        code: 'ERR_USAGE',
      });
    }
  });

  test('a malformed one is an error where it is named, naming the variable, and left alone elsewhere', async () => {
    const bad = { X: 'lazy://' };
    await expect(resolveReferences(store, bad, { resolve: 'X' })).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: 'X: bad reference "lazy://"',
    });
    expect(findReferences(bad, [])).toEqual({ references: new Map(), unasked: ['X'] });
  });
});
