import { beforeEach, describe, expect, test } from '@jest/globals';
import { MemoryBackend } from '../../src/backends/memory.js';
import type { KeyProvider } from '../../src/keys.js';
import { LocalKey } from '../../src/keys/local.js';
import { Store } from '../../src/store.js';
import type { StoreParts } from '../../src/store/options.js';

let backend: MemoryBackend;
let [old, next]: KeyProvider[] = [];
beforeEach(() => {
  backend = new MemoryBackend();
  [old, next] = [new LocalKey({ label: 'old' }), new LocalKey({ label: 'next' })];
});

const on = (keys: readonly (KeyProvider | undefined)[], more: Partial<StoreParts> = {}): Store =>
  new Store({ backend, keys: keys as KeyProvider[], ...more });
const skip = { skipUnchanged: true };

describe('skipUnchanged', () => {
  test('writes a value anew that lies under another key, so that a key can be rotated by it', async () => {
    await on([old]).put('db', 'same');
    const rotated = on([next], { decryptKeys: [old as KeyProvider] });
    expect(await rotated.put('db', 'same', skip)).toEqual({ name: 'db', version: '2' });
    expect(await rotated.put('db', 'same', skip)).toEqual({ name: 'db', version: '2', unchanged: true });
    expect((await on([next]).get('db')).text()).toBe('same');
  });

  test('writes a value anew that lacks a recipient, or has one that is not configured any more', async () => {
    await on([old]).put('db', 'same');
    expect(await on([old, next]).put('db', 'same', skip)).toEqual({ name: 'db', version: '2' });
    expect(await on([next, old]).put('db', 'same', skip)).toMatchObject({ unchanged: true });
    expect(await on([old]).put('db', 'same', skip)).toEqual({ name: 'db', version: '3' });
  });

  test('tells beforehand what it would write', async () => {
    await on([old]).putMany([
      { name: 'db', value: 'same' },
      { name: 'port', value: '1' },
    ]);
    const entries = [
      { name: 'db', value: 'same' },
      { name: 'port', value: '2' },
      { name: 'new', value: 'x' },
    ];
    const told = async (store: Store) => Object.fromEntries(await store.unchangedMany(entries));
    expect(await told(on([old]))).toEqual({ db: true, port: false, new: false });
    expect(await told(on([next], { decryptKeys: [old as KeyProvider] }))).toEqual({
      db: false,
      port: false,
      new: false,
    });
    expect((await on([old]).history('db')).length).toBe(1);
    await expect(on([old]).get('new')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  });
});
