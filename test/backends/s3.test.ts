import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { S3Backend, type S3BackendOptions } from '../../src/backends/s3.js';
import { parseName, storedName, type SecretName } from '../../src/record/names.js';
import type { StoredRecord } from '../../src/record.js';
import { makeBucket, motoUrl, startMoto } from '../emulators/servers.js';
import { backendSuite } from '../suites/backend.js';
import { faultyClient } from '../suites/faults.js';
import { collect } from '../suites/ground.js';
import { fakeRecord, fakeStub } from '../suites/records.js';
import { s3Client } from '../support/s3-client.js';

const db = parseName('db');

interface Opened {
  readonly client: S3Client;
  readonly bucket: string;
  readonly backend: S3Backend;
  /** The requests sent, by name and key. */
  readonly sent: string[];
}

async function open(url: string, o: Partial<S3BackendOptions> = {}): Promise<Opened> {
  const client = s3Client(url);
  const sent: string[] = [];
  client.middlewareStack.add(
    (next, context) => (args) => {
      const { Key } = args.input as { Key?: string };
      sent.push([context.commandName?.replace('Command', ''), Key].filter((x) => x !== undefined).join(' '));
      return next(args);
    },
    { step: 'initialize' },
  );
  const bucket = await makeBucket(url);
  return { client, bucket, sent, backend: new S3Backend({ client, bucket, isAws: () => true, ...o }) };
}

/** Creates versions 1 to n, and gives the newest as read. */
async function fill(backend: S3Backend, name: SecretName, n: number): Promise<StoredRecord> {
  for (let version = 1; version <= n; version++) {
    await backend.create(fakeRecord(name, version), await backend.get(name));
  }
  return newest(backend, name);
}

async function newest(backend: S3Backend, name: SecretName): Promise<StoredRecord> {
  const record = await backend.get(name);
  if (record === undefined) throw new Error(`${name} is not there`);
  return record;
}

async function body(t: Opened, key: string): Promise<string> {
  const { Body } = await t.client.send(new GetObjectCommand({ Bucket: t.bucket, Key: key }));
  return (await Body?.transformToString()) ?? '';
}

async function write(t: Opened, key: string, text: string | Uint8Array): Promise<void> {
  await t.client.send(
    new PutObjectCommand({ Bucket: t.bucket, Key: key, Body: Buffer.from(text as string) }),
  );
}

backendSuite('S3Backend', async () => (await open(motoUrl(), { prefix: 'creds/', pageSize: 2 })).backend, {
  faulty: async (plan) => {
    const { client, bucket } = await open(motoUrl());
    return new S3Backend({ client: faultyClient(client, plan), bucket, isAws: () => true, pageSize: 2 });
  },
});

describe('the layout', () => {
  let t: Opened;
  beforeAll(async () => {
    t = await open(motoUrl(), { prefix: 'creds/' });
  });
  afterAll(() => t.backend.close());

  test('the newest lies under its name, older ones in the archive, byte for byte', async () => {
    await t.backend.create(fakeRecord('layout', 1), undefined);
    const first = await body(t, 'creds/layout');
    await t.backend.create(fakeRecord('layout', 2), await t.backend.get(parseName('layout')));
    expect(await body(t, 'creds/.lazycred/layout/0000000000000000001')).toBe(first);
    const { Contents } = await t.client.send(
      new ListObjectsV2Command({ Bucket: t.bucket, Prefix: 'creds/' }),
    );
    expect(Contents?.map((c) => c.Key).filter((k) => k?.includes('layout'))).toEqual([
      'creds/.lazycred/layout/0000000000000000001',
      'creds/layout',
    ]);
  });

  test('a get is one request, a create is three with the read before it', async () => {
    const record = await fill(t.backend, parseName('cost'), 2);
    t.sent.length = 0;
    await t.backend.get(record.name);
    expect(t.sent).toEqual(['GetObject creds/cost']);
    t.sent.length = 0;
    await t.backend.numberBefore(record.name, record);
    await t.backend.create(fakeRecord('cost', 3), record);
    expect(t.sent).toEqual(['PutObject creds/.lazycred/cost/0000000000000000002', 'PutObject creds/cost']);
  });

  test('an older version is one request, the newest by its number two', async () => {
    await fill(t.backend, parseName('old'), 2);
    t.sent.length = 0;
    expect((await t.backend.get(parseName('old'), '1'))?.version).toBe('1');
    expect(t.sent).toHaveLength(1);
    expect((await t.backend.get(parseName('old'), '2'))?.version).toBe('2');
    expect(t.sent).toHaveLength(3);
  });

  test('metadata tells the version and the time to a HEAD request', async () => {
    const { name } = await fill(t.backend, parseName('meta'), 1);
    const head = await t.client.send(new HeadObjectCommand({ Bucket: t.bucket, Key: `creds/${name}` }));
    expect(head.Metadata?.['lazycred-version']).toBe('1');
    expect(head.Metadata?.['lazycred-created']).toMatch(/^\d{4}-.*Z$/u);
    expect(head.ContentType).toBe('application/json');
  });

  test('a tombstone is exactly 256 bytes', async () => {
    await t.backend.create(fakeStub('gone', 1, 'deleted'), undefined);
    expect(await body(t, 'creds/gone')).toHaveLength(256);
  });

  test('a key over 1,024 bytes is refused before anything is sent', async () => {
    const deep = await open(motoUrl(), { prefix: `${'p'.repeat(500)}/` });
    const name = parseName('n'.repeat(512));
    await deep.backend.create(fakeRecord(name, 1), undefined);
    const first = await newest(deep.backend, name);
    deep.sent.length = 0;
    await expect(deep.backend.create(fakeRecord(name, 2), first)).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringMatching(/too long for S3 .* at most 1024/u) as unknown,
    });
    expect(deep.sent).toEqual([]);
    await deep.backend.close();
  });
});

describe('a listing', () => {
  test('costs no more for many versions: the archive is stepped over', async () => {
    const t = await open(motoUrl(), { prefix: 'p/', pageSize: 3 });
    await fill(t.backend, parseName('-before'), 1);
    for (let i = 0; i < 3; i++) await fill(t.backend, parseName(`name-${i}`), 5);
    t.sent.length = 0;
    const names = (await collect(t.backend.list())).map((l) => l.name);
    expect(names).toEqual(['-before', 'name-0', 'name-1', 'name-2']);
    // 4 heads and 12 archived versions in pages of 3: two pages and the one that meets the archive.
    expect(t.sent.length).toBeLessThanOrEqual(3);
    await t.backend.close();
  });

  test('names that sort beside the archive are listed', async () => {
    const t = await open(motoUrl(), { pageSize: 1 });
    const names = [
      '.lazycred-',
      '.lazycred.',
      '.lazycred0',
      '.lazycree',
      '.lazycrec',
      '\u{10ffff}',
      'a/.lazy',
    ];
    for (const name of names) await fill(t.backend, parseName(name), 2);
    // A name after every character that the step over the archive could stop at.
    await fill(t.backend, parseName('\u{10ffff}x'), 2);
    const listed = (await collect(t.backend.list())).map((l) => String(l.name));
    expect([...listed].sort()).toEqual([...names, '\u{10ffff}x'].sort());
    await t.backend.close();
  });

  test('neither the archives of a store below this one nor folder markers are names', async () => {
    const t = await open(motoUrl());
    const inner = new S3Backend({ client: t.client, bucket: t.bucket, prefix: 'team/', isAws: () => true });
    await fill(inner, db, 2);
    await write(t, 'team/', '');
    expect((await collect(t.backend.list())).map((l) => l.name)).toEqual(['team/db']);
    await t.backend.close();
  });

  test('the versions of `a` are not those of `a/b`', async () => {
    const t = await open(motoUrl(), { pageSize: 1 });
    await fill(t.backend, parseName('a'), 3);
    await fill(t.backend, parseName('a/b'), 2);
    const versions = async (name: string) =>
      (await collect(t.backend.list({ name: parseName(name) }))).map((l) => l.version);
    expect(await versions('a')).toEqual(['3', '2', '1']);
    expect(await versions('a/b')).toEqual(['2', '1']);
    await t.backend.close();
  });
});

describe('objects that others wrote', () => {
  const LAZYCRED = '{"data": "gAAAAA==", "key": "AQ=="}';
  let t: Opened;
  beforeAll(async () => {
    t = await open(motoUrl());
  });
  afterAll(() => t.backend.close());

  test("LazyCred's object is kept byte for byte as version 1", async () => {
    await write(t, 'lc', LAZYCRED);
    const head = await newest(t.backend, parseName('lc'));
    expect(head.version).toBe('');
    expect(await t.backend.numberBefore(head.name, head)).toBe(1);
    await t.backend.create(fakeRecord('lc', 2), head);
    expect(await body(t, '.lazycred/lc/0000000000000000001')).toBe(LAZYCRED);
    expect((await newest(t.backend, parseName('lc'))).version).toBe('2');
  });

  test("LazyCred's tool writing over a native head: its object comes after what is archived", async () => {
    const name = parseName('mixed');
    await fill(t.backend, name, 3);
    await write(t, 'mixed', LAZYCRED);
    const head = await newest(t.backend, name);
    // Version 3 was the head, and is what the overwriting lost.
    expect(await t.backend.numberBefore(name, head)).toBe(3);
    await t.backend.create(fakeRecord(name, 4), head);
    const versions = (await collect(t.backend.list({ name }))).map((l) => l.version);
    expect(versions).toEqual(['4', '3', '2', '1']);
    expect(await body(t, '.lazycred/mixed/0000000000000000003')).toBe(LAZYCRED);
  });

  test('a put that crashed after archiving does not give the object a second number', async () => {
    const name = parseName('crashed');
    await write(t, 'crashed', LAZYCRED);
    await write(t, '.lazycred/crashed/0000000000000000001', LAZYCRED);
    expect(await t.backend.numberBefore(name, await newest(t.backend, name))).toBe(1);
  });

  test('an object that was replaced meanwhile has no number: read again', async () => {
    const name = parseName('moving');
    await write(t, 'moving', LAZYCRED);
    const head = await newest(t.backend, name);
    await write(t, 'moving', LAZYCRED.replace('gAAA', 'gBBB'));
    expect(await t.backend.numberBefore(name, head)).toBeUndefined();
  });

  test('a head that was removed by hand: the next number is after the archive', async () => {
    const name = parseName('headless');
    await fill(t.backend, name, 3);
    await t.client.send(new DeleteObjectCommand({ Bucket: t.bucket, Key: 'headless' }));
    expect(await t.backend.get(name)).toBeUndefined();
    expect(await t.backend.numberBefore(name, undefined)).toBe(2);
  });

  test('a head that was rolled back is not archived over another version', async () => {
    const name = parseName('rolled');
    await fill(t.backend, name, 2);
    const old = fakeRecord(name, 1);
    await write(t, 'rolled', JSON.stringify(old.fields));
    const head = await newest(t.backend, name);
    await expect(t.backend.create(fakeRecord(name, 2), head)).rejects.toMatchObject({
      code: 'ERR_INTEGRITY',
      message: expect.stringContaining('rolled back or damaged') as unknown,
      hint: expect.stringContaining('.lazycred/rolled/0000000000000000001') as unknown,
    });
    // Nothing was changed.
    expect((await newest(t.backend, name)).fields).toEqual(old.fields);
  });

  test.each([
    ['no JSON', 'secret-looking text'],
    ['an array', '["a"]'],
    ['null', 'null'],
    ['nothing', ''],
    ['a member that is no string', '{"data":"x","key":null}'],
    ['not UTF-8', Buffer.from('7b2261223a22ff227d', 'hex')],
    ['more than any record', Buffer.alloc(1024 * 1024 + 1, 'x')],
  ])('an object that is no record (%s) is ERR_INTEGRITY, and quoted nowhere', async (_, content) => {
    await write(t, 'broken', content);
    const failure: unknown = await t.backend.get(parseName('broken')).catch((e: unknown) => e);
    expect(failure).toMatchObject({ code: 'ERR_INTEGRITY', secret: 'broken' });
    expect(String(failure)).not.toContain('secret-looking');
  });

  test('stored names that break the rules are read, literally', async () => {
    await write(t, 'trailing/', LAZYCRED);
    expect((await t.backend.get(storedName('trailing/')))?.fields['key']).toBe('AQ==');
  });
});

describe('an endpoint that is not AWS', () => {
  test('is asked once a kind of condition whether it honours it', async () => {
    const t = await open(motoUrl(), { isAws: () => false });
    await t.backend.create(fakeRecord('db', 1), undefined);
    expect(t.sent).toEqual(['PutObject db', 'PutObject db']);
    t.sent.length = 0;
    await t.backend.create(fakeRecord('db', 2), await newest(t.backend, db));
    expect(t.sent).toEqual([
      'GetObject db',
      'PutObject .lazycred/db/0000000000000000001',
      'PutObject db',
      'PutObject db',
    ]);
    t.sent.length = 0;
    await t.backend.create(fakeRecord('db', 3), await newest(t.backend, db));
    expect(t.sent).toHaveLength(3);
    await t.backend.close();
  });

  test.each([
    ['If-None-Match', 'if-none-match', 0],
    ['If-Match', 'if-match', 1],
  ])('that ignores %s is refused', async (_, header, already) => {
    const t = await open(motoUrl(), { isAws: () => false });
    if (already > 0) {
      const writer = new S3Backend({ client: t.client, bucket: t.bucket, isAws: () => true });
      await fill(writer, db, already);
    }
    // As such a server would see it: the header is not there.
    t.client.middlewareStack.add(
      (next) => (args) => {
        delete (args.request as { headers: Record<string, string> }).headers[header];
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'high' },
    );
    await expect(
      t.backend.create(fakeRecord('db', already + 1), await t.backend.get(db)),
    ).rejects.toMatchObject({
      code: 'ERR_UNSUPPORTED',
      message: expect.stringContaining('ignores conditional writes') as unknown,
    });
    await t.backend.close();
  });
});

describe('failures of the service', () => {
  test('a bucket that is not there is ERR_CONFIG', async () => {
    const backend = new S3Backend({
      client: s3Client(motoUrl()),
      bucket: 'no-such-bucket-here',
      region: 'us-east-1',
    });
    const calls = [
      () => backend.get(db),
      () => backend.create(fakeRecord('db', 1), undefined),
      () => collect(backend.list()),
    ];
    for (const call of calls) {
      await expect(call()).rejects.toMatchObject({
        code: 'ERR_CONFIG',
        location: 's3://no-such-bucket-here/',
      });
    }
    await backend.close();
  });

  test('403, 503 after retries, and a body that breaks off', async () => {
    const moto = await startMoto();
    try {
      const t = await open(moto.url, { region: 'eu-west-1' });
      await fill(t.backend, db, 1);
      const path = `/${t.bucket}/db`;
      await moto.faults.inject({ method: 'GET', path, status: 403, code: 'AccessDenied' });
      await expect(t.backend.get(db)).rejects.toMatchObject({
        code: 'ERR_ACCESS',
        message: expect.stringContaining('S3 in eu-west-1 refuses to read') as unknown,
        hint: expect.stringContaining('a name that does not exist') as unknown,
      });
      await moto.faults.inject({ method: 'GET', path, status: 503, code: 'SlowDown', times: 2 });
      expect((await t.backend.get(db))?.version).toBe('1');
      await moto.faults.inject({ method: 'GET', path, status: 503, code: 'SlowDown', times: 3 });
      await expect(t.backend.get(db)).rejects.toMatchObject({
        code: 'ERR_UNAVAILABLE',
        message: expect.stringContaining('S3 in eu-west-1 is unavailable') as unknown,
      });
      // Where listing is not allowed a version that isn't archived answers 403: it may be the head.
      await moto.faults.clear();
      await moto.faults.inject({
        method: 'GET',
        path: '/.lazycred/',
        status: 403,
        code: 'AccessDenied',
        times: 2,
      });
      expect((await t.backend.get(db, '1'))?.version).toBe('1');
      await expect(t.backend.get(db, '7')).rejects.toMatchObject({ code: 'ERR_ACCESS' });
      await t.backend.close();
    } finally {
      await moto.stop();
    }
  });
});
