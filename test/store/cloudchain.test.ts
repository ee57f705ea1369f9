/** cloudchain's format through the store, on servers of DynamoDB's and KMS's protocols. */
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { CloudchainBackend } from '../../src/backends/dynamodb/cloudchain.js';
import { cloudchainName } from '../../src/record/cloudchain-names.js';
import { LocalKey } from '../../src/keys/local.js';
import { parseName } from '../../src/record/names.js';
import type { StoreParts } from '../../src/store/options.js';
import { Store } from '../../src/store.js';
import { StandInKms } from '../codec/standin-kms.js';
import { readLines } from '../codec/vector-files.js';
import { textOf, type WireItem } from '../codec/wire-rows.js';
import { dynaliteUrl, makeTable } from '../emulators/servers.js';
import { collect } from '../suites/ground.js';
import { dynamodbClient, putItems, putRow } from '../support/dynamodb-client.js';
import { killedAtEach, killedClient } from '../support/killed-client.js';

const client = dynamodbClient(dynaliteUrl());
const kms = new StandInKms('alias/cloudchain');
let table: string;

beforeEach(async () => {
  table = await makeTable(dynaliteUrl(), 'us-east-1', ['Service', 'Username']);
});
afterAll(() => client.destroy());

function backendOf(from = client): CloudchainBackend {
  return new CloudchainBackend({ client: from, table, region: 'us-east-1', pageSize: 2 });
}

function open(parts: Partial<StoreParts> = {}): Store {
  return new Store({ backend: backendOf(), keys: [kms], format: 'cloudchain', ...parts });
}

describe('a whole store of the original', () => {
  test('gives exactly the expected values, under the names that its rows have', async () => {
    const items = readLines<WireItem>('stores', 'cloudchain', 'table.jsonl');
    await putItems(client, table, items);
    const expected = readLines<{ service: string; user: string; plaintextB64: string }>(
      'stores',
      'cloudchain',
      'expected.jsonl',
    );
    const store = open();
    const names = expected.map((e) => cloudchainName(e.service, e.user));
    expect((await collect(store.list())).map((l) => l.name)).toEqual(
      names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
    expect(new Set(items.map((i) => `${textOf(i, 'Service')} ${textOf(i, 'Username')}`)).size).toBe(60);
    const all = await store.getAll();
    for (const [i, { plaintextB64 }] of expected.entries()) {
      const secret = all.get(names[i] ?? '');
      expect(Buffer.from(secret?.bytes() ?? []).toString('base64')).toBe(plaintextB64);
    }
  });
});

describe('a row', () => {
  test('is put under service and username, overwritten, and removed', async () => {
    const store = open();
    expect(await store.put('billing/ann@example.com', 'one')).toEqual({
      name: 'billing/ann@example.com',
      version: '',
    });
    await store.put('billing/ann@example.com', Buffer.of(0xff, 0));
    await store.put('a/b/c%2Fd', 'nested');
    expect(Buffer.from((await store.get('billing/ann@example.com')).bytes())).toEqual(Buffer.of(0xff, 0));
    expect((await collect(store.list())).map((l) => l.name)).toEqual([
      'a/b/c%2Fd',
      'billing/ann@example.com',
    ]);
    expect((await collect(store.list({ match: 'bill' }))).map((l) => l.name)).toHaveLength(1);
    await expect(store.put('a/b/c%2Fd', 'x', { ifAbsent: true })).rejects.toMatchObject({
      code: 'ERR_CONFLICT',
    });
    expect((await store.destroy('a/b/c%2Fd')).versions).toEqual(['']);
    await expect(store.get('a/b/c%2Fd')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    await expect(store.destroy('a/b/c%2Fd')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  });

  test('whose Secret was stored as Binary is read, and overwritten on condition', async () => {
    await putRow(client, table, { Service: 's', Username: 'u', Secret: { B: Buffer.from('QUFB') } });
    const record = await backendOf().get(parseName('s/u'));
    expect(record?.fields).toEqual({ Secret: 'QUFB' });
    await open().put('s/u', 'v');
    expect((await open().get('s/u')).text()).toBe('v');
  });

  test('that is no record, or lies in another kind of table, is a typed error', async () => {
    await putRow(client, table, { Service: 's', Username: 'u', Secret: { N: '1' } });
    await putRow(client, table, { Service: 's', Username: 'v', Secret: '' });
    for (const name of ['s/u', 's/v']) {
      await expect(open().get(name)).rejects.toMatchObject({ code: 'ERR_INTEGRITY' });
    }
    table = await makeTable(dynaliteUrl());
    await putRow(client, table, { name: 'n', version: 'v' });
    await expect(collect(open().list())).rejects.toMatchObject({ code: 'ERR_CONFIG' });
    await expect(open().get('s/u')).rejects.toMatchObject({ code: 'ERR_CONFIG' });
  });

  // [F-85]
  test('is never lost between writers: who read another value starts anew', async () => {
    const name = parseName('s/u');
    const record = (secret: string) => ({ name, version: '', fields: { Secret: secret } });
    const backend = backendOf();
    await backend.create(record('one'), undefined);
    const read = await backend.get(name);
    await backend.create(record('two'), read);
    for (const after of [read, undefined]) {
      await expect(backend.create(record('three'), after)).rejects.toMatchObject({ code: 'ERR_CONFLICT' });
    }
    expect((await backend.get(name))?.fields).toEqual({ Secret: 'two' });
    await Promise.all(Array.from({ length: 16 }, (_, i) => open().put('s/race', `value ${i}`)));
    expect((await open().get('s/race')).text()).toMatch(/^value \d+$/u);
  });

  test('put by a process that is killed after any request is there whole or not at all', async () => {
    const kills = await killedAtEach(
      async (at) => {
        await open().put('s/u', 'old');
        await open({ backend: backendOf(killedClient(client, at)) }).put('s/u', 'new');
      },
      async () => expect(['old', 'new']).toContain((await open().get('s/u')).text()),
    );
    expect(kills).toBe(2);
  });
});

describe('what the format cannot hold', () => {
  test('is refused before a request', async () => {
    const store = open();
    const refused: readonly (readonly [Promise<unknown>, string])[] = [
      [store.put('s/u', ''), 'ERR_USAGE'],
      [store.put('s/u', 'x'.repeat(4097)), 'ERR_USAGE'],
      [store.put('service', 'v'), 'ERR_USAGE'],
      [store.put('/u', 'v'), 'ERR_USAGE'],
      [store.get('service'), 'ERR_USAGE'],
      [store.put('s/u', 'v', { comment: 'c' }), 'ERR_UNSUPPORTED'],
      [open({ context: { env: 'prod' } }).put('s/u', 'v'), 'ERR_UNSUPPORTED'],
      [store.put('s/u', 'v', { version: 1 }), 'ERR_UNSUPPORTED'],
      [store.get('s/u', { version: 1 }), 'ERR_UNSUPPORTED'],
      [store.history('s/u'), 'ERR_UNSUPPORTED'],
      [store.delete('s/u'), 'ERR_UNSUPPORTED'],
      [open({ keys: [new LocalKey({})] }).put('s/u', 'v'), 'ERR_UNSUPPORTED'],
      [
        store.putMany([
          { name: 's/u', value: 'v' },
          { name: 'bad', value: 'v' },
        ]),
        'ERR_USAGE',
      ],
    ];
    for (const [attempt, code] of refused) await expect(attempt).rejects.toMatchObject({ code });
    // Not in this one, whose keys are cloudchain's own.
    await expect(store.history('s/u')).rejects.toMatchObject({
      hint: 'format: native can, in another table (docs/migrating.md)',
    });
    expect(await collect(store.list())).toEqual([]);
    await store.put('s/u', 'x'.repeat(4096));
    expect((await store.get('s/u')).bytes()).toHaveLength(4096);
  });

  test('nor can its table: versions, stubs, and names that could be no key', async () => {
    const backend = backendOf();
    const name = parseName('s/u');
    for (const attempt of [
      backend.numberBefore(),
      backend.erase(),
      backend.create({ name, version: '', fields: { data: 'x' } }, undefined),
      backend.create({ name: parseName(`s/${'u'.repeat(400)}`), version: '', fields: {} }, undefined),
    ]) {
      await expect(attempt).rejects.toMatchObject({ name: 'LazycredError' });
    }
    expect(await backend.get(`s/${'u'.repeat(1025)}` as typeof name)).toBeUndefined();
    await backend.close();
    await expect(backend.get(name)).rejects.toMatchObject({ code: 'ERR_USAGE' });
  });
});
