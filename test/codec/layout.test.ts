import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import {
  CopyObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Backend } from '../../src/backend.js';
import { DynamoDBBackend } from '../../src/backends/dynamodb.js';
import { LocalBackend } from '../../src/backends/local.js';
import { S3Backend } from '../../src/backends/s3.js';
import { AwsKmsKey } from '../../src/keys/aws-kms.js';
import { LocalKey } from '../../src/keys/local.js';
import { padVersion } from '../../src/record/versions.js';
import { Store } from '../../src/store.js';
import { dynaliteUrl, makeBucket, makeKmsKey, makeTable, motoUrl } from '../emulators/servers.js';
import { fakeRecord, fakeStub } from '../suites/records.js';

// Where docs/format.md says that records are, looked at from outside: by other clients than the backends'.

const REGION = 'us-east-1';
const closing: (() => Promise<void> | void)[] = [];
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'layout-'));
});
afterAll(async () => {
  for (const close of closing) await close();
  await rm(dir, { recursive: true, force: true });
});

function storeOn(backend: Backend): Store {
  const store = new Store({ backend, keys: [new LocalKey({ file: join(dir, 'key') })] });
  closing.push(() => store.close());
  return store;
}

describe('S3', () => {
  let s3: S3Client;
  let bucket: string;
  beforeAll(async () => {
    s3 = new S3Client({ endpoint: motoUrl(), region: REGION, forcePathStyle: true });
    bucket = await makeBucket();
  });
  afterAll(() => s3.destroy());

  function backendAt(prefix: string): S3Backend {
    const client = new S3Client({ endpoint: motoUrl(), region: REGION, forcePathStyle: true });
    return new S3Backend({ client, bucket, prefix });
  }

  async function keys(prefix: string): Promise<string[]> {
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
    return (Contents ?? []).map((o) => o.Key ?? '');
  }

  async function body(Key: string): Promise<string> {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
    return (await Body?.transformToString()) ?? '';
  }

  // [F-60], [F-61], [F-62], [F-63]
  test('the newest is the head; what it replaced is archived, byte for byte', async () => {
    const store = storeOn(backendAt('a/'));
    const heads: string[] = [];
    for (const version of ['1', '2', '3']) {
      expect(await store.put('prod/db', `value ${version}`)).toMatchObject({ version });
      heads.push(await body('a/prod/db'));
    }
    expect(await keys('a/')).toEqual([
      'a/.lazycred/prod/db/0000000000000000001',
      'a/.lazycred/prod/db/0000000000000000002',
      'a/prod/db',
    ]);
    expect(await body('a/.lazycred/prod/db/0000000000000000001')).toBe(heads[0]);
    expect(await body('a/.lazycred/prod/db/0000000000000000002')).toBe(heads[1]);
    const fields = JSON.parse(heads[2] ?? '') as Record<string, string>;
    expect(Object.keys(fields).sort()).toEqual(['data', 'header', 'lazycred']);
    expect(JSON.parse(fields['header'] ?? '')).toMatchObject({ name: 'prod/db', version: '3' });
  });

  // [F-62]
  test('a head is written only in the place of the one that was read', async () => {
    const backend = backendAt('b/');
    closing.push(() => backend.close());
    const first = fakeRecord('db', 1);
    await backend.create(first, undefined);
    await expect(backend.create(fakeRecord('db', 2), undefined)).rejects.toMatchObject({
      code: 'ERR_CONFLICT',
    });
    const read = await backend.get(first.name);
    await backend.create(fakeRecord('db', 2), read);
    await expect(backend.create(fakeRecord('db', 2), read)).rejects.toMatchObject({ code: 'ERR_CONFLICT' });
  });

  // [F-64]
  test('the metadata tell version and time to listings, and decide nothing', async () => {
    const store = storeOn(backendAt('c/'));
    await store.put('db', 'x');
    const head = { Bucket: bucket, Key: 'c/db' };
    const { Metadata } = await s3.send(new HeadObjectCommand(head));
    const { created } = JSON.parse((JSON.parse(await body('c/db')) as { header: string }).header) as {
      created: string;
    };
    expect(Metadata).toEqual({ 'lazycred-version': '1', 'lazycred-created': created });
    await s3.send(
      new CopyObjectCommand({
        ...head,
        CopySource: `${bucket}/c/db`,
        MetadataDirective: 'REPLACE',
        Metadata: { 'lazycred-version': '9', 'lazycred-created': '2000-01-01T00:00:00.000Z' },
      }),
    );
    const secret = await store.get('db');
    expect([secret.version, secret.created?.toISOString()]).toEqual(['1', created]);
  });

  // [F-58]
  test('a version without a value is 256 bytes', async () => {
    const backend = backendAt('d/');
    closing.push(() => backend.close());
    const stub = fakeStub('db', 1, 'destroyed', 'ann');
    await backend.create(stub, undefined);
    const stored = await body('d/db');
    expect(Buffer.byteLength(stored)).toBe(256);
    expect(stored).toMatch(/^\{[^{}]*\} +$/u);
    expect(JSON.parse(stored)).toEqual(stub.fields);
  });
});

describe('DynamoDB', () => {
  // [F-65], [F-61]
  test('a row is the name, the padded version and the fields', async () => {
    const endpoint = dynaliteUrl();
    const table = await makeTable(endpoint);
    const client = new DynamoDBClient({ endpoint, region: REGION });
    closing.push(() => client.destroy());
    const backend = new DynamoDBBackend({ client: new DynamoDBClient({ endpoint, region: REGION }), table });
    const store = storeOn(backend);
    await store.put('prod/db', 'one');
    expect(await store.put('prod/db', 'two')).toMatchObject({ version: '2' });
    const Key = { name: { S: 'prod/db' }, version: { S: '0000000000000000002' } };
    const { Item } = await client.send(new GetItemCommand({ TableName: table, Key }));
    expect(Item).toEqual({
      ...Key,
      lazycred: { S: '1' },
      header: { S: expect.stringContaining('"version":"2"') as unknown },
      data: { S: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/u) as unknown },
    });
    const one = await backend.get(fakeRecord('prod/db', 1).name, '1');
    await expect(backend.create(fakeRecord('prod/db', 2), one)).rejects.toMatchObject({
      code: 'ERR_CONFLICT',
    });
  });
});

describe('local files', () => {
  // [F-66], [F-67], [F-60], [F-61]
  test('a version is one 0600 file under the encoded name, never written again', async () => {
    const store = storeOn(new LocalBackend({ dir: join(dir, 'files') }));
    await store.put('Prod/db', 'one');
    await store.put('Prod/db', 'two');
    const folder = join(dir, 'files', '%50rod%2fdb');
    expect((await readdir(folder)).sort()).toEqual(['1', '2'].map((v) => `${padVersion(v)}.json`));
    const file = join(folder, `${padVersion('2')}.json`);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const text = await readFile(file, 'utf8');
    const fields = JSON.parse(text) as Record<string, string>;
    expect(Object.keys(fields).sort()).toEqual(['data', 'header', 'lazycred']);

    const backend = new LocalBackend({ dir: join(dir, 'files') });
    const one = await backend.get(fakeRecord('Prod/db', 1).name, '1');
    await expect(backend.create(fakeRecord('Prod/db', 2), one)).rejects.toMatchObject({
      code: 'ERR_CONFLICT',
    });
    expect(await readFile(file, 'utf8')).toBe(text);

    for (const broken of ['', 'null', '[]', '"x"', '{"lazycred":1}', text.slice(0, -1), `${text}x`]) {
      await writeFile(file, broken);
      await expect(store.get('Prod/db')).rejects.toMatchObject({ code: 'ERR_INTEGRITY' });
    }
  });

  // [F-58], [F-61]: a tombstone takes a number, and the value that follows takes the next.
  test('a version without a value is 256 bytes, and its number stays taken', async () => {
    const backend = new LocalBackend({ dir: join(dir, 'stubs') });
    const store = storeOn(backend);
    await store.put('db', 'one');
    await backend.create(fakeStub('db', 2, 'deleted', 'ann'), await backend.get(fakeRecord('db', 1).name));
    const stored = await readFile(join(dir, 'stubs', 'db', `${padVersion('2')}.json`), 'utf8');
    expect(Buffer.byteLength(stored)).toBe(256);
    expect(stored).toMatch(/^\{[^{}]*\} +$/u);
    await expect(store.get('db')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    expect(await store.put('db', 'three')).toMatchObject({ version: '3' });
    expect((await store.get('db')).text()).toBe('three');
  });
});

describe('AWS KMS', () => {
  // [F-45], [F-42], [F-40]: the caller could use the record's own key, which is not configured.
  test('only configured keys are named, under the effective context', async () => {
    const [own, stranger] = [await makeKmsKey(), await makeKmsKey()];
    const asked: Record<string, unknown>[] = [];
    const keyOf = (key: string): AwsKmsKey => {
      const kms = new KMSClient({ endpoint: motoUrl(), region: REGION });
      const send = kms.send.bind(kms);
      kms.send = ((command: Parameters<typeof send>[0], ...rest: []) => {
        asked.push({ ...command.input });
        return send(command, ...rest);
      }) as typeof kms.send;
      return new AwsKmsKey({ client: kms, key, region: REGION });
    };
    const backend = () => new LocalBackend({ dir: join(dir, 'kms') });
    const context = { store: 'x' };
    const theirs = new Store({ backend: backend(), keys: [keyOf(stranger.alias)], context });
    const ours = new Store({ backend: backend(), keys: [keyOf(own.alias)], context });
    closing.push(
      () => theirs.close(),
      () => ours.close(),
    );
    await theirs.put('db', 'x');
    await expect(ours.get('db')).rejects.toMatchObject({ code: 'ERR_ACCESS' });
    expect((await theirs.get('db')).text()).toBe('x');
    expect(asked.map((a) => a['KeyId'])).toEqual([stranger.alias, own.alias, stranger.alias]);
    for (const { EncryptionContext } of asked) {
      expect(EncryptionContext).toEqual({ store: 'x', 'lazycred:name': 'db' });
    }
  });
});
