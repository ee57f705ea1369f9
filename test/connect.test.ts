import { describe, expect, test } from '@jest/globals';
import { isLazycredError, openStore } from '../src/index.js';
import { makeBucket, makeKmsKey, makeTable, motoUrl } from './emulators/servers.js';
import './support/preload.js';
import { silentServer } from './support/silent-server.js';

const region = 'us-east-1';
const endpoints = { endpoint: motoUrl(), kmsEndpoint: motoUrl(), region };

describe('openStore', () => {
  test('in memory needs no key, folder or server', async () => {
    const store = await openStore({ store: 'memory:' });
    await store.put('db', 'v');
    expect((await store.get('db')).text()).toBe('v');
    await store.close();
    await expect(store.get('db')).rejects.toMatchObject({ code: 'ERR_USAGE' });
  });

  test.each([
    ['S3', async () => `s3://${await makeBucket()}/creds`],
    ['DynamoDB', async () => `dynamodb://${await makeTable()}`],
  ])('on %s under KMS, by alias, id, ARN, and two of them', async (_, place) => {
    const [one, two] = [await makeKmsKey(), await makeKmsKey()];
    const store = await place();
    const writer = await openStore({ ...endpoints, store, key: [`kms:${one.alias}`, `kms:${two.arn}`] });
    await writer.put('prod/db', 'v', { comment: 'c' });
    await writer.put('prod/db', 'w');
    for (const key of [`kms:${one.alias}`, `kms:${one.arn}`, `kms:${one.keyId}`, `kms:${two.keyId}`]) {
      const reader = await openStore({ ...endpoints, store, key });
      expect((await reader.get('prod/db')).text()).toBe('w');
      expect((await reader.get('prod/db', { version: 1 })).comment).toBe('c');
      await reader.close();
    }
    const stranger = await openStore({ ...endpoints, store, key: `kms:${(await makeKmsKey()).alias}` });
    await expect(stranger.get('prod/db')).rejects.toMatchObject({ code: 'ERR_ACCESS' });
    await stranger.close();
    await writer.close();
  });

  test('assumes a role', async () => {
    const { alias } = await makeKmsKey();
    const bucket = await makeBucket();
    process.env['AWS_ENDPOINT_URL_STS'] = motoUrl();
    try {
      const role = 'arn:aws:iam::123456789012:role/reader';
      const store = await openStore({ ...endpoints, store: `s3://${bucket}/`, key: `kms:${alias}`, role });
      await store.put('db', 'v');
      expect((await store.get('db')).text()).toBe('v');
      await store.close();
    } finally {
      delete process.env['AWS_ENDPOINT_URL_STS'];
    }
  });

  test('an endpoint that nobody answers is ERR_UNAVAILABLE, within the limit, naming service and region', async () => {
    const endpoint = 'http://127.0.0.1:9';
    const dead = { endpoint, kmsEndpoint: endpoint, region: 'eu-west-1', key: 'kms:alias/x', timeout: 5 };
    for (const [store, service] of [
      ['s3://bucket/', 'S3'],
      ['dynamodb://table', 'DynamoDB'],
    ] as const) {
      const opened = await openStore({ ...dead, store });
      const failure: unknown = await opened.get('db').catch((e: unknown) => e);
      expect(isLazycredError(failure, 'ERR_UNAVAILABLE')).toBe(true);
      expect(String(failure)).toContain(`${service} in eu-west-1 is unavailable, cannot read`);
      await opened.close();
    }
  });

  test('a server that accepts and never answers is given up at the time limit', async () => {
    const server = await silentServer();
    const store = await openStore({
      store: 's3://bucket/',
      key: 'kms:alias/x',
      endpoint: server.url,
      region,
      timeout: 0.5,
    });
    const started = performance.now();
    await expect(store.get('db')).rejects.toMatchObject({
      code: 'ERR_UNAVAILABLE',
      message: 'S3 in us-east-1 is unavailable, cannot read: no answer within 0.5 s',
    });
    expect(performance.now() - started).toBeLessThan(3_000);
    await store.close();
    server.close();
  });

  test('a wrong configuration is ERR_CONFIG with every problem', async () => {
    await expect(openStore({ store: 'x://y', key: 'z:', regoin: 'eu' } as object)).rejects.toMatchObject({
      code: 'ERR_CONFIG',
      message: expect.stringMatching(/store[\s\S]*key[\s\S]*regoin|regoin[\s\S]*store/u) as unknown,
    });
  });
});
