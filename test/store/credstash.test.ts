/** CredStash's format through the store, on servers of DynamoDB's and KMS's protocols. */
import { KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { DynamoDBBackend } from '../../src/backends/dynamodb.js';
import type { Context, KeyProvider } from '../../src/keys.js';
import { AwsKmsKey } from '../../src/keys/aws-kms.js';
import { LocalKey } from '../../src/keys/local.js';
import { parseName } from '../../src/record/names.js';
import type { StoreParts } from '../../src/store/options.js';
import { Store } from '../../src/store.js';
import { canary } from '../canary.js';
import { StandInKms } from '../codec/standin-kms.js';
import { readJson, readLines } from '../codec/vector-files.js';
import type { WireItem } from '../codec/wire-rows.js';
import { dynaliteUrl, makeKmsKey, makeTable, motoUrl } from '../emulators/servers.js';
import { collect } from '../suites/ground.js';
import { dynamodbClient, putItems, putRow, REGION } from '../support/dynamodb-client.js';
import { killedAtEach, killedClient } from '../support/killed-client.js';

const client = dynamodbClient(dynaliteUrl());
const kms = new StandInKms('alias/credstash');
const db = parseName('db');
const padded = (version: number | string): string => String(version).padStart(19, '0');
let table: string;

beforeEach(async () => {
  table = await makeTable(dynaliteUrl());
});
afterAll(() => client.destroy());

function open(parts: Partial<StoreParts> = {}): Store {
  const backend = new DynamoDBBackend({ client, table });
  return new Store({ backend, keys: [kms], format: 'credstash', ...parts });
}

async function versionsOf(store: Store, name: string): Promise<string[]> {
  return (await store.history(name)).map((v) => v.version);
}

const text = async (store: Store, name: string, version?: number | string): Promise<string> =>
  (await store.get(name, { version })).text();

describe('versions', () => {
  test('follow each other padded, are read by number or as stored, and keep their comments', async () => {
    const store = open();
    expect(await store.put('db', 'one')).toEqual({ name: 'db', version: padded(1) });
    await store.put('db', 'two', { comment: 'rotated' });
    expect(await store.put('db', 'ten', { version: 10 })).toMatchObject({ version: padded(10) });
    expect(await store.put('db', 'eleven', { digest: 'SHA512' })).toMatchObject({ version: padded(11) });
    expect(await text(store, 'db')).toBe('eleven');
    expect(await text(store, 'db', 2)).toBe('two');
    expect(await text(store, 'db', padded(10))).toBe('ten');
    expect(await store.get('db', { version: 2 })).toMatchObject({ version: padded(2), comment: 'rotated' });
    expect((await store.history('db')).map((v) => [v.version, v.comment, v.state, v.created])).toEqual([
      [padded(11), undefined, 'value', undefined],
      [padded(10), undefined, 'value', undefined],
      [padded(2), 'rotated', 'value', undefined],
      [padded(1), undefined, 'value', undefined],
    ]);
    await expect(store.get('db', { version: 3 })).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      message: expect.stringContaining('version 3 not found') as unknown,
      hint: `the newest version is ${padded(11)}`,
    });
    expect(await store.rollback('db', 2)).toMatchObject({ version: padded(12) });
    expect(await store.get('db')).toMatchObject({ comment: 'rotated' });
  });

  test('may be any text, and one that exists or is older than the newest is a conflict', async () => {
    const store = open();
    await store.put('db', 'five', { version: 5 });
    expect(await store.put('db', 'release', { version: 'rel-1' })).toMatchObject({
      version: padded('rel-1'),
    });
    expect(await text(store, 'db', 'rel-1')).toBe('release');
    expect(await text(store, 'db', padded('rel-1'))).toBe('release');
    for (const version of [5, 'rel-1', 3]) {
      await expect(store.put('db', 'x', { version })).rejects.toMatchObject({ code: 'ERR_CONFLICT' });
    }
    // The original's way: only the row itself must be new.
    expect(await store.put('db', 'three', { version: 3, backfill: true })).toMatchObject({
      version: padded(3),
    });
    await expect(store.put('db', 'again', { version: 3, backfill: true })).rejects.toMatchObject({
      code: 'ERR_CONFLICT',
    });
    expect(await text(store, 'db')).toBe('release');
    expect(await text(store, 'db', 3)).toBe('three');
  });

  test('is the next one after a lost race, also where an older one would do', async () => {
    const backend = new DynamoDBBackend({ client, table });
    const create = backend.create.bind(backend);
    backend.create = async (...args) => {
      backend.create = create;
      await open().put('db', 'faster');
      await create(...args);
    };
    expect(await open({ backend }).put('db', 'slower', { backfill: true })).toMatchObject({
      version: padded(2),
    });
  });

  test.each(['1', '37', padded('rel-1'), '99999999999999999999'])(
    'after a newest row %j nothing is written, in either format',
    async (version) => {
      const store = open();
      await store.put('db', 'v', { version: 36, backfill: true });
      const { fields } = (await new DynamoDBBackend({ client, table }).get(db)) ?? { fields: {} };
      await putRow(client, table, { name: 'db', version, ...fields });
      const native = open({ format: 'native', accept: ['native', 'credstash'] });
      for (const one of [store, native]) {
        await expect(one.put('db', 'x')).rejects.toMatchObject({
          code: 'ERR_CONFLICT',
          message: expect.stringContaining(`"${version}"`) as unknown,
        });
      }
      expect(await versionsOf(store, 'db')).toEqual([version, padded(36)]);
      expect(await text(store, 'db', version)).toBe('v');
    },
  );

  test('a newest row 0, as putall makes it, is followed by 1 in either format', async () => {
    const store = open();
    const native = open({ format: 'native', accept: ['native', 'credstash'] });
    for (const [name, next] of [
      ['theirs', store],
      ['ours', native],
    ] as const) {
      await store.put(name, 'zero', { version: 0 });
      await expect(next.put(name, 'x', { ifVersion: 0 })).rejects.toMatchObject({ code: 'ERR_CONFLICT' });
      await expect(next.put(name, 'x', { ifAbsent: true })).rejects.toMatchObject({ code: 'ERR_CONFLICT' });
      expect(Number((await next.put(name, 'one')).version)).toBe(1);
      expect(await text(next, name)).toBe('one');
      expect(await text(next, name, 0)).toBe('zero');
      expect((await next.destroy(name)).versions).toHaveLength(2);
    }
  });

  test('conditions hold as in the native format', async () => {
    const store = open();
    await store.put('db', 'one', { ifAbsent: true });
    await expect(store.put('db', 'x', { ifAbsent: true })).rejects.toMatchObject({
      code: 'ERR_CONFLICT',
      message: 'it exists already, at version 1',
    });
    await expect(store.put('db', 'x', { ifVersion: 2 })).rejects.toMatchObject({ code: 'ERR_CONFLICT' });
    await store.put('db', 'two', { ifVersion: 1 });
    expect(await store.put('db', 'two', { skipUnchanged: true })).toMatchObject({
      version: padded(2),
      unchanged: true,
    });
    expect(await versionsOf(store, 'db')).toEqual([padded(2), padded(1)]);
  });

  test('of all names come in one listing', async () => {
    const store = open();
    await store.put('prod/a', '1');
    await store.put('prod/a', '2', { comment: 'why' });
    await store.put('dev/b', '3');
    const all = await collect(store.versions());
    expect(all.map((v) => [v.name, v.version, v.comment]).sort()).toEqual([
      ['dev/b', padded(1), undefined],
      ['prod/a', padded(1), undefined],
      ['prod/a', padded(2), 'why'],
    ]);
    expect(await collect(store.versions({ match: 'dev/*' }))).toHaveLength(1);
  });

  test('of sixteen writers racing each land once', async () => {
    const stores = Array.from({ length: 16 }, () => open());
    const made = await Promise.all(stores.map((store, i) => store.put('db', `value ${i}`)));
    expect(new Set(made.map((m) => m.version)).size).toBe(16);
    for (const [i, { version }] of made.entries()) {
      expect(await text(stores[0] as Store, 'db', version)).toBe(`value ${i}`);
    }
  });
});

describe('what the format holds', () => {
  test('the context opens a record, another or none does not', async () => {
    const prod = { env: 'prod' };
    await open({ context: prod }).put('db', 'v');
    expect(await text(open({ context: prod }), 'db')).toBe('v');
    for (const context of [undefined, { env: 'dev' }, { env: 'prod', app: 'x' }]) {
      await expect(open({ context }).get('db')).rejects.toMatchObject({
        code: 'ERR_INTEGRITY',
        hint: expect.stringContaining('context in the settings') as unknown,
      });
    }
    // Of any size that KMS takes: native records' limits are not CredStash's.
    const many = Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`lazycred:${i}`, 'x']));
    await open({ context: many }).put('many', 'v');
    expect(await text(open({ context: many }), 'many')).toBe('v');
    // Brought over as the guide has it, it tells its context itself.
    const native: Partial<StoreParts> = { format: 'native', accept: ['native', 'credstash'] };
    expect(await open({ ...native, context: prod }).rollback('db', 1)).toMatchObject({ version: '2' });
    expect(await text(open(native), 'db')).toBe('v');
  });

  test('a moved row opens anywhere: what the format cannot promise', async () => {
    const store = open();
    await store.put('db', 'v');
    const { fields } = (await new DynamoDBBackend({ client, table }).get(db)) ?? { fields: {} };
    await putRow(client, table, { name: 'moved', version: padded(4), ...fields });
    expect(await text(store, 'moved')).toBe('v');
    // Which is why a native store reads it only where it is told to.
    await expect(open({ format: 'native' }).get('moved')).rejects.toMatchObject({
      code: 'ERR_UNSUPPORTED',
      hint: 'to read it, set accept: [native, credstash]',
    });
  });

  test('anything else is refused before a request', async () => {
    const store = open();
    const refused: readonly (readonly [Promise<unknown>, string])[] = [
      [store.put('db', Buffer.of(0xff)), 'ERR_USAGE'],
      [store.put('db', 'v', { tags: { a: 'b' } }), 'ERR_UNSUPPORTED'],
      [store.put('db', 'v', { by: 'ann' }), 'ERR_UNSUPPORTED'],
      [store.put('db', 'v', { digest: 'RIPEMD' }), 'ERR_UNSUPPORTED'],
      [store.delete('db'), 'ERR_UNSUPPORTED'],
      [store.undelete('db'), 'ERR_UNSUPPORTED'],
      [store.prune('db', { olderThan: new Date() }), 'ERR_UNSUPPORTED'],
      [open({ format: 'native' }).put('db', 'v', { digest: 'SHA512' }), 'ERR_UNSUPPORTED'],
      [open({ format: 'native' }).put('db', 'v', { version: 1, backfill: true }), 'ERR_UNSUPPORTED'],
      [open({ keys: [kms, kms] }).put('db', 'v'), 'ERR_UNSUPPORTED'],
      [open({ keys: [new LocalKey({})] }).put('db', 'v'), 'ERR_UNSUPPORTED'],
    ];
    for (const [attempt, code] of refused) await expect(attempt).rejects.toMatchObject({ code });
    // Who wants a secret back isn't told how to remove it.
    await expect(store.undelete('db')).rejects.toMatchObject({
      hint: expect.stringContaining('put ') as unknown,
    });
    expect(await collect(store.list())).toEqual([]);
  });
});

describe('a row that credsmash wrote', () => {
  const bytes = (size: number) => ({ B: Buffer.alloc(size, 0x5a) });
  const key = { name: 'db', version: padded(1), key: bytes(180), contents: bytes(9) };

  test.each([
    ['aes-ctr', { ...key, hmac: bytes(32), nonce: bytes(16), digest: 'SHA256', algorithm: 'aes-ctr' }],
    ['aes-gcm', { ...key, iv: bytes(12), tag: bytes(16), algorithm: 'aes-gcm' }],
  ])(
    '(%s, Binary members) is ERR_UNSUPPORTED naming it, never called damaged, and nothing follows it',
    async (_, row) => {
      await putRow(client, table, row);
      for (const store of [open(), open({ format: 'native', accept: ['native', 'credstash'] })]) {
        for (const attempt of [store.get('db'), store.put('db', 'x')]) {
          await expect(attempt).rejects.toMatchObject({
            code: 'ERR_UNSUPPORTED',
            message: expect.stringContaining('credsmash') as unknown,
            hint: expect.stringContaining('read it with credsmash') as unknown,
          });
        }
      }
    },
  );

  test('with the old algorithm named is a row of CredStash, and opens', async () => {
    const store = open();
    await store.put('db', 'one');
    await putRow(client, table, { ...(await stored('db')), algorithm: 'aes-ctr-legacy' });
    expect(await text(store, 'db')).toBe('one');
  });

  async function stored(name: string): Promise<Record<string, string>> {
    const record = await new DynamoDBBackend({ client, table }).get(parseName(name));
    return { name, version: record?.version ?? '', ...record?.fields };
  }
});

describe('removing', () => {
  async function filled(parts: Partial<StoreParts> = {}): Promise<Store> {
    const store = open(parts);
    for (let i = 1; i <= 4; i++) await store.put('db', `value ${i}`);
    return store;
  }

  test('takes the rows away, the newest never alone', async () => {
    const store = await filled();
    expect(await store.destroy('db', { versions: [2] })).toEqual({
      versions: [padded(2)],
      // dynalite doesn't tell.
      remains: expect.stringContaining('point-in-time recovery') as unknown,
    });
    await expect(store.destroy('db', { versions: [4] })).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED' });
    await expect(store.destroy('db', { versions: [1, 9] })).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    expect(await versionsOf(store, 'db')).toEqual([4, 3, 1].map(padded));
    expect((await store.prune('db', { keep: 2 })).versions).toEqual([padded(1)]);
    expect((await store.destroy('db')).versions).toEqual([padded(3), padded(4)]);
    await expect(store.get('db')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    await expect(store.destroy('db')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    expect(await store.put('db', 'anew')).toMatchObject({ version: padded(1) });
  });

  test('takes unpadded rows with it, and leaves what is put meanwhile', async () => {
    const store = await filled();
    const { fields } = (await new DynamoDBBackend({ client, table }).get(db)) ?? { fields: {} };
    for (const version of ['9', padded(10)]) await putRow(client, table, { name: 'db', version, ...fields });
    // A row that arrives when it is known what shall go.
    let listings = 0;
    const sending = new Proxy(client, {
      get: (target, key) => {
        if (key !== 'send') return Reflect.get(target, key) as unknown;
        return async (command: object, ...rest: never[]) => {
          if (command.constructor.name === 'QueryCommand' && ++listings === 2) {
            await putRow(client, table, { name: 'db', version: '99', ...fields });
          }
          return (target.send as (...args: unknown[]) => unknown)(command, ...rest);
        };
      },
    });
    const destroyed = await open({ backend: new DynamoDBBackend({ client: sending, table }) }).destroy('db');
    expect(destroyed.versions).toEqual([...[1, 2, 3, 4, 10].map(padded), '9']);
    expect(await versionsOf(store, 'db')).toEqual(['99']);
  });

  test('killed after each request shows no older value, and ends the same when run again', async () => {
    const kills = await killedAtEach(
      async (at) => {
        await filled();
        const backend = new DynamoDBBackend({ client: killedClient(client, at), table });
        await open({ backend }).destroy('db');
      },
      async () => {
        const store = open();
        // The newest goes last: until then it is what get gives.
        const left = await text(store, 'db').catch((e: { code?: string }) => e.code);
        expect(['value 4', 'ERR_NOT_FOUND']).toContain(left);
        if (left === 'value 4') await store.destroy('db');
        expect(await collect(store.versions())).toEqual([]);
      },
    );
    expect(kills).toBeGreaterThan(4);
    await open()
      .destroy('db')
      .catch(() => undefined);
  });

  test('in a native store takes the unpadded row that is meant, and no padded one of its number', async () => {
    await open().put('db', 'padded');
    const { fields } = (await new DynamoDBBackend({ client, table }).get(db)) ?? { fields: {} };
    for (const version of ['1', '10', '2', '9'])
      await putRow(client, table, { name: 'db', version, ...fields });
    const native = open({ format: 'native', accept: ['native', 'credstash'] });
    expect((await native.destroy('db', { versions: ['2'] })).versions).toEqual(['2']);
    expect(await versionsOf(native, 'db')).toEqual(['9', '10', '1', padded(1)]);
    expect((await native.prune('db', { keep: 3 })).versions).toEqual([padded(1)]);
    expect((await native.destroy('db', { versions: ['10'] })).versions).toEqual(['10']);
    expect((await native.prune('db', { keep: 1 })).versions).toEqual(['1']);
    const left = await collect(new DynamoDBBackend({ client, table }).list({ name: 'db' as never }));
    expect(left.map((v) => [v.version, v.state])).toEqual([
      ['9', undefined],
      ['1', 'pruned'],
    ]);
    for (const version of ['1', '10', '9']) await putRow(client, table, { name: 'old', version, ...fields });
    expect((await open().destroy('old')).versions).toEqual(['1', '10', '9']);
  });

  test("leaves another format's rows alone", async () => {
    const store = await filled();
    const native = open({ format: 'native', accept: ['native', 'credstash'] });
    await native.put('db', 'native');
    for (const removal of [store.destroy('db'), store.prune('db', { keep: 1 })]) {
      await expect(removal).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED' });
    }
    expect(await text(native, 'db', 2)).toBe('value 2');
    // A native destroy keeps the numbers, and takes the values of both.
    expect((await native.destroy('db')).versions).toEqual([1, 2, 3, 4].map(padded).concat('5'));
    for (const version of [1, 4, 5]) {
      await expect(native.get('db', { version })).rejects.toMatchObject({
        code: 'ERR_NOT_FOUND',
        message: expect.stringContaining('was destroyed') as unknown,
      });
    }
    expect(await native.put('db', 'anew')).toMatchObject({ version: '7' });
  });
});

describe('moving on', () => {
  test('a native put follows a row of CredStash only where the format was asked for', async () => {
    await open().put('db', 'older');
    await open().put('db', 'theirs');
    const undecided = open({ format: undefined, accept: ['native', 'credstash'] });
    expect(await text(undecided, 'db')).toBe('theirs');
    await expect(undecided.put('db', 'ours')).rejects.toMatchObject({
      code: 'ERR_UNSUPPORTED',
      message: 'a credstash record is there, and nothing is converted unasked',
      hint: expect.stringMatching(/format: credstash .*format: native/u) as unknown,
    });
    // Nor does a stub take the place of one.
    for (const removal of [undecided.prune('db', { keep: 1 }), undecided.destroy('db', { versions: [1] })]) {
      await expect(removal).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED' });
    }
    expect(await versionsOf(open(), 'db')).toEqual([2, 1].map(padded));
    const native = open({ format: 'native', accept: ['native', 'credstash'] });
    expect(await native.put('db', 'ours')).toMatchObject({ version: '3' });
    expect(await text(native, 'db')).toBe('ours');
    expect(await text(native, 'db', 2)).toBe('theirs');
    expect((await native.history('db')).map((v) => v.version)).toEqual(['3', ...[2, 1].map(padded)]);
    // And CredStash's own format doesn't write over what it can't read.
    await expect(open().put('db', 'x')).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED' });
    await expect(open().get('db')).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED' });
  });
});

describe('under KMS', () => {
  let key: string;
  let other: string;
  let inputs: object[];
  let client: KMSClient;
  beforeAll(async () => {
    [key, other] = (await Promise.all([makeKmsKey(), makeKmsKey()])).map((k) => k.arn) as [string, string];
    client = new KMSClient({ endpoint: motoUrl(), region: REGION });
    client.middlewareStack.add(
      (next) => (args) => {
        inputs.push(args.input);
        return next(args);
      },
      { step: 'initialize' },
    );
  });
  beforeEach(() => {
    inputs = [];
  });
  const provider = (id: string): KeyProvider => new AwsKmsKey({ client, key: id, region: REGION });

  test('any key opens, as with the original, until decryptKeys pin them', async () => {
    const value = canary();
    await open({ keys: [provider(other)], context: { env: 'prod' } }).put('db', value);
    expect(inputs).toEqual([{ KeyId: other, NumberOfBytes: 64, EncryptionContext: { env: 'prod' } }]);
    const context: Context = { env: 'prod' };
    expect(await text(open({ keys: [provider(key)], context }), 'db')).toBe(value);
    expect(inputs.at(-1)).not.toHaveProperty('KeyId');
    const pinned = open({ keys: [provider(key)], decryptKeys: [provider(key)], context });
    await expect(pinned.get('db')).rejects.toMatchObject({ code: 'ERR_ACCESS' });
    expect(inputs.at(-1)).toMatchObject({ KeyId: key });
    const local = new LocalKey({ label: 'local:' });
    await expect(open({ keys: [local], context }).get('db')).rejects.toMatchObject({
      code: 'ERR_ACCESS',
      message: 'wrapped for "aws-kms"; configured: local:',
    });
    const both = open({ keys: [provider(key)], decryptKeys: [provider(other)], context });
    expect(await text(both, 'db')).toBe(value);
    // A native record is never opened so.
    const native = open({ format: 'native', keys: [provider(other)], context });
    await native.put('own', value);
    await native.get('own');
    expect(inputs.at(-1)).toMatchObject({ KeyId: other });
  });
});

describe('a whole store of the original', () => {
  test('gives exactly the expected values, and the newest of each name', async () => {
    const rows = readLines<WireItem>('stores', 'credstash', 'table.jsonl');
    await putItems(client, table, rows);
    const expected = readLines<{ name: string; version: string; context: Context; plaintextB64: string }>(
      'stores',
      'credstash',
      'expected.jsonl',
    );
    const newest = readJson<Record<string, { version: string; context: Context; plaintextB64: string }>>(
      'stores',
      'credstash',
      'latest.json',
    );
    const listed = await collect(open().versions());
    const place = (v: { name: string; version: string }): string => `${v.name} ${v.version}`;
    expect(listed.map(place).sort()).toEqual(expected.map(place).sort());
    expect(rows).toHaveLength(listed.length);
    for (const { name, version, context, plaintextB64 } of expected) {
      const secret = await open({ context }).get(name, { version });
      expect(Buffer.from(secret.bytes()).toString('base64')).toBe(plaintextB64);
    }
    expect((await collect(open().list())).map((l) => l.name)).toEqual(Object.keys(newest).sort());
    for (const [name, { version, context, plaintextB64 }] of Object.entries(newest)) {
      const secret = await open({ context }).get(name);
      expect(secret.version).toBe(version);
      expect(Buffer.from(secret.bytes()).toString('base64')).toBe(plaintextB64);
    }
    // As one bulk read of those under one context.
    const plain = Object.entries(newest).filter(([, n]) => Object.keys(n.context).length === 0);
    const many = await open().getMany(plain.map(([name]) => name));
    expect(many.size).toBe(plain.length);
  });
});
