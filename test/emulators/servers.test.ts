import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { homedir, tmpdir } from 'node:os';
import { dynaliteUrl, makeBucket, makeKmsKey, makeTable, motoUrl, startMoto } from './servers.js';

const s3At = (endpoint: string, maxAttempts = 1) =>
  new S3Client({ endpoint, forcePathStyle: true, maxAttempts });

describe('the run', () => {
  test('has a home and a temporary folder of its own, and dummy credentials', () => {
    expect(homedir()).toBe(process.env['HOME']);
    expect(homedir()).toMatch(/lazycred-test-[^/]+\/home$/u);
    expect(tmpdir()).toMatch(/lazycred-test-[^/]+\/tmp$/u);
    const aws = Object.keys(process.env).filter((name) => name.startsWith('AWS_'));
    expect(aws.sort()).toEqual([
      'AWS_ACCESS_KEY_ID',
      'AWS_EC2_METADATA_DISABLED',
      'AWS_REGION',
      'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED',
      'AWS_SECRET_ACCESS_KEY',
    ]);
    expect(process.env['NODE_EXTRA_CA_CERTS']).toBeUndefined();
  });
});

describe('shared servers', () => {
  test('moto serves a new bucket', async () => {
    const s3 = s3At(motoUrl());
    const Bucket = await makeBucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'a/ü', Body: 'x' }));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'a/ü' }));
    expect(await Body?.transformToString()).toBe('x');
    s3.destroy();
  });

  test.each([
    ['moto', motoUrl],
    ['dynalite', dynaliteUrl],
  ])('%s serves a new table', async (_, url) => {
    const client = new DynamoDBClient({ endpoint: url(), maxAttempts: 1 });
    const { Table } = await client.send(new DescribeTableCommand({ TableName: await makeTable(url()) }));
    expect(Table?.KeySchema?.map((k) => k.AttributeName)).toEqual(['name', 'version']);
    client.destroy();
  });

  test('moto serves a new key, by id, ARN and alias, in its own region', async () => {
    const key = await makeKmsKey(motoUrl(), 'eu-west-1');
    expect(key.arn).toBe(`arn:aws:kms:eu-west-1:123456789012:key/${key.keyId}`);
    const kms = new KMSClient({ endpoint: motoUrl(), region: 'eu-west-1', maxAttempts: 1 });
    for (const KeyId of Object.values(key)) {
      expect((await kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('x') }))).KeyId).toBe(
        key.arn,
      );
    }
    kms.destroy();
  });
});

describe('a moto of one’s own', () => {
  let moto: Awaited<ReturnType<typeof startMoto>>;
  let Bucket: string;
  beforeAll(async () => {
    moto = await startMoto();
    Bucket = await makeBucket(moto.url);
  });
  afterAll(() => moto.stop());

  const put = (Key: string, maxAttempts = 1) =>
    s3At(moto.url, maxAttempts).send(new PutObjectCommand({ Bucket, Key, Body: 'x', IfNoneMatch: '*' }));
  const get = (Key: string) => s3At(moto.url).send(new GetObjectCommand({ Bucket, Key }));

  test('answers an injected error once, before the effect', async () => {
    await moto.faults.inject({ method: 'PUT', path: '/before$', status: 503, code: 'SlowDown' });
    await expect(put('before')).rejects.toMatchObject({
      name: 'SlowDown',
      $metadata: { httpStatusCode: 503 },
    });
    await expect(get('before')).rejects.toMatchObject({ name: 'NoSuchKey' });
    await put('before');
    expect((await get('before')).ETag).toBeDefined();
  });

  test('a lost answer of a create-only write comes back from the SDK’s own retry as 412', async () => {
    await moto.faults.clear();
    await moto.faults.inject({ method: 'PUT', path: '/lost$', after: true, drop: true });
    await expect(put('lost', 2)).rejects.toMatchObject({ name: 'PreconditionFailed' });
    expect((await get('lost')).ETag).toBeDefined();
    const calls = (await moto.faults.calls()).filter((c) => c.method === 'PUT');
    expect(calls.map((c) => [c.path, c.ifNoneMatch, c.status?.split(' ')[0]])).toEqual([
      [`/${Bucket}/lost`, '*', 'dropped'],
      [`/${Bucket}/lost`, '*', '412'],
    ]);
  });

  test('skips as many as asked, and cuts an answer off', async () => {
    await moto.faults.clear();
    await put('cut');
    await moto.faults.inject({ method: 'GET', path: '/cut$', skip: 1, truncate: 0 });
    expect(await (await get('cut')).Body?.transformToString()).toBe('x');
    await expect(get('cut').then((r) => r.Body?.transformToString())).rejects.toThrow();
    expect(await (await get('cut')).Body?.transformToString()).toBe('x');
  });
});
