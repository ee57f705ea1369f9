import { describe, expect, test } from '@jest/globals';
import { sealNative, type Sealing } from '../../src/codec/native.js';
import { generateForAll, unwrapWithAny } from '../../src/codec/recipients.js';
import { LazycredError, type ErrorCode } from '../../src/errors.js';
import type { KeyProvider, WrappedKey } from '../../src/keys.js';
import { MemoryBackend } from '../../src/backends/memory.js';
import { Store } from '../../src/store.js';

const WRAPPED: WrappedKey = { provider: 'aws-kms', id: 'x', wrapped: 'AAAA' };
const RIGHT: Sealing = { name: 'db', version: '1', context: {}, created: '2025-01-02T03:04:05.678Z' };
const pairs = (n: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, 'v']));

function seal(what: Partial<Sealing>, keys: readonly WrappedKey[] = [WRAPPED]): unknown {
  return sealNative({ ...RIGHT, ...what }, new Uint8Array(), new Uint8Array(32), keys);
}

describe('nothing is written that no reader would take', () => {
  // [F-10], [F-12], [F-17], [F-21], [F-22], [F-23], [F-24], [F-26], [F-27], [F-28]
  test.each<[string, Partial<Sealing>]>([
    ['a header of more than 16 KiB', { tags: { a: 'x'.repeat(16384) } }],
    ['a lone surrogate', { comment: '\ud800' }],
    ['a version that is not canonical', { version: '01' }],
    ['a pair too many', { context: pairs(17) }],
    ['too large a context', { context: { k: 'x'.repeat(4096) } }],
    ['an empty context value', { context: { k: '' } }],
    ['a context name that is ours', { context: { 'lazycred:name': 'db' } }],
    ["a context name that is AWS's", { context: { 'aws:x': 'y' } }],
    ['a time without milliseconds', { created: '2025-01-02T03:04:05Z' }],
    ['an author too long', { by: 'x'.repeat(257) }],
    ['a comment too long', { comment: 'é'.repeat(2049) }],
    ['a tag too many', { tags: pairs(51) }],
  ])('%s', (_, what) => {
    expect(() => seal(what)).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }));
  });

  test.each<[string, readonly WrappedKey[]]>([
    ['no recipient', []],
    ['nine recipients', Array.from({ length: 9 }, () => WRAPPED)],
    ['a wrapped key of 2,049 bytes', [{ ...WRAPPED, wrapped: Buffer.alloc(2049).toString('base64') }]],
  ])('%s', (_, keys) => {
    expect(() => seal({}, keys)).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }));
  });

  test('what is right is written', () => {
    expect(Object.keys(seal({}) as object)).toEqual(['lazycred', 'header', 'data']);
  });

  // [F-24]
  test('a configured context with a name that is ours', () => {
    const make = () =>
      new Store({ backend: new MemoryBackend(), keys: [], context: { 'lazycred:name': 'db' } });
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
  });

  // [F-19]
  test('twice the same is never the same record', () => {
    expect(seal({})).not.toEqual(seal({}));
  });
});

describe('recipients', () => {
  interface Attempts {
    count: number;
  }

  /** A KMS key that answers every call as told. */
  function keyThat(answer: ErrorCode | 'opens', attempts?: Attempts): KeyProvider {
    const reply = <T>(value: T): Promise<T> => {
      if (attempts !== undefined) attempts.count++;
      return answer === 'opens'
        ? Promise.resolve(value)
        : Promise.reject(new LazycredError(answer, 'told to'));
    };
    return {
      id: 'aws-kms',
      label: 'kms:x',
      generate: () => reply({ key: new Uint8Array(32), wrapped: WRAPPED }),
      wrap: () => reply(WRAPPED),
      unwrap: () => reply(new Uint8Array(32)),
      rank: () => 1,
      close: () => Promise.resolve(),
    };
  }

  // [F-43]
  test.each<ErrorCode>(['ERR_ACCESS', 'ERR_UNAVAILABLE'])('after %s the next is tried', async (code) => {
    const providers = [keyThat(code), keyThat('opens')];
    expect((await unwrapWithAny(providers, [WRAPPED], {})).length).toBe(32);
  });

  test('eight attempts for one record, and no more', async () => {
    const attempts = { count: 0 };
    const providers = [keyThat('ERR_ACCESS', attempts), keyThat('ERR_ACCESS', attempts)];
    const keys = Array.from({ length: 8 }, () => WRAPPED);
    await expect(unwrapWithAny(providers, keys, {})).rejects.toMatchObject({ code: 'ERR_ACCESS' });
    expect(attempts.count).toBe(8);
  });

  test('damage ends the attempts: another key would not help', async () => {
    const attempts = { count: 0 };
    const providers = [keyThat('ERR_INTEGRITY', attempts), keyThat('opens', attempts)];
    await expect(unwrapWithAny(providers, [WRAPPED], {})).rejects.toMatchObject({ code: 'ERR_INTEGRITY' });
    expect(attempts.count).toBe(1);
  });

  // [F-44]
  test("a record of somebody's own provider, opened without it, names that and what is configured", async () => {
    const wrapped = { provider: 'hsm', id: 'slot 1', wrapped: 'AAAA' };
    const other: KeyProvider = { ...keyThat('opens'), rank: () => undefined };
    await expect(unwrapWithAny([other], [wrapped], {})).rejects.toMatchObject({
      code: 'ERR_UNSUPPORTED',
      message: 'wrapped for "hsm slot 1"; configured: kms:x',
      hint: 'it takes a key provider "hsm": one of your own in decryptKeys, or a newer lazycred that has it',
    });
  });

  // [F-41]
  test('all recipients wrap, or nothing is written', async () => {
    expect((await generateForAll([keyThat('opens'), keyThat('opens')], {})).keys.length).toBe(2);
    for (const failing of [0, 1]) {
      const providers = [0, 1].map((i) => keyThat(i === failing ? 'ERR_UNAVAILABLE' : 'opens'));
      await expect(generateForAll(providers, {})).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
    }
  });
});
