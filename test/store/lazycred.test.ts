/** LazyCred's format through the store, on servers of S3's and KMS's protocols. */
import { randomBytes } from 'node:crypto';
import {
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { S3Backend } from '../../src/backends/s3.js';
import type { StoreParts } from '../../src/store/options.js';
import { Store } from '../../src/store.js';
import { StandInKms } from '../codec/standin-kms.js';
import { readJson, readLines } from '../codec/vector-files.js';
import { makeBucket, motoUrl } from '../emulators/servers.js';
import { collect } from '../suites/ground.js';
import { s3Client } from '../support/s3-client.js';

const client = s3Client(motoUrl());
const kms = new StandInKms('alias/lazycred');
let bucket: string;

beforeEach(async () => {
  bucket = await makeBucket();
});
afterAll(() => client.destroy());

function open(parts: Partial<StoreParts> = {}, prefix = 'creds/'): Store {
  const backend = new S3Backend({ client, bucket, prefix, isAws: () => true });
  return new Store({ backend, keys: [kms], format: 'lazycred', ...parts });
}

async function body(key: string): Promise<string> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return (await Body?.transformToString()) ?? '';
}

describe('a whole store of the original', () => {
  test('gives exactly the expected values', async () => {
    const objects = readLines<{ Key: string; Body: string; ContentType: string }>(
      'stores',
      'lazycred',
      'objects.jsonl',
    );
    const { s3_path: path } = readJson<{ s3_path: string }>('stores', 'lazycred', 'config.json');
    const expected = readLines<{ name: string; plaintextB64: string }>(
      'stores',
      'lazycred',
      'expected.jsonl',
    );
    await Promise.all(objects.map((o) => client.send(new PutObjectCommand({ Bucket: bucket, ...o }))));
    const store = open({}, path.slice(path.indexOf('/') + 1));
    const names = (await collect(store.list())).map((l) => l.name);
    expect(names.toSorted()).toEqual(expected.map((e) => e.name).sort());
    const all = await store.getAll();
    for (const { name, plaintextB64 } of expected) {
      expect(Buffer.from(all.get(name)?.bytes() ?? []).toString('base64')).toBe(plaintextB64);
    }
  });
});

describe('skipUnchanged', () => {
  test('writes a value anew that lies under another key', async () => {
    await open().put('db', 'same');
    const other = new StandInKms('alias/other');
    expect(await open({ keys: [other] }).put('db', 'same', { skipUnchanged: true })).toEqual({
      name: 'db',
      version: '',
    });
    const again = await open({ keys: [other] }).put('db', 'same', { skipUnchanged: true });
    expect(again).toMatchObject({ unchanged: true });
  });

  test('writes a value anew that lies in another format, so that a format can be left by it', async () => {
    await open().put('db', 'same');
    const native = open({ format: 'native', accept: ['native', 'lazycred'] });
    expect(await native.put('db', 'same', { skipUnchanged: true })).toEqual({ name: 'db', version: '2' });
    expect(await native.put('db', 'same', { skipUnchanged: true })).toMatchObject({ unchanged: true });
  });
});

describe('what the format can bear', () => {
  test('is put, overwritten, listed, compared and removed', async () => {
    const store = open();
    expect(await store.put('db', 'one')).toEqual({ name: 'db', version: '' });
    await store.put('db', 'two');
    await store.put('prod/x', Buffer.of(0xff, 0, 1));
    expect(Object.keys(JSON.parse(await body('creds/db')) as object).sort()).toEqual(['data', 'key']);
    expect((await store.get('db')).text()).toBe('two');
    expect(await store.put('db', 'two', { skipUnchanged: true })).toMatchObject({ unchanged: true });
    await expect(store.put('db', 'x', { ifAbsent: true })).rejects.toMatchObject({
      code: 'ERR_CONFLICT',
      message: 'it exists already',
    });
    expect((await collect(store.list({ match: 'prod/*' }))).map((l) => l.name)).toEqual(['prod/x']);
    expect((await store.getMany(['db', 'prod/x'])).size).toBe(2);
    expect(await store.destroy('db')).toEqual({ versions: [''], remains: undefined });
    await expect(store.get('db')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    await expect(store.destroy('db')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  });

  test('is removed from a versioned bucket, too', async () => {
    await client.send(
      new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    );
    const store = open();
    await store.put('db', 'one');
    await store.put('db', 'two');
    await store.put('db-2', 'other');
    await store.destroy('db');
    const { Versions } = await client.send(new ListObjectVersionsCommand({ Bucket: bucket }));
    expect(Versions?.map((v) => v.Key)).toEqual(['creds/db-2']);
  });

  test('what the original lost is never overwritten unseen, but can be removed', async () => {
    const lost = { Bucket: bucket, Key: 'creds/lost', Body: JSON.stringify({ data: 'gAAAA', key: null }) };
    await client.send(new PutObjectCommand(lost));
    const store = open();
    for (const attempt of [store.get('lost'), store.put('lost', 'anew')]) {
      await expect(attempt).rejects.toMatchObject({
        code: 'ERR_INTEGRITY',
        hint: expect.stringContaining('store.destroy(name) removes it') as unknown,
      });
    }
    expect(await body('creds/lost')).toBe(lost.Body);
    await store.destroy('lost');
    await store.put('lost', 'anew');
    expect((await store.get('lost')).text()).toBe('anew');
  });

  test.each([
    ['a page', '<html>maintenance</html>'],
    ['nothing', ''],
    ["another program's JSON", '{"data": {"user": "root"}, "key": "AQ=="}'],
    ['more beside a null key', '{"data": "gAAAA", "key": null, "owner": "billing"}'],
    ['a null key of something else', '{"rows": [1], "key": null}'],
  ])('a body that is no record (%s) is never advised to be destroyed', async (_, Body) => {
    const foreign = { Bucket: bucket, Key: 'creds/foreign', Body: Buffer.from(Body) };
    await client.send(new PutObjectCommand(foreign));
    for (const attempt of [() => open().get('foreign'), () => open().put('foreign', 'x')]) {
      const failure = (await attempt().catch((e: unknown) => e)) as { code: string; hint: string };
      expect(failure.code).toBe('ERR_INTEGRITY');
      expect(failure.hint).toContain('look at what lies there');
      expect(failure.hint).not.toMatch(/destroy|remove|delete/u);
    }
  });

  test('a value beyond our own limit opens, an object without end does not', async () => {
    const value = randomBytes(2 * 1024 * 1024);
    await open({ maxBytes: value.length }).put('large', value);
    expect(value.equals((await open().get('large')).bytes())).toBe(true);
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: 'creds/endless',
        Body: Buffer.alloc(17 * 1024 * 1024, ' '),
      }),
    );
    await expect(open().get('endless')).rejects.toMatchObject({
      code: 'ERR_INTEGRITY',
      message: 'the stored object is larger than 16 MiB: no record',
    });
  });

  test('what it cannot bear is refused, saying so', async () => {
    const store = open();
    await store.put('db', 'one');
    for (const attempt of [
      store.put('db', 'x', { version: 2 }),
      store.put('db', 'x', { ifVersion: 1 }),
      store.put('db', 'x', { comment: 'c' }),
      open({ context: { env: 'prod' } }).put('db', 'x'),
      store.get('db', { version: 1 }),
      store.history('db'),
      store.rollback('db', 1),
      store.delete('db'),
      store.undelete('db'),
      store.prune('db', { keep: 1 }),
      store.destroy('db', { versions: [1] }),
      collect(store.versions()),
    ]) {
      await expect(attempt).rejects.toMatchObject({
        code: 'ERR_UNSUPPORTED',
        message: expect.stringMatching(/^the lazycred format /u) as unknown,
      });
    }
    expect((await store.get('db')).text()).toBe('one');
  });
});

describe('moving on', () => {
  test('a native put needs to be asked for, and keeps the object byte for byte as version 1', async () => {
    await open().put('db', 'theirs');
    const before = await body('creds/db');
    for (const accept of [['native'], ['native', 'lazycred']] as const) {
      await expect(open({ format: undefined, accept }).put('db', 'ours')).rejects.toMatchObject({
        code: 'ERR_UNSUPPORTED',
        hint: expect.stringMatching(/format: lazycred .*format: native/u) as unknown,
      });
    }
    expect(await body('creds/db')).toBe(before);
    const native = open({ format: 'native', accept: ['native', 'lazycred'] });
    expect(await native.put('db', 'ours')).toMatchObject({ version: '2' });
    expect(await body(`creds/.lazycred/db/${'1'.padStart(19, '0')}`)).toBe(before);
    expect((await native.get('db', { version: 1 })).text()).toBe('theirs');
    expect((await native.get('db')).text()).toBe('ours');
    // LazyCred's format does not write over, nor remove, what it can't read.
    const store = open();
    await expect(store.put('db', 'x')).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED' });
    await expect(store.destroy('db')).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED' });
    // What accepts no LazyCred can convert all the same: nothing has to be opened.
    await store.put('other', 'theirs');
    expect(await open({ format: 'native' }).put('other', 'ours')).toMatchObject({ version: '2' });
  });

  test("a native put that overtakes one in LazyCred's format stays, and the other is told", async () => {
    await open().put('db', 'theirs');
    const backend = new S3Backend({ client, bucket, prefix: 'creds/', isAws: () => true });
    const create = backend.create.bind(backend);
    backend.create = async (...args) => {
      backend.create = create;
      await open({ format: 'native' }).put('db', 'ours');
      await create(...args);
    };
    await expect(
      new Store({ backend, keys: [kms], format: 'lazycred' }).put('db', 'late'),
    ).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED' });
    expect((await open({ format: 'native' }).get('db')).text()).toBe('ours');
  });

  test("an object of LazyCred's that lies over native versions goes with them, or not at all", async () => {
    const native = open({ format: 'native', accept: ['native', 'lazycred'] });
    await native.put('db', 'one');
    await native.put('db', 'two');
    await open().put('other', 'theirs');
    // LazyCred's own tool overwrites whatever is there.
    await client.send(
      new PutObjectCommand({ Bucket: bucket, Key: 'creds/db', Body: await body('creds/other') }),
    );
    await expect(open().destroy('db')).rejects.toMatchObject({
      code: 'ERR_UNSUPPORTED',
      hint: expect.stringContaining('format: native') as unknown,
    });
    expect((await native.get('db')).text()).toBe('theirs');
    await native.destroy('db');
    for (const version of [1, 2]) {
      await expect(native.get('db', { version })).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    }
  });

  test('a native rollback to version 1 brings the old value back', async () => {
    await open().put('db', 'theirs');
    const native = open({ format: 'native', accept: ['native', 'lazycred'] });
    await native.put('db', 'ours');
    expect(await native.rollback('db', 1)).toMatchObject({ version: '3' });
    expect((await native.get('db')).text()).toBe('theirs');
  });
});
