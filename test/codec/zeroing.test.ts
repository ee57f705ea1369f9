/** No key lingers in memory: neither a data key that came to nothing, nor what is derived from one. */
import { afterEach, expect, jest, test } from '@jest/globals';
import { openNative, sealNative } from '../../src/codec/native.js';
import { generateForAll } from '../../src/codec/recipients.js';
import { LazycredError } from '../../src/errors.js';
import type { KeyProvider } from '../../src/keys.js';

/** HKDF's output: key, nonce and commitment (docs/format.md, F-31). */
const DERIVED_BYTES = 76;
const WRAPPED = { provider: 'fake', id: 'a', wrapped: 'AA==' };
const CREATED = '2025-01-02T03:04:05.678Z';

afterEach(() => {
  jest.restoreAllMocks();
});

test('a data key is zeroed where a further recipient can not wrap it', async () => {
  const dataKey = new Uint8Array(32).fill(7);
  const first = { generate: () => Promise.resolve({ key: dataKey, wrapped: WRAPPED }) };
  const denied = new LazycredError('ERR_ACCESS', 'denied');
  const second = { wrap: () => Promise.reject(denied) };
  const providers = [first, second] as unknown as KeyProvider[];
  await expect(generateForAll(providers, {})).rejects.toBe(denied);
  expect(dataKey).toEqual(new Uint8Array(32));
});

test('what is derived from a data key is zeroed after sealing, after opening, and where nothing opens', async () => {
  // Every typed array but Buffer has this one method.
  const fill = jest.spyOn(Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array, 'fill');
  const zeroed = (): number => {
    const derived = (fill.mock.contexts as Uint8Array[]).filter((array) => array.length === DERIVED_BYTES);
    for (const array of derived) expect(array.every((byte) => byte === 0)).toBe(true);
    return derived.length;
  };
  const dataKey = (): Uint8Array => new Uint8Array(Buffer.alloc(32, 7));
  const what = { name: 'db', version: '1', context: {}, created: CREATED };
  const fields = sealNative(what, Buffer.from('value'), dataKey(), [WRAPPED]);
  expect(zeroed()).toBe(1);
  const tooMuch = { ...what, comment: 'c'.repeat(100_000) };
  expect(() => sealNative(tooMuch, Buffer.from('value'), dataKey(), [WRAPPED])).toThrow(LazycredError);
  expect(zeroed()).toBe(2);

  const expected = { name: 'db', version: '1', context: undefined };
  const open = (key: Uint8Array) => openNative(fields, expected, () => Promise.resolve(key));
  expect((await open(dataKey())).value.toString()).toBe('value');
  expect(zeroed()).toBe(3);
  await expect(open(new Uint8Array(32))).rejects.toMatchObject({ code: 'ERR_INTEGRITY' });
  expect(zeroed()).toBe(4);
});
