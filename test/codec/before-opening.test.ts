/**
 * What comes before what: sizes before anything is parsed or decoded, what authenticates (in constant time)
 * before anything is deciphered. None of it shows in what a reader gives or refuses.
 */
import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import * as crypto from 'node:crypto';
import type { openCredstash as OpenCredstash } from '../../src/codec/credstash.js';
import { HEADER_LIMITS } from '../../src/codec/header.js';
import type { openNative as OpenNative } from '../../src/codec/native.js';

/** The calls of `node:crypto` that the code under test makes, in order. */
const calls: string[] = [];

type AnyFunction = (...args: never[]) => unknown;

const noting = <F extends AnyFunction>(name: string, real: F): F =>
  ((...args: never[]) => {
    calls.push(name);
    return real(...args);
  }) as F;

jest.unstable_mockModule('node:crypto', () => ({
  ...crypto,
  timingSafeEqual: noting('compare', crypto.timingSafeEqual),
  createDecipheriv: noting('decipher', crypto.createDecipheriv),
}));

const native = await import('../../src/codec/native.js');
const { fernetDecrypt, fernetEncrypt, generateFernetKey } = await import('../../src/codec/fernet.js');
const credstash = await import('../../src/codec/credstash.js');

beforeEach(() => {
  calls.length = 0;
  jest.restoreAllMocks();
});

const dataKey = Buffer.alloc(32, 7);
const NAME = 'db';
const what = { name: NAME, version: '1', context: {}, created: '2025-01-02T03:04:05.678Z' };
const recipient = { provider: 'local', id: '', wrapped: 'AAAA' };
const record = native.sealNative(what, Buffer.from('hunter2'), dataKey, [recipient]);

type Unwrap = Parameters<typeof OpenNative>[2];
const unwrap: Unwrap = () => Promise.resolve(Buffer.from(dataKey));
const open = (fields: typeof record, by: Unwrap = unwrap) =>
  native.openNative(fields, { name: NAME, version: '1', context: undefined }, by);
const DAMAGED = { code: 'ERR_INTEGRITY', message: expect.stringContaining('the record is damaged') };

describe('native records', () => {
  test('[F-31] the commitment is compared in constant time, then the value is deciphered', async () => {
    expect((await open(record)).value.toString()).toBe('hunter2');
    expect(calls).toEqual(['compare', 'decipher']);
  });

  test('[F-31] nothing is deciphered under a data key that is not the committed one', async () => {
    await expect(open(record, () => Promise.resolve(Buffer.alloc(32, 8)))).rejects.toMatchObject(DAMAGED);
    expect(calls).toEqual(['compare']);
  });

  test.each([16, 31, 33, 64])(
    '[F-30] a data key of %i bytes opens nothing, whoever gives it',
    async (size) => {
      const key = Buffer.alloc(size, 7);
      const sealed = native.sealNative(what, Buffer.from('hunter2'), key, [recipient]);
      await expect(open(sealed, () => Promise.resolve(key))).rejects.toMatchObject(DAMAGED);
      expect(calls).toEqual([]);
      expect(key.every((byte) => byte === 0)).toBe(true);
    },
  );

  test('[F-5] what is too long is refused without being decoded or parsed', async () => {
    const data = 'A'.repeat(4 * Math.ceil((256 * 1024 + 20) / 3));
    const header = ' '.repeat(HEADER_LIMITS.headerBytes + 1);
    const decode = jest.spyOn(Buffer, 'from');
    const parse = jest.spyOn(JSON, 'parse');
    await expect(open({ ...record, data })).rejects.toMatchObject(DAMAGED);
    await expect(open({ ...record, header })).rejects.toMatchObject(DAMAGED);
    expect(decode.mock.calls.map(([text]) => text as unknown)).not.toContain(data);
    expect(parse.mock.calls.map(([text]) => text)).not.toContain(header);
  });
});

test('[F-73] a Fernet token is compared in constant time, then deciphered, and only where it is authentic', () => {
  const key = generateFernetKey();
  const token = fernetEncrypt(key, Buffer.from('hunter2'));
  expect(fernetDecrypt(key, token)?.toString()).toBe('hunter2');
  expect(calls).toEqual(['compare', 'decipher']);
  calls.length = 0;
  expect(fernetDecrypt(generateFernetKey(), token)).toBeUndefined();
  expect(calls).toEqual(['compare']);
});

test("[F-80] a CredStash row's HMAC is compared in constant time, then it is deciphered", async () => {
  const key = Buffer.alloc(64, 7);
  const wrapped = { provider: 'aws-kms', id: '', wrapped: 'AAAA' };
  const row = credstash.sealCredstash(Buffer.from('hunter2'), { key: Buffer.from(key), wrapped });
  const by =
    (bytes: Buffer): Parameters<typeof OpenCredstash>[3] =>
    () =>
      Promise.resolve(Buffer.from(bytes));
  expect((await credstash.openCredstash(row, NAME, {}, by(key))).toString()).toBe('hunter2');
  expect(calls).toEqual(['compare', 'decipher']);
  calls.length = 0;
  await expect(credstash.openCredstash(row, NAME, {}, by(Buffer.alloc(64, 8)))).rejects.toMatchObject(
    DAMAGED,
  );
  expect(calls).toEqual(['compare']);
});
