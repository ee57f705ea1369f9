/** Each operation × each answer that S3 documents, and answers that are none of S3's: what comes of it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { S3Backend } from '../../../src/backends/s3.js';
import { parseName } from '../../../src/record/names.js';
import type { StoredRecord } from '../../../src/record.js';
import { Store } from '../../../src/store.js';
import { provider } from '../../model/explore.js';
import { collect } from '../../suites/ground.js';
import { fakeRecord, fakeStub } from '../../suites/records.js';
import {
  answeringServer,
  NO_ANSWERS,
  s3Answer,
  s3Failure,
  type Answer,
  type AnsweringServer,
  type Asked,
} from '../../support/answering-server.js';
import { s3Client } from '../../support/s3-client.js';

const db = parseName('db');
const HEAD = JSON.stringify(fakeRecord('db', 2).fields);
const listing = (members: string): Answer =>
  s3Answer(`<?xml version="1.0"?><ListBucketResult><Name>b</Name>${members}</ListBucketResult>`);
const versionsOf = (members: string): Answer =>
  s3Answer(`<?xml version="1.0"?><ListVersionsResult><Name>b</Name>${members}</ListVersionsResult>`);
const KEY = '<Contents><Key>db</Key><Size>9</Size><ETag>"e"</ETag></Contents>';
const VERSION =
  '<Version><Key>db</Key><VersionId>1</VersionId><IsLatest>false</IsLatest></Version>' +
  '<Version><Key>db</Key><VersionId>2</VersionId><IsLatest>true</IsLatest></Version>';

/** What S3 answers when all is well; the head is version 2, and nothing is archived. */
function healthy({ method, path, query }: Asked): Answer {
  const id = { 'x-amz-request-id': 'R' };
  if (query.includes('versions'))
    return versionsOf(`<IsTruncated>false</IsTruncated>${query.includes('.lazycred') ? '' : VERSION}`);
  if (query.includes('list-type=2'))
    return listing(`<IsTruncated>false</IsTruncated>${query.includes('.lazycred') ? '' : KEY}`);
  if (method === 'DELETE') return { status: 204, headers: id };
  if (method === 'PUT') return { status: 200, headers: { ...id, etag: '"new"' } };
  if (path !== '/b/db') return s3Failure(404, 'NoSuchKey');
  const headers = { ...id, etag: '"e"', 'x-amz-meta-lazycred-version': '1' };
  return { status: 200, headers, body: method === 'HEAD' ? '' : HEAD };
}

let server: AnsweringServer;
let backend: S3Backend;
let head: StoredRecord;
beforeAll(async () => {
  server = await answeringServer();
  const client = s3Client(server.url, {
    maxAttempts: 1,
    credentials: { accessKeyId: 'a', secretAccessKey: 's' },
  });
  backend = new S3Backend({ client, bucket: 'b', isAws: () => true });
  server.answer = healthy;
  head = (await backend.get(db)) as StoredRecord;
});
beforeEach(() => {
  server.asked.length = 0;
  server.answer = healthy;
});
afterAll(async () => {
  await backend.close();
  await server.close();
});

interface Operation {
  /** Whether a request is the one that gets the answer. */
  readonly is: (request: Asked) => boolean;
  readonly run: () => Promise<unknown>;
}

const isList = ({ query }: Asked): boolean => query.includes('list-type=2');
const isPut = ({ method }: Asked): boolean => method === 'PUT';
const OPERATIONS = {
  GetObject: {
    is: ({ method, query }) => method === 'GET' && query.includes('x-id=GetObject'),
    run: () => backend.get(db),
  },
  HeadObject: { is: ({ method }) => method === 'HEAD', run: () => collect(backend.list({ details: true })) },
  ListObjectsV2: { is: isList, run: () => collect(backend.list()) },
  ListObjectVersions: {
    is: ({ query }) => query.includes('versions'),
    run: () => backend.purge(db, undefined),
  },
  'DeleteObject of a version': {
    is: ({ method }) => method === 'DELETE',
    run: () => backend.purge(db, undefined),
  },
  DeleteObject: {
    is: ({ method }) => method === 'DELETE',
    run: () => backend.remove({ name: db, version: '1' }),
  },
  'PutObject over anything': { is: isPut, run: () => backend.erase(fakeStub('db', 1, 'pruned')) },
  'PutObject of a new object': { is: isPut, run: () => backend.create(fakeRecord('db', 1), undefined) },
  'PutObject into the archive': { is: isPut, run: () => backend.create(fakeRecord('db', 3), head) },
  'PutObject over the head': {
    is: (request) => isPut(request) && request.path === '/b/db',
    run: () => backend.create(fakeRecord('db', 3), head),
  },
} satisfies Record<string, Operation>;
type Named = keyof typeof OPERATIONS;
const ALL = Object.keys(OPERATIONS) as Named[];

function given(name: Named, answer: Answer): Promise<unknown> {
  const { is, run } = OPERATIONS[name];
  server.answer = (request) => (is(request) ? answer : healthy(request));
  return run();
}

// API reference: "Error responses", and the errors of each operation.
const DOCUMENTED: readonly (readonly [number, string, string, Partial<Record<Named, string>>?])[] = [
  [403, 'AccessDenied', 'ERR_ACCESS'],
  [403, 'AllAccessDisabled', 'ERR_ACCESS'],
  [400, 'KMS.DisabledException', 'ERR_ACCESS'],
  [400, 'KMS.KMSInvalidStateException', 'ERR_ACCESS'],
  [404, 'NoSuchBucket', 'ERR_CONFIG', { HeadObject: 'no failure' }],
  [400, 'InvalidBucketName', 'ERR_CONFIG'],
  [400, 'InvalidRequest', 'ERR_CONFIG'],
  [500, 'InternalError', 'ERR_UNAVAILABLE'],
  [503, 'ServiceUnavailable', 'ERR_UNAVAILABLE'],
  [503, 'SlowDown', 'ERR_UNAVAILABLE'],
  [429, 'TooManyRequests', 'ERR_UNAVAILABLE'],
  [501, 'NotImplemented', 'ERR_UNSUPPORTED', { ListObjectVersions: 'no failure' }],
  [405, 'MethodNotAllowed', 'ERR_UNSUPPORTED', { ListObjectVersions: 'no failure' }],
];

describe('each operation × each answer that S3 documents', () => {
  // Of a HEAD only the status comes through.
  const rows = DOCUMENTED.flatMap(([status, code, usual, others]) =>
    ALL.map(
      (name) =>
        [
          name,
          status,
          code,
          others?.[name] ?? (name === 'HeadObject' && status === 400 ? 'ERR_CONFIG' : usual),
        ] as const,
    ),
  );
  test.each(rows)('%s × %i %s is %s', async (name, status, code, expected) => {
    const outcome = given(name, s3Failure(status, code));
    if (expected === 'no failure') await outcome;
    else await expect(outcome).rejects.toMatchObject({ code: expected });
  });

  test.each([
    ['RequestTimeout', 400],
    ['BadDigest', 400],
    ['IncompleteBody', 400],
  ])('a PutObject that did not arrive whole (%s) is ERR_UNAVAILABLE', async (code, status) => {
    for (const name of ['PutObject over the head', 'PutObject over anything'] as const) {
      await expect(given(name, s3Failure(status, code))).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
    }
  });

  test('an object in an archive class is ERR_ACCESS, with the way to bring it back', async () => {
    await expect(given('GetObject', s3Failure(403, 'InvalidObjectState'))).rejects.toMatchObject({
      code: 'ERR_ACCESS',
      hint: expect.stringContaining('restore-object') as unknown,
    });
  });

  test('no such object is no record, and no failure of a delete or an erase', async () => {
    expect(await given('GetObject', s3Failure(404, 'NoSuchKey'))).toBeUndefined();
  });

  test.each([
    [412, 'PreconditionFailed'],
    [409, 'ConditionalRequestConflict'],
    [409, 'OperationAborted'],
  ])('a conditional PutObject that lost (%i %s) is ERR_CONFLICT', async (status, code) => {
    // Meanwhile the head is another one.
    server.answer = (request) => {
      if (isPut(request) && request.path === '/b/db') return s3Failure(status, code);
      const answer = healthy(request);
      return typeof answer === 'function'
        ? answer
        : { ...answer, headers: { ...answer.headers, etag: '"other"' } };
    };
    const lost = { code: 'ERR_CONFLICT' };
    await expect(backend.create(fakeRecord('db', 3), head)).rejects.toMatchObject(lost);
    await expect(backend.create(fakeRecord('db', 1), undefined)).rejects.toMatchObject(lost);
  });

  test.each(['ConditionalRequestConflict', 'OperationAborted'])(
    'what meets another write without a condition (409 %s) is sent again: erase and delete',
    async (code) => {
      for (const name of ['PutObject over anything', 'DeleteObject', 'DeleteObject of a version'] as const) {
        const { is, run } = OPERATIONS[name];
        let left = 2;
        server.asked.length = 0;
        server.answer = (request) => (is(request) && left-- > 0 ? s3Failure(409, code) : healthy(request));
        await run();
        expect(server.asked.filter(is)).toHaveLength(3);
      }
    },
  );
});

describe('409 ConditionalRequestConflict on the PUT into the archive, with nothing archived', () => {
  test('is a lost race, no alarm of tampering', async () => {
    await expect(
      given('PutObject into the archive', s3Failure(409, 'ConditionalRequestConflict')),
    ).rejects.toMatchObject({
      code: 'ERR_CONFLICT',
    });
  });

  test('put, rollback and delete go through when it is answered once', async () => {
    const stored = new Map<string, Buffer>();
    const store = new Store({ backend, keys: [provider], backOff: () => Promise.resolve() });
    let conflicts = 0;
    const s3 = ({ method, path, query, headers, body }: Asked): Answer => {
      const at = stored.get(path);
      const etag = (bytes: Buffer): string => `"${bytes.toString('base64').slice(-24)}"`;
      if (query.includes('list-type=2')) return listing('<IsTruncated>false</IsTruncated>');
      if (method === 'GET') {
        return at === undefined
          ? s3Failure(404, 'NoSuchKey')
          : { status: 200, headers: { etag: etag(at) }, body: at };
      }
      if (path.includes('.lazycred') && conflicts > 0) {
        conflicts -= 1;
        return s3Failure(409, 'ConditionalRequestConflict');
      }
      if (headers['if-none-match'] === '*' && at !== undefined) return s3Failure(412, 'PreconditionFailed');
      if (headers['if-match'] !== undefined && (at === undefined || headers['if-match'] !== etag(at)))
        return s3Failure(412, 'PreconditionFailed');
      stored.set(path, body);
      return { status: 200, headers: { etag: etag(body) } };
    };
    server.answer = s3;
    await store.put('db', 'one');
    conflicts = 1;
    expect((await store.put('db', 'two', { ifVersion: 1 })).version).toBe('2');
    conflicts = 1;
    expect((await store.rollback('db', 1)).version).toBe('3');
    conflicts = 1;
    expect((await store.delete('db')).version).toBe('4');
    expect(conflicts).toBe(0);
  });
});

describe('a conflict with nobody', () => {
  test.each(['PutObject over the head', 'PutObject of a new object', 'PutObject into the archive'] as const)(
    '412 to a condition that holds, on %s, ends after a few tries as ERR_UNSUPPORTED',
    async (name) => {
      const { is, run } = OPERATIONS[name];
      server.answer = (request) => {
        if (is(request)) return s3Failure(412, 'PreconditionFailed');
        // For a create there is nothing.
        return name === 'PutObject of a new object' ? s3Failure(404, 'NoSuchKey') : healthy(request);
      };
      const failure = (await run().catch((e: unknown) => e)) as Error;
      expect(failure).toMatchObject({
        code: 'ERR_UNSUPPORTED',
        message: expect.stringContaining('although nobody else has written') as unknown,
      });
      expect(failure.message).toContain(name === 'PutObject over the head' ? '""e""' : 'If-None-Match');
      expect(server.asked.filter(isPut).length).toBeLessThanOrEqual(5);
    },
  );
});

describe('a 200 that is not the answer', () => {
  const rows = ALL.flatMap((name) => NO_ANSWERS.map(([what, body]) => [name, what, body] as const));
  test.each(rows)('%s × %s is ERR_UNAVAILABLE', async (name, _, body) => {
    await expect(
      given(name, { status: 200, headers: { 'content-type': 'text/html' }, body }),
    ).rejects.toMatchObject({
      code: 'ERR_UNAVAILABLE',
      message: expect.stringMatching(/what came is not an answer of S3/u) as unknown,
    });
  });

  const end = '<IsTruncated>false</IsTruncated>';
  const more = '<IsTruncated>true</IsTruncated>';
  const odd = (key: string, size: string): string => `${end}<Contents>${key}${size}</Contents>`;
  test.each([
    ['no IsTruncated', KEY],
    ['an object without a key', odd('', '<Size>1</Size>')],
    ['an object without a size', odd('<Key>db</Key>', '')],
    ['a size that is no number', odd('<Key>db</Key>', '<Size>much</Size>')],
    ['text for an object', `${end}<Contents>db</Contents>`],
    ['a next page that is nowhere', `${more}${KEY}`],
    ['an empty token', `${more}${KEY}<NextContinuationToken></NextContinuationToken>`],
    ['the same page for ever', `${more}${KEY}<NextContinuationToken>t</NextContinuationToken>`],
  ])('a listing with %s is ERR_UNAVAILABLE, never a part of the names', async (_, members) => {
    await expect(given('ListObjectsV2', listing(members))).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
  });

  test('a listing with a key outside of the prefix that was asked for is ERR_UNAVAILABLE', async () => {
    server.answer = () => listing(`${end}${KEY}`);
    await expect(collect(backend.list({ prefix: 'prod/' }))).rejects.toMatchObject({
      code: 'ERR_UNAVAILABLE',
      message: expect.stringContaining('outside of the prefix') as unknown,
    });
  });

  test.each(['', 'other/', 'prod', 'prod/x'])(
    'a listing that says to be of the prefix %j, and not of the one that was asked for, is ERR_UNAVAILABLE, empty or not',
    async (prefix) => {
      const refused = {
        code: 'ERR_UNAVAILABLE',
        message: expect.stringContaining('it is of another prefix than was asked for') as unknown,
      };
      const of = `<Prefix>${prefix}</Prefix>${end}`;
      server.answer = (request) => (isList(request) ? listing(of) : healthy(request));
      await expect(collect(backend.list({ prefix: 'prod/' }))).rejects.toMatchObject(refused);
      await expect(collect(backend.list({ name: db }))).rejects.toMatchObject(refused);
      await expect(backend.numberBefore(db, undefined)).rejects.toMatchObject(refused);
      server.answer = (request) => (request.query.includes('versions') ? versionsOf(of) : healthy(request));
      await expect(backend.purge(db, undefined)).rejects.toMatchObject(refused);
      expect(server.asked.filter(({ method }) => method === 'DELETE')).toEqual([]);
    },
  );

  test('a listing that says of which prefix it is, and is of it, is read: spaces, marks and all', async () => {
    const prefix = ' a&b <ü>/"%2F"\u2028 ';
    const text = prefix.replace(/[&<>"]/gu, (c) => `&#${c.codePointAt(0)};`);
    server.answer = () =>
      listing(`<Prefix>${text}</Prefix>${end}<Contents><Key>${text}x</Key><Size>9</Size></Contents>`);
    expect(await collect(backend.list({ prefix }))).toMatchObject([{ name: `${prefix}x` }]);
  });

  test.each([
    ['no IsTruncated', VERSION],
    ['a version without its id', `${end}<Version><Key>db</Key></Version>`],
    ['a version without its key', `${end}<Version><VersionId>1</VersionId></Version>`],
    ['a key outside of the prefix', `${end}${VERSION.replaceAll('db', 'other')}`],
    ['a next page that is nowhere', `${more}${VERSION}`],
  ])('a listing of versions with %s is ERR_UNAVAILABLE, and nothing counts as purged', async (_, members) => {
    await expect(given('ListObjectVersions', versionsOf(members))).rejects.toMatchObject({
      code: 'ERR_UNAVAILABLE',
    });
  });

  test('a version that is listed, and asked for is not there, is ERR_UNAVAILABLE unless it is listed no more', async () => {
    const archived = `${end}<Contents><Key>.lazycred/db/0000000000000000001</Key><Size>9</Size></Contents>`;
    let lists = 0;
    const answers = (most: number) => (request: Asked) => {
      if (!isList(request)) return healthy(request);
      return listing(++lists > most ? end : archived);
    };
    server.answer = answers(Infinity);
    await expect(collect(backend.list({ name: db }))).rejects.toMatchObject({
      code: 'ERR_UNAVAILABLE',
      message: expect.stringContaining('it says that there is no such object, and lists it') as unknown,
    });
    lists = 0;
    server.answer = answers(1);
    expect(await collect(backend.list({ name: db }))).toMatchObject([{ version: '2' }]);
    expect(lists).toBe(2);
  });

  test('a delete marker is not asked for its metadata, which S3 refuses, and stays where it is', async () => {
    server.answer = (request) => {
      if (request.method === 'HEAD') return { status: 405 };
      if (!request.query.includes('versions') || request.query.includes('.lazycred')) return healthy(request);
      const marker =
        '<DeleteMarker><Key>db</Key><VersionId>3</VersionId><IsLatest>false</IsLatest></DeleteMarker>';
      return versionsOf(`${end}${marker}`);
    };
    await backend.purge(db, ['1']);
    expect(server.asked.filter(({ method }) => method !== 'GET')).toEqual([]);
  });
});

describe('what a server does not have', () => {
  test.each([
    [501, 'NotImplemented'],
    [405, 'MethodNotAllowed'],
  ])('listing versions (%i): a purge says what may remain, and does not fail', async (status, code) => {
    expect(await given('ListObjectVersions', s3Failure(status, code))).toMatch(/cannot list old versions/u);
  });

  test('conditions: the refusal says that the value is stored, or that nothing is', async () => {
    const client = s3Client(server.url, {
      maxAttempts: 1,
      credentials: { accessKeyId: 'a', secretAccessKey: 's' },
    });
    const other = new S3Backend({ client, bucket: 'b', isAws: () => false });
    const create = () => other.create(fakeRecord('db', 1), undefined);
    await expect(create()).rejects.toMatchObject({
      code: 'ERR_UNSUPPORTED',
      message: expect.stringContaining('the value is stored all the same') as unknown,
    });
    await expect(other.create(fakeRecord('db', 3), head)).rejects.toMatchObject({
      code: 'ERR_UNSUPPORTED',
      message: expect.stringContaining('a copy of the newest version is archived') as unknown,
    });
    server.answer = (request) => (isPut(request) ? s3Failure(501, 'NotImplemented') : healthy(request));
    await expect(create()).rejects.toMatchObject({
      message: expect.stringContaining('nothing is stored') as unknown,
    });
    await other.close();
  });

  test.each([
    [409, 'XMinioObjectExistsAsDirectory'],
    [400, 'XMinioParentIsObject'],
    [400, 'XMinioInvalidObjectName'],
    [400, 'KeyTooLongError'],
  ])('a key (%i %s): ERR_USAGE, with the hint to take another name', async (status, code) => {
    await expect(given('PutObject of a new object', s3Failure(status, code))).rejects.toMatchObject({
      code: 'ERR_USAGE',
      hint: expect.stringContaining('choose another name') as unknown,
    });
  });

  test('Object Lock in the way of a write or a purge is named in the hint', async () => {
    const locked = (status: number, code: string, message: string): Answer => ({
      status,
      headers: { 'content-type': 'application/xml' },
      body: `<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
    });
    const hint = expect.stringContaining('Object Lock') as unknown;
    const denied = locked(403, 'AccessDenied', 'Access Denied because object protected by object lock.');
    await expect(given('DeleteObject of a version', denied)).rejects.toMatchObject({
      code: 'ERR_ACCESS',
      hint,
    });
    const words =
      'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters';
    await expect(
      given('PutObject of a new object', locked(400, 'InvalidRequest', words)),
    ).rejects.toMatchObject({ hint });
  });
});
