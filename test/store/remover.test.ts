import { describe, expect, test } from '@jest/globals';
import {
  CreateBucketCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3';
import { UpdateContinuousBackupsCommand } from '@aws-sdk/client-dynamodb';
import { randomBytes } from 'node:crypto';
import type { Backend, BackendListOptions } from '../../src/backend.js';
import { DynamoDBBackend } from '../../src/backends/dynamodb.js';
import { MemoryBackend } from '../../src/backends/memory.js';
import { S3Backend } from '../../src/backends/s3.js';
import { decodeStub } from '../../src/codec/stub.js';
import { isLazycredError } from '../../src/errors.js';
import { parseName } from '../../src/record/names.js';
import type { Removed } from '../../src/store/options.js';
import { Store } from '../../src/store.js';
import { makeTable, motoUrl, startMoto } from '../emulators/servers.js';
import { atEveryCall, faultyBackend, type FaultKind } from '../suites/faults.js';
import { collect } from '../suites/ground.js';
import { dynamodbClient } from '../support/dynamodb-client.js';
import { s3Client } from '../support/s3-client.js';
import { localKey, PLACES, shared } from '../support/stores.js';

/** What can stop a removal half way. */
const STOPS: readonly FaultKind[] = ['before', 'after', 'abort'];

const key = shared(await localKey());

function storeOn(backend: Backend): Store {
  return new Store({ backend, keys: [key] });
}

async function filled(backend: Backend, values: readonly string[] = ['one', 'two', 'three']): Promise<Store> {
  const store = storeOn(backend);
  for (const value of values) await store.put('db', value);
  return store;
}

/** What each version is: its text, or its state. */
async function states(backend: Backend): Promise<string[]> {
  const out: string[] = [];
  const store = storeOn(backend);
  for await (const { version, state } of backend.list({ name: parseName('db') })) {
    out.push(`${version} ${state ?? (await store.get('db', { version: version ?? '' })).text()}`);
  }
  return out;
}

async function names(store: Store, o: Parameters<Store['list']>[0] = {}): Promise<string[]> {
  return (await collect(store.list(o))).map((l) => l.name).sort();
}

describe.each(PLACES)('on $title', ({ open }) => {
  test('a deleted secret is gone, and can be brought back', async () => {
    const backend = await open();
    const store = await filled(backend);
    await store.put('other', 'x');
    expect(await store.delete('db', { by: 'ann@host' })).toEqual({ name: 'db', version: '4' });
    await expect(store.get('db')).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      message: expect.stringMatching(/^version 4 was deleted at \d{4}-/u) as unknown,
      hint: expect.stringContaining('store.undelete(name)') as unknown,
    });
    expect(await names(store)).toEqual(['other']);
    expect(await names(store, { deleted: true })).toEqual(['db']);
    expect((await store.get('db', { version: 2 })).text()).toBe('two');
    await expect(store.delete('db')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    expect((await store.history('db'))[0]).toMatchObject({ version: '4', state: 'deleted', by: 'ann@host' });

    expect(await store.undelete('db')).toEqual({ name: 'db', version: '5' });
    expect((await store.get('db')).text()).toBe('three');
    expect(await names(store)).toEqual(['db', 'other']);
    await expect(store.undelete('db')).rejects.toMatchObject({ code: 'ERR_CONFLICT' });
    await store.close();
  });

  test('a rollback is a new version with the old value, its comment and tags', async () => {
    const store = storeOn(await open());
    await store.put('db', 'one', { comment: 'first', tags: { team: 'x' } });
    await store.put('db', 'two');
    expect(await store.rollback('db', 1, { by: 'ann@host' })).toEqual({ name: 'db', version: '3' });
    const secret = await store.get('db');
    expect([secret.text(), secret.comment, { ...secret.tags }, secret.by]).toEqual([
      'one',
      'first',
      { team: 'x' },
      'ann@host',
    ]);
    await expect(store.rollback('db', 7)).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    await store.close();
  });

  test('destroy leaves stubs and a tombstone that cannot be undone; numbers go on', async () => {
    const backend = await open();
    const store = await filled(backend);
    expect((await store.destroy('db')).versions).toEqual(['1', '2', '3']);
    expect(await states(backend)).toEqual(['4 destroyed', '3 destroyed', '2 destroyed', '1 destroyed']);
    await expect(store.get('db')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    await expect(store.get('db', { version: 2 })).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      message: expect.stringMatching(/^version 2 was destroyed at/u) as unknown,
    });
    await expect(store.undelete('db')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    expect(await names(store, { deleted: true })).toEqual([]);
    expect((await store.put('db', 'new', { ifAbsent: true })).version).toBe('5');
    expect((await store.get('db')).text()).toBe('new');
    await store.close();
  });

  test('destroying some versions spares the others; without its newest the secret is deleted', async () => {
    const backend = await open();
    const store = await filled(backend);
    expect((await store.destroy('db', { versions: [1] })).versions).toEqual(['1']);
    expect(await states(backend)).toEqual(['3 three', '2 two', '1 destroyed']);
    await expect(store.destroy('db', { versions: [2, 9] })).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      message: expect.stringContaining('version 9 not found') as unknown,
    });
    expect((await store.destroy('db', { versions: [3] })).versions).toEqual(['3']);
    expect(await states(backend)).toEqual(['4 deleted', '3 destroyed', '2 two', '1 destroyed']);
    // With the last value goes what could be brought back.
    expect((await store.destroy('db', { versions: [2] })).versions).toEqual(['2']);
    expect((await states(backend))[0]).toBe('5 destroyed');
    expect(await names(store, { deleted: true })).toEqual([]);
    await store.close();
  });

  test('prune spares the newest, as many as asked, and what is young', async () => {
    const backend = await open();
    const store = await filled(backend, ['a', 'b', 'c', 'd', 'e']);
    expect((await store.prune('db', { keep: 3 })).versions).toEqual(['1', '2']);
    expect((await states(backend)).slice(-2)).toEqual(['2 pruned', '1 pruned']);
    expect((await store.prune('db', { olderThan: new Date(0) })).versions).toEqual([]);
    expect((await store.prune('db', { keep: 2, olderThan: new Date(Date.now() + 1000) })).versions).toEqual([
      '3',
    ]);
    expect((await store.prune('db', { olderThan: new Date(Date.now() + 1000) })).versions).toEqual(['4']);
    expect((await store.get('db')).text()).toBe('e');
    expect((await store.history('db')).map((v) => v.version)).toEqual(['5']);
    await expect(store.prune('db', {})).rejects.toMatchObject({ code: 'ERR_USAGE' });
    await expect(store.prune('db', { keep: 0 })).rejects.toMatchObject({ code: 'ERR_USAGE' });
    await store.close();
  });

  test('what is not there is ERR_NOT_FOUND', async () => {
    const store = storeOn(await open());
    const operations: readonly (() => Promise<unknown>)[] = [
      () => store.delete('nope'),
      () => store.undelete('nope'),
      () => store.destroy('nope'),
      () => store.prune('nope', { keep: 1 }),
      () => store.rollback('nope', 1),
    ];
    for (const operation of operations) {
      await expect(operation()).rejects.toMatchObject({ code: 'ERR_NOT_FOUND', secret: 'nope' });
    }
    await store.close();
  });

  test('put makes exactly the version asked for, if it comes after the newest', async () => {
    const store = await filled(await open(), ['one']);
    expect((await store.put('db', 'ten', { version: 10 })).version).toBe('10');
    expect((await store.put('db', 'next')).version).toBe('11');
    for (const version of [1, 5, 11]) {
      await expect(store.put('db', 'x', { version })).rejects.toMatchObject({ code: 'ERR_CONFLICT' });
    }
    await expect(store.put('db', 'x', { version: 0 })).rejects.toMatchObject({ code: 'ERR_USAGE' });
    expect((await store.history('db')).map((v) => v.version)).toEqual(['11', '10', '1']);
    await store.close();
  });

  test('skipUnchanged writes nothing where the newest is that value', async () => {
    const store = await filled(await open(), ['same']);
    expect(await store.put('db', 'same', { skipUnchanged: true })).toEqual({
      name: 'db',
      version: '1',
      unchanged: true,
    });
    expect((await store.put('db', 'other', { skipUnchanged: true })).version).toBe('2');
    await store.delete('db');
    expect((await store.put('db', 'other', { skipUnchanged: true })).version).toBe('4');
    await store.close();
  });

  const REMOVALS: Readonly<Record<string, (store: Store, signal?: AbortSignal) => Promise<unknown>>> = {
    delete: (store, signal) => store.delete('db', { signal }),
    destroy: (store, signal) => store.destroy('db', { signal }),
    'destroy of one': (store, signal) => store.destroy('db', { versions: [3, 1], signal }),
    prune: (store, signal) => store.prune('db', { keep: 1, signal }),
    rollback: (store, signal) => store.rollback('db', 1, { signal }),
  };

  test.each(Object.keys(REMOVALS))(
    '%s, stopped at any request and run again, ends as if it had not been',
    async (which) => {
      const remove = REMOVALS[which] as (typeof REMOVALS)[string];
      const calm = await open();
      await filled(calm);
      await remove(storeOn(calm));
      const wanted = await states(calm);
      for (const kind of STOPS) {
        await atEveryCall(kind, async (plan) => {
          // Between the backend's operations; test/cli/kill.test.ts stops at each request within.
          const backend = faultyBackend(await open(), plan);
          const store = await plan.calmly(() => filled(backend));
          const failure: unknown = await remove(store, plan.signal).then(
            () => undefined,
            (e: unknown) => e,
          );
          if (failure !== undefined) expect([failure, plan.excuses(failure)]).toEqual([failure, true]);
          await plan.calmly(async () => {
            // Nothing older than the last value is ever what get gives.
            const seen = await store.get('db').then(
              (s) => s.text(),
              (e: unknown) => codeOf(e),
            );
            expect(['three', 'ERR_NOT_FOUND', ...(which === 'rollback' ? ['one'] : [])]).toContain(seen);
            const again = failure === undefined ? undefined : await remove(store).catch((e: unknown) => e);
            // The first run may have come to its end without hearing of it.
            if (again instanceof Error) expect(codeOf(again)).toBe('ERR_NOT_FOUND');
            const ended = await states(backend);
            // A rollback that landed unheard is done twice: two versions of the same value.
            expect(which === 'rollback' ? ended.slice(-wanted.length) : ended).toEqual(wanted);
            expect(Number((await store.put('db', 'later')).version)).toBe(
              Number(ended[0]?.split(' ')[0]) + 1,
            );
            expect((await store.get('db')).text()).toBe('later');
          });
          await store.close();
        });
      }
    },
  );
});

test('destroy does not end well where the list of versions lacks the tombstone that it has just put', async () => {
  class Stale extends MemoryBackend {
    lists = 0;
    override async *list(o?: BackendListOptions) {
      const all = await collect(super.list(o));
      yield* o?.name !== undefined && ++this.lists === 2 ? all.slice(1) : all;
    }
  }
  const backend = new Stale();
  const store = await filled(backend);
  await expect(store.destroy('db')).rejects.toMatchObject({
    code: 'ERR_UNAVAILABLE',
    message: expect.stringContaining('version 4 is missing in the list of versions') as unknown,
  });
  expect(await store.destroy('db')).toMatchObject({ versions: ['1', '2', '3'] });
  expect(await states(backend)).toEqual(['4 destroyed', '3 destroyed', '2 destroyed', '1 destroyed']);
});

test('destroy leaves what is put while it runs', async () => {
  const backend = new MemoryBackend();
  const store = await filled(backend);
  const create = backend.create.bind(backend);
  backend.create = async (record, after, o) => {
    await create(record, after, o);
    backend.create = create;
    for (const value of ['new', 'newer']) await storeOn(backend).put('db', value);
  };
  expect((await store.destroy('db')).versions).toEqual(['1', '2', '3']);
  expect((await store.history('db')).map((v) => v.version)).toEqual(['6', '5']);
  expect((await store.get('db', { version: 5 })).text()).toBe('new');
  await store.close();
});

test.each([
  ['the newest version', [3]],
  ['every version by its number', [1, 2, 3]],
])('destroying %s hides none that was put meanwhile', async (_, versions) => {
  const backend = new MemoryBackend();
  const store = await filled(backend);
  const list = backend.list.bind(backend);
  backend.list = async function* (o) {
    yield* list(o);
    backend.list = list;
    await storeOn(backend).put('db', 'new');
  };
  await expect(store.destroy('db', { versions })).rejects.toMatchObject({ code: 'ERR_CONFLICT' });
  expect((await store.destroy('db', { versions })).versions).toEqual(versions.map(String));
  expect((await store.get('db')).text()).toBe('new');
  await store.close();
});

function codeOf(e: unknown): string {
  return isLazycredError(e) ? e.code : String(e);
}

describe('on a versioned bucket', () => {
  async function versioned(url: string) {
    const client = s3Client(url);
    const bucket = `lazycred-versioned-${randomBytes(6).toString('hex')}`;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    await client.send(
      new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    );
    const backend = new S3Backend({ client, bucket, prefix: 'p/', isAws: () => true });
    /** Every object version that S3 keeps: key and whether it is the current one. */
    const kept = async () => {
      const { Versions } = await client.send(new ListObjectVersionsCommand({ Bucket: bucket }));
      return (Versions ?? []).map((v) => `${v.Key}${v.IsLatest === true ? '' : ' (old)'}`).sort();
    };
    return { backend, kept, bucket };
  }

  test('destroy removes every S3 version that holds a value, and no neighbour', async () => {
    const { backend, kept } = await versioned(motoUrl());
    const store = await filled(backend);
    await store.put('db-2', 'x');
    await store.put('db-2', 'y');
    await store.put('db/x', 'z');
    await store.put('db/x', 'z');
    expect((await kept()).filter((k) => k.endsWith('p/db (old)'))).toHaveLength(2);
    await store.destroy('db');
    const archive = (name: string, v: number) => `p/.lazycred/${name}/${String(v).padStart(19, '0')}`;
    expect(await kept()).toEqual(
      [
        archive('db', 1),
        archive('db', 2),
        archive('db', 3),
        'p/db',
        archive('db-2', 1),
        'p/db-2',
        'p/db-2 (old)',
        archive('db/x', 1),
        'p/db/x',
        'p/db/x (old)',
      ].sort(),
    );
    await store.close();
  });

  test('destroying one version removes what S3 keeps of that one alone', async () => {
    const { backend, kept } = await versioned(motoUrl());
    const store = await filled(backend);
    await store.destroy('db', { versions: [1] });
    // Of the head's two old versions the first is gone, of the archive the value under the stub.
    expect((await kept()).filter((k) => k.endsWith('(old)'))).toEqual(['p/db (old)']);
    expect((await store.get('db', { version: 2 })).text()).toBe('two');
    await store.close();
  });

  test('where that is not allowed it fails saying what remains, and can be run again', async () => {
    const moto = await startMoto();
    try {
      const { backend, kept, bucket } = await versioned(moto.url);
      const store = await filled(backend);
      const path = `/${bucket}/p/db$`;
      await moto.faults.inject({ method: 'DELETE', path, status: 403, code: 'AccessDenied', times: 1 });
      await expect(store.destroy('db')).rejects.toMatchObject({
        code: 'ERR_ACCESS',
        message: expect.stringMatching(
          /the values are overwritten, but \d noncurrent S3 versions may remain/u,
        ) as unknown,
        hint: expect.stringContaining('s3:DeleteObjectVersion') as unknown,
      });
      await store.destroy('db');
      expect((await kept()).filter((k) => k.endsWith('(old)'))).toEqual([]);
      await store.close();
    } finally {
      await moto.stop();
    }
  });
});

test('on a table with point-in-time recovery, destroy says how long it can bring the values back', async () => {
  const client = dynamodbClient(motoUrl());
  const table = await makeTable();
  const store = await filled(new DynamoDBBackend({ client, table }));
  const plain: Removed = await store.destroy('db', { versions: [1] });
  expect(plain.remains).toBeUndefined();
  await client.send(
    new UpdateContinuousBackupsCommand({
      TableName: table,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    }),
  );
  const { remains } = await store.destroy('db');
  expect(remains).toMatch(
    /^point-in-time recovery can restore the table with the values in it for \d+ more days$/u,
  );
  await store.close();
});

describe('stubs', () => {
  test('name who made them, cut so that they always fit', async () => {
    const backend = new MemoryBackend();
    const store = await filled(backend);
    await store.destroy('db', { by: `"\\\u0000${'ü'.repeat(100)}` });
    const stub = decodeStub((await backend.get(parseName('db'), '1'))?.fields ?? {});
    expect(stub).toMatchObject({ state: 'destroyed', by: 'ü'.repeat(24) });
  });

  test('of the lazycred format: there are none, and what needs them is refused', async () => {
    const store = new Store({ backend: new MemoryBackend(), keys: [key], format: 'lazycred' });
    const operations: readonly (() => Promise<unknown>)[] = [
      () => store.delete('a'),
      () => store.undelete('a'),
      () => store.destroy('a', { versions: [1] }),
      () => store.prune('a', { keep: 1 }),
      () => store.rollback('a', 1),
      () => store.put('a', 'v', { version: 3 }),
      () => store.put('a', 'v', { tags: { a: 'b' } }),
    ];
    for (const operation of operations) {
      await expect(operation()).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED' });
    }
  });
});
