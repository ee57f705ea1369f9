import { KMSClient } from '@aws-sdk/client-kms';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { S3Backend } from '../../src/backends/s3.js';
import { LazycredError } from '../../src/errors.js';
import type { KeyProvider } from '../../src/keys.js';
import { AwsKmsKey } from '../../src/keys/aws-kms.js';
import { Store } from '../../src/store.js';
import { callJson } from '../emulators/aws-call.js';
import { makeBucket, makeKmsKey, motoUrl } from '../emulators/servers.js';
import { StandInKms } from './standin-kms.js';
import { plaintextOf, readJson, readLines } from './vector-files.js';

interface GoldenCase {
  readonly id: string;
  readonly title: string;
  readonly object: { readonly key: string; readonly body: string };
  readonly expect?: 'refuse' | 'open' | 'refuse-or-open';
  readonly plaintextB64?: string;
}

const REGION = 'us-east-1';
/** Where the golden objects lay. */
const PREFIX = 'credentials/';
const settings = () => ({ endpoint: motoUrl(), region: REGION, forcePathStyle: true });

let s3: S3Client;
let bucket: string;
let golden: Store;
beforeAll(async () => {
  s3 = new S3Client(settings());
  bucket = await makeBucket();
  golden = storeAt(PREFIX);
});
afterAll(async () => {
  await golden.close();
  s3.destroy();
});

async function plant(Key: string, body: string): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: Buffer.from(body) }));
}

function storeAt(prefix: string, key: KeyProvider = new StandInKms('alias/lazycred')): Store {
  const backend = new S3Backend({ client: new S3Client(settings()), bucket, prefix });
  return new Store({ backend, keys: [key], format: 'lazycred' });
}

const named = (file: string): [string, GoldenCase][] =>
  readJson<{ cases: GoldenCase[] }>('lazycred', file).cases.map((c) => [`${c.id} ${c.title}`, c]);

describe('objects that LazyCred wrote', () => {
  test.each(named('positive.json'))('%s', async (_, c) => {
    await plant(c.object.key, c.object.body);
    const secret = await golden.get(c.object.key.slice(PREFIX.length));
    expect(Buffer.from(secret.bytes()).equals(plaintextOf(c))).toBe(true);
  });

  // [F-60], [F-70], [F-71]: bodies that are no flat JSON, keys that are none, further members.
  test.each(named('negative.json'))('%s', async (_, c) => {
    await plant(c.object.key, c.object.body);
    const answer: unknown = await golden.get(c.object.key.slice(PREFIX.length)).then(
      (secret) => Buffer.from(secret.bytes()).toString('base64'),
      (e: unknown) => e,
    );
    if (c.expect === 'open' || (c.expect === 'refuse-or-open' && typeof answer === 'string')) {
      expect(answer).toBe(c.plaintextB64);
    } else {
      expect(answer).toMatchObject({ name: 'LazycredError', code: 'ERR_INTEGRITY' });
    }
  });

  test('a whole store of sixty: each opens, and the list is complete', async () => {
    const objects = readLines<{ Key: string; Body: string }>('stores', 'lazycred', 'objects.jsonl');
    const expected = readLines<{ name: string; plaintextB64: string }>(
      'stores',
      'lazycred',
      'expected.jsonl',
    );
    for (const { Key, Body } of objects) await plant(Key, Body);
    const store = storeAt('teams/creds/');
    for (const e of expected) {
      const value = (await store.get(e.name)).bytes();
      expect([e.name, Buffer.from(value).toString('base64')]).toEqual([e.name, e.plaintextB64]);
    }
    const names: string[] = [];
    for await (const { name } of store.list()) names.push(name);
    expect(names.sort()).toEqual(expected.map((e) => e.name).sort());
    await store.close();
  });
});

describe('objects that LazyCred will read', () => {
  async function body(Key: string): Promise<Record<string, string>> {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
    return JSON.parse((await Body?.transformToString()) ?? '') as Record<string, string>;
  }

  // [F-70]
  test('a token and the wrapped text of its key, under AWS KMS without a context', async () => {
    const { alias } = await makeKmsKey();
    const store = storeAt(
      'w/',
      new AwsKmsKey({ client: new KMSClient(settings()), key: alias, region: REGION }),
    );
    await store.put('db', 'caf\u00e9\n');
    const stored = await body('w/db');
    expect(Object.keys(stored).sort()).toEqual(['data', 'key']);
    const answer = await callJson(motoUrl(), 'kms', 'TrentService.Decrypt', {
      CiphertextBlob: stored['key'],
    });
    const key = Buffer.from((answer as { Plaintext: string }).Plaintext, 'base64').toString('latin1');
    expect(key).toMatch(/^[A-Za-z0-9_-]{43}=$/u);
    expect(stored['data']).toMatch(/^gAAAAA[A-Za-z0-9_-]+={0,2}$/u);
    expect((await store.get('db')).text()).toBe('caf\u00e9\n');

    await store.put('db', 'second');
    expect((await store.get('db')).text()).toBe('second');
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'w/' }));
    expect(Contents?.map((o) => o.Key)).toEqual(['w/db']);
    await store.close();
  });

  // [F-72]
  test('nothing is stored when the key was not wrapped', async () => {
    const failing = new StandInKms('alias/lazycred');
    failing.wrap = () => Promise.reject(new LazycredError('ERR_UNAVAILABLE', 'KMS is unavailable'));
    const store = storeAt('f/', failing);
    await expect(store.put('db', 'x')).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
    const { KeyCount } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'f/' }));
    expect(KeyCount).toBe(0);
    await store.close();
  });
});
