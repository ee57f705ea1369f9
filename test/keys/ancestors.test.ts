import { KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { openCloudchain, sealCloudchain } from '../../src/codec/cloudchain.js';
import { openCredstash, sealCredstash } from '../../src/codec/credstash.js';
import { unwrapWithAny } from '../../src/codec/recipients.js';
import type { Context, UnwrapOptions } from '../../src/keys.js';
import { AwsKmsKey } from '../../src/keys/aws-kms.js';
import { LocalKey } from '../../src/keys/local.js';
import { PassphraseKey } from '../../src/keys/passphrase.js';
import { makeKmsKey, motoUrl, startMoto, type KmsKey } from '../emulators/servers.js';
import { tempDir } from '../support/temp-dir.js';

const REGION = 'us-east-1';
const CONTEXT: Context = { env: 'prod' };

const clients: KMSClient[] = [];
const inputs: Record<string, unknown>[] = [];
afterAll(() => {
  for (const client of clients) client.destroy();
});

/** A provider whose requests are noted. */
function keyOf(key: string, endpoint = motoUrl()): AwsKmsKey {
  const client = new KMSClient({ endpoint, region: REGION, maxAttempts: 1 });
  clients.push(client);
  client.middlewareStack.add(
    (next) => (args) => {
      inputs.push({ ...args.input });
      return next(args);
    },
    { step: 'initialize' },
  );
  return new AwsKmsKey({ client, key, region: REGION });
}

let ours: KmsKey;
let theirs: KmsKey;
beforeAll(async () => {
  [ours, theirs] = [await makeKmsKey(), await makeKmsKey()];
});

describe('data keys of other lengths', () => {
  test('KMS makes one of 64 bytes, and opens it as long as it is asked for', async () => {
    const key = keyOf(ours.alias);
    inputs.length = 0;
    const { key: dataKey, wrapped } = await key.generate(CONTEXT, { keyBytes: 64 });
    expect(dataKey).toHaveLength(64);
    expect(inputs).toEqual([{ KeyId: ours.alias, NumberOfBytes: 64, EncryptionContext: CONTEXT }]);
    for (const keyBytes of [64, 'any'] as const) {
      expect(Buffer.from(await key.unwrap(wrapped, CONTEXT, { keyBytes })).equals(dataKey)).toBe(true);
    }
    for (const o of [{}, { keyBytes: 63 }, { keyBytes: 32 }]) {
      await expect(key.unwrap(wrapped, CONTEXT, o)).rejects.toMatchObject({ code: 'ERR_INTEGRITY' });
    }
  });

  test('an answer of another length than was asked for is not taken, and does not linger', async () => {
    for (const [asked, length] of [
      [64, 32],
      [64, 63],
      [undefined, 64],
    ] as const) {
      const Plaintext = randomBytes(length);
      const answer = { Plaintext, KeyId: 'k', CiphertextBlob: randomBytes(100) };
      const client = { send: async () => answer, destroy: () => undefined };
      const key = new AwsKmsKey({ client, key: 'alias/acme' });
      await expect(key.generate({}, { keyBytes: asked })).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
      expect(Plaintext.equals(Buffer.alloc(length))).toBe(true);
    }
  });

  test('an empty answer is none, where any length will do', async () => {
    const client = {
      send: async () => ({ Plaintext: new Uint8Array(0), KeyId: 'k' }),
      destroy: () => undefined,
    };
    const key = new AwsKmsKey({ client, key: 'alias/acme' });
    const wrapped = { provider: 'aws-kms', id: '', wrapped: 'AAAA' };
    await expect(key.unwrap(wrapped, {}, { keyBytes: 'any' })).rejects.toMatchObject({
      code: 'ERR_INTEGRITY',
    });
  });

  test('what KMS wrapped of 4096 bytes is read again; a native data key stays within its limit', async () => {
    const key = keyOf(ours.alias);
    const value = randomBytes(4096);
    const wrapped = await key.wrap(value, CONTEXT);
    expect(wrapped.wrapped.length).toBeGreaterThan(2732);
    expect(Buffer.from(await key.unwrap(wrapped, CONTEXT, { keyBytes: 'any' })).equals(value)).toBe(true);
    inputs.length = 0;
    await expect(key.unwrap(wrapped, CONTEXT)).rejects.toMatchObject({ code: 'ERR_INTEGRITY' });
    const long = { ...wrapped, wrapped: Buffer.alloc(6145).toString('base64') };
    await expect(key.unwrap(long, CONTEXT, { keyBytes: 'any' })).rejects.toMatchObject({
      code: 'ERR_INTEGRITY',
    });
    expect(inputs).toEqual([]);
  });

  test('local keys and passphrases make and open 32 bytes alone', async () => {
    const saltFile = `${tempDir()}/salt`;
    const cost = { log2N: 15, r: 8, p: 1 };
    const keys = [
      new LocalKey({}),
      new PassphraseKey({ passphrase: async () => 'correct horse', saltFile, cost }),
    ];
    for (const key of keys) {
      await expect(key.generate({}, { keyBytes: 64 })).rejects.toMatchObject({
        code: 'ERR_UNSUPPORTED',
        message: 'only a KMS key wraps a data key of 64 bytes',
      });
      const { key: dataKey, wrapped } = await key.generate({}, { keyBytes: 32 });
      await expect(key.unwrap(wrapped, {}, { keyBytes: 'any' })).rejects.toMatchObject({
        code: 'ERR_INTEGRITY',
      });
      expect(Buffer.from(await key.unwrap(wrapped, {}, { anyKey: true })).equals(dataKey)).toBe(true);
      await key.close();
    }
  });
});

describe('any key', () => {
  test('opens what another key wrapped, and only where it is asked for', async () => {
    const key = keyOf(ours.alias);
    const { key: dataKey, wrapped } = await keyOf(theirs.arn).generate(CONTEXT);
    inputs.length = 0;
    expect(Buffer.from(await key.unwrap(wrapped, CONTEXT, { anyKey: true })).equals(dataKey)).toBe(true);
    expect(inputs.map((input) => Object.keys(input).sort())).toEqual([
      ['CiphertextBlob', 'EncryptionContext'],
    ]);
    await expect(key.unwrap(wrapped, { env: 'dev' }, { anyKey: true })).rejects.toMatchObject({
      code: 'ERR_INTEGRITY',
    });
    for (const o of [{}, { anyKey: false }, { anyKey: undefined }] satisfies UnwrapOptions[]) {
      inputs.length = 0;
      await expect(key.unwrap(wrapped, CONTEXT, o)).rejects.toMatchObject({ code: 'ERR_ACCESS' });
      expect(inputs.map((input) => input['KeyId'])).toEqual([ours.alias]);
    }
  });

  test('a refusal is about the key that wrapped it, not the configured one', async () => {
    const moto = await startMoto();
    try {
      const { alias } = await makeKmsKey(moto.url);
      const key = keyOf(alias, moto.url);
      const { wrapped } = await key.generate(CONTEXT);
      const target = 'TrentService.Decrypt';
      await moto.faults.inject({ target, status: 400, code: 'AccessDeniedException' });
      await expect(key.unwrap(wrapped, CONTEXT, { anyKey: true })).rejects.toMatchObject({
        code: 'ERR_ACCESS',
        message:
          'the key that wrapped this data key in us-east-1 may not be used: Decrypt, AccessDeniedException',
        hint: 'allow kms:Decrypt on it for this caller, in the policies of both',
      });
    } finally {
      await moto.stop();
    }
  });
});

describe('records of the ancestors under a KMS', () => {
  function opener(key: AwsKmsKey, anyKey: boolean) {
    return (keys: Parameters<typeof unwrapWithAny>[1], context: Context, keyBytes: 'any') =>
      unwrapWithAny([key], keys, context, { keyBytes, anyKey });
  }

  test('CredStash: sealed under one key, opened under any', async () => {
    const sealing = await keyOf(theirs.alias).generate(CONTEXT, { keyBytes: 64 });
    const fields = sealCredstash(Buffer.from('café\n'), sealing);
    const key = keyOf(ours.alias);
    expect((await openCredstash(fields, 'db', CONTEXT, opener(key, true))).toString()).toBe('café\n');
    const pinned = openCredstash(fields, 'db', CONTEXT, opener(key, false));
    await expect(pinned).rejects.toMatchObject({ code: 'ERR_ACCESS' });
  });

  test('cloudchain: 1, 32 and 4096 bytes', async () => {
    const key = keyOf(ours.alias);
    for (const length of [1, 32, 4096]) {
      const value = randomBytes(length);
      inputs.length = 0;
      const fields = await sealCloudchain(value, key);
      expect(inputs.map((input) => input['EncryptionContext'])).toEqual([{ string: 'string' }]);
      expect((await openCloudchain(fields, 'svc/ann', opener(key, false))).equals(value)).toBe(true);
    }
  });
});
