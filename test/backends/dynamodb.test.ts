import {
  GetItemCommand,
  type DynamoDBClient,
  type DynamoDBClientConfig,
  type GetItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Backend } from '../../src/backend.js';
import { DynamoDBBackend } from '../../src/backends/dynamodb.js';
import { fromRow, type Row } from '../../src/backends/dynamodb/rows.js';
import { parseName, storedName } from '../../src/record/names.js';
import type { Listed, StoredRecord } from '../../src/record.js';
import { callJson } from '../emulators/aws-call.js';
import { dynaliteUrl, makeTable, motoUrl, startMoto } from '../emulators/servers.js';
import { collect } from '../suites/ground.js';
import { fakeRecord, fakeStub } from '../suites/records.js';
import { REGION, dynamodbClient, putRow } from '../support/dynamodb-client.js';

const servers = [
  ['moto', motoUrl],
  ['dynalite', dynaliteUrl],
] as const;

interface Opened {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly backend: DynamoDBBackend;
  /** The requests sent, by name. */
  readonly sent: string[];
  /** What those asked for. */
  readonly inputs: object[];
}

async function openTable(url: string, o: DynamoDBClientConfig & { pageSize?: number } = {}): Promise<Opened> {
  const { pageSize, ...settings } = o;
  const client = dynamodbClient(url, settings);
  const sent: string[] = [];
  const inputs: object[] = [];
  client.middlewareStack.add(
    (next, context) => (args) => {
      sent.push(context.commandName ?? '');
      inputs.push(args.input);
      return next(args);
    },
    { step: 'initialize' },
  );
  const table = await makeTable(url);
  return {
    client,
    table,
    sent,
    inputs,
    backend: new DynamoDBBackend({ client, table, region: REGION, pageSize }),
  };
}

const db = parseName('db');
const padded = (version: number): string => String(version).padStart(19, '0');
const versions = (listed: readonly Listed[]): (string | undefined)[] => listed.map(({ version }) => version);

async function fill(backend: Backend, name: string, n: number): Promise<StoredRecord> {
  let after: StoredRecord | undefined;
  for (let version = 1; version <= n; version++) {
    const record = fakeRecord(name, version);
    await backend.create(record, after);
    after = record;
  }
  if (after === undefined) throw new Error('nothing to fill');
  return after;
}

describe.each(servers)('rows on %s', (_, url) => {
  let t: Opened;
  beforeAll(async () => {
    t = await openTable(url());
  });
  afterAll(() => t.backend.close());

  async function row(name: string, version: string): Promise<GetItemCommandOutput['Item']> {
    const Key = { name: { S: name }, version: { S: version } };
    return (await t.client.send(new GetItemCommand({ TableName: t.table, Key }))).Item;
  }

  test('a field is a string attribute beside the two keys; a get is one request, a create too', async () => {
    const record = fakeRecord('plain', 1);
    t.sent.length = 0;
    await t.backend.create(record, undefined);
    await t.backend.get(record.name);
    await t.backend.get(record.name, '1');
    await t.backend.numberBefore(record.name, record);
    expect(t.sent).toEqual(['PutItemCommand', 'QueryCommand', 'GetItemCommand']);
    const { header = '', data = '' } = record.fields;
    expect(await row('plain', padded(1))).toEqual({
      name: { S: 'plain' },
      version: { S: padded(1) },
      lazycred: { S: '1' },
      header: { S: header },
      data: { S: data },
    });
    expect(t.backend.location).toBe(`dynamodb://${t.table}`);
  });

  test('every read is consistent, and no listing asks for values', async () => {
    t.inputs.length = 0;
    await t.backend.get(db);
    // Not there under either spelling.
    await t.backend.get(db, '1');
    await collect(t.backend.list());
    await collect(t.backend.list({ name: db }));
    await collect(t.backend.list({ versions: true }));
    expect(t.inputs).toEqual(Array(6).fill(expect.objectContaining({ ConsistentRead: true })));
    for (const input of t.inputs.slice(3)) {
      const { ExpressionAttributeNames } = input as { ExpressionAttributeNames: Record<string, string> };
      expect(Object.values(ExpressionAttributeNames)).toEqual(
        expect.arrayContaining(['name', 'version', 'lazycred']),
      );
      for (const value of ['data', 'contents', 'Secret']) {
        expect(Object.values(ExpressionAttributeNames)).not.toContain(value);
      }
    }
  });

  test("a stub's version is the range key, and comes back among its fields", async () => {
    const stub = fakeStub('stub', 3, 'destroyed');
    await t.backend.create(stub, undefined);
    expect((await row('stub', padded(3)))?.['version']).toEqual({ S: padded(3) });
    expect((await t.backend.get(stub.name))?.fields).toEqual(stub.fields);
    const [listed] = await collect(t.backend.list({ name: stub.name }));
    expect(listed).toEqual({
      name: 'stub',
      version: '3',
      state: 'destroyed',
      modified: new Date(stub.fields['at'] ?? ''),
      created: new Date(stub.fields['at'] ?? ''),
      fields: stub.fields,
      revision: { key: padded(3) },
    });
  });

  test('a row of CredStash keeps its version as stored; a number finds the padded one', async () => {
    const hmac = 'a1b2'.repeat(16);
    const fields = { key: 'a2V5', contents: 'Y29u', digest: 'SHA256', comment: '' };
    await putRow(t.client, t.table, {
      name: 'cs',
      version: padded(2),
      ...fields,
      hmac: { B: Buffer.from(hmac) },
    });
    await putRow(t.client, t.table, { name: 'cs', version: padded(1), ...fields, hmac });
    const expected = { name: 'cs', version: padded(2), fields: { ...fields, hmac } };
    const cs = parseName('cs');
    const newest = await t.backend.get(cs);
    for (const got of [newest, await t.backend.get(cs, '2'), await t.backend.get(cs, padded(2))]) {
      expect(got).toMatchObject(expected);
    }
    expect(await t.backend.numberBefore(cs, newest)).toBe(2);
    await t.backend.create(fakeRecord('cs', 3), newest);
    const listed = await collect(t.backend.list({ name: cs }));
    expect(versions(listed)).toEqual(['3', padded(2), padded(1)]);
    const { contents, ...rest } = fields;
    expect(contents).toBe('Y29u');
    expect(listed[1]).toEqual({
      name: 'cs',
      version: padded(2),
      fields: { ...rest, hmac },
      revision: { key: padded(2) },
    });
  });

  test.each(['1', `${'0'.repeat(14)}rel-1`, 'rel-1', '99999999999999999999'])(
    'no number follows a newest row %j: ERR_CONFLICT before anything is written',
    async (key) => {
      const name = `mixed ${key}`;
      await putRow(t.client, t.table, { name, version: padded(4), key: 'a', contents: 'b', hmac: 'c' });
      await putRow(t.client, t.table, { name, version: key, key: 'a', contents: 'b', hmac: 'c' });
      const newest = await t.backend.get(parseName(name));
      expect(newest?.version).toBe(key);
      t.sent.length = 0;
      const refused = { code: 'ERR_CONFLICT', message: expect.stringContaining(`"${key}"`), secret: name };
      await expect(t.backend.numberBefore(parseName(name), newest)).rejects.toMatchObject({
        ...refused,
        hint: expect.stringMatching(/another tool/u),
      });
      await expect(t.backend.create(fakeRecord(name, 5), newest)).rejects.toMatchObject(refused);
      expect(t.sent).toEqual([]);
      expect((await t.backend.get(parseName(name), key))?.version).toBe(key);
      // And no other row goes with it.
      if (newest === undefined) throw new Error('there is none');
      await t.backend.remove(newest);
      expect(versions(await collect(t.backend.list({ name: parseName(name) })))).toEqual([padded(4)]);
    },
  );

  test('a number means the padded row, and the unpadded one where there is none', async () => {
    const name = parseName('both');
    for (const version of ['7', padded(7), '8']) {
      await putRow(t.client, t.table, { name, version, key: 'a', contents: version, hmac: 'c' });
    }
    expect((await t.backend.get(name, '7'))?.fields['contents']).toBe(padded(7));
    expect((await t.backend.get(name, '8'))?.fields['contents']).toBe('8');
    const listed = await collect(t.backend.list({ name }));
    expect(versions(listed)).toEqual(['8', '7', padded(7)]);
    await t.backend.remove({ name, version: '7', revision: listed[1]?.revision });
    expect((await t.backend.get(name, '7'))?.fields['contents']).toBe(padded(7));
    expect(versions(await collect(t.backend.list({ name })))).toEqual(['8', padded(7)]);
  });

  test('a version that is not greater than the newest is ERR_CONFLICT without a request', async () => {
    const newest = await fill(t.backend, 'ordered', 10);
    t.sent.length = 0;
    for (const version of [10, 9, 2]) {
      await expect(t.backend.create(fakeRecord('ordered', version), newest)).rejects.toMatchObject({
        code: 'ERR_CONFLICT',
        secret: 'ordered',
        location: t.backend.location,
      });
    }
    expect(t.sent).toEqual([]);
  });

  test.each([
    ['a number', { data: { N: '1' } }],
    ['a list', { data: { L: [] } }],
    ['null', { data: { NULL: true } }],
    ['a map', { data: { M: {} } }],
  ])('an attribute that is %s is ERR_INTEGRITY, naming the row', async (what, attribute) => {
    const name = `odd ${what}`;
    const keys = { name, version: padded(1) };
    // [F-84]
    // What other tools put beside CredStash's own attributes is theirs.
    await putRow(t.client, t.table, { ...keys, key: 'a', contents: 'b', hmac: 'c', added: attribute.data });
    expect(Object.keys((await t.backend.get(parseName(name)))?.fields ?? {}).sort()).toEqual([
      'contents',
      'hmac',
      'key',
    ]);
    await putRow(t.client, t.table, { ...keys, lazycred: '1', ...attribute });
    const read = t.backend.get(parseName(name));
    await expect(read).rejects.toMatchObject({
      code: 'ERR_INTEGRITY',
      message: `row "${name}", "${padded(1)}" is not a record: its attribute "data" is neither a string nor binary`,
    });
  });

  test('a native row that was moved under another kind of key is ERR_INTEGRITY', async () => {
    const { fields } = fakeRecord('moved', 5);
    await putRow(t.client, t.table, { name: 'moved', version: '5', ...fields });
    await expect(t.backend.get(parseName('moved'))).rejects.toMatchObject({
      code: 'ERR_INTEGRITY',
      message: expect.stringContaining('"moved", "5"'),
    });
  });

  test('what can be no key was never stored, and is refused on write', async () => {
    const long = storedName('x'.repeat(2049));
    t.sent.length = 0;
    expect(await t.backend.get(long)).toBeUndefined();
    expect(await t.backend.get(db, 'v'.repeat(1025))).toBeUndefined();
    expect(await t.backend.get(db, '')).toBeUndefined();
    expect(await collect(t.backend.list({ name: long }))).toEqual([]);
    const plain = fakeRecord('plain', 1);
    for (const record of [
      { ...plain, name: long },
      { ...plain, version: '' },
      { ...plain, version: 'rel-1' },
      { ...plain, version: '01' },
      { ...plain, fields: { ...plain.fields, name: 'x' } },
      { ...plain, fields: { ...plain.fields, version: '1' } },
      { ...fakeStub('stub', 2), version: '3' },
    ]) {
      await expect(t.backend.create(record, undefined)).rejects.toMatchObject({ code: 'ERR_USAGE' });
    }
    expect(t.sent).toEqual([]);
  });

  test('a row over 400 KB is refused before it is sent, counted in bytes', async () => {
    const plain = fakeRecord('large', 1);
    const sized = (bytes: number): StoredRecord => {
      const data = 'é'.repeat(1000);
      const keys = [
        'name',
        'large',
        'version',
        padded(1),
        'lazycred',
        '1',
        'header',
        plain.fields['header'],
        'data',
      ];
      const used = Buffer.byteLength(keys.join('') + data);
      return { ...plain, fields: { ...plain.fields, data: data + 'x'.repeat(bytes - used) } };
    };
    t.sent.length = 0;
    await expect(t.backend.create(sized(409_601), undefined)).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringContaining('409601 bytes'),
    });
    expect(t.sent).toEqual([]);
    // moto's own limit is 405,000.
    await t.backend.create(sized(url === dynaliteUrl ? 409_600 : 405_000), undefined);
    expect(t.sent).toEqual(['PutItemCommand']);
  });
});

test('nothing of a row is taken for what it is not', () => {
  const row = (json: string): Row => JSON.parse(json) as Row;
  const keys = `"name":{"S":"db"},"version":{"S":"${padded(1)}"}`;
  const { fields } = fromRow(row(`{${keys},"__proto__":{"S":"x"},"data":{"S":"y"}}`), 'dynamodb://t');
  expect(Object.entries(fields)).toEqual([
    ['__proto__', 'x'],
    ['data', 'y'],
  ]);
  // As the SDK hands that attribute on.
  const spoilt = { ...row(`{${keys},"lazycred":{"S":"1"}}`), odd: undefined } as unknown as Row;
  expect(() => fromRow(spoilt, 'dynamodb://t')).toThrow(expect.objectContaining({ code: 'ERR_INTEGRITY' }));
  for (const odd of ['{}', '{"name":{"S":"db"}}', `{"name":{"S":"db"},"version":{"N":"1"}}`]) {
    expect(() => fromRow(row(odd), 'dynamodb://t')).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
  }
});

describe.each(servers)('listings on %s', (_, url) => {
  test('each name once as its newest stands, in order, over pages', async () => {
    const { backend, client, table, sent } = await openTable(url(), { pageSize: 4 });
    for (const name of ['prod/b', 'prod/a', 'prod%', 'Prod/c']) await fill(backend, name, 3);
    const stub = fakeStub('prod/a', 4);
    await backend.create(stub, await backend.get(parseName('prod/a')));
    await putRow(client, table, {
      name: 'cs',
      version: padded(9),
      key: 'a',
      contents: 'b',
      hmac: { B: Buffer.of(1) },
    });
    await putRow(client, table, { name: 'cs', version: '1', key: 'a', contents: 'b', hmac: 'c' });
    await putRow(client, table, {
      name: 'odd',
      version: padded(1),
      lazycred: '1',
      header: '{',
      data: { N: '1' },
    });
    sent.length = 0;
    const all = await collect(backend.list());
    expect(all.map(({ name, version, state }) => [name, version, state])).toEqual([
      ['Prod/c', '3', undefined],
      ['cs', '1', undefined],
      ['odd', '1', undefined],
      ['prod%', '3', undefined],
      ['prod/a', '4', 'deleted'],
      ['prod/b', '3', undefined],
    ]);
    expect(sent.length).toBeGreaterThanOrEqual(4);
    const modified = new Map(all.map((listed) => [listed.name as string, listed.modified]));
    expect(modified.get('prod/a')).toEqual(new Date(stub.fields['at'] ?? ''));
    expect(Math.abs(Date.now() - (modified.get('prod/b')?.getTime() ?? 0))).toBeLessThan(60_000);
    expect([modified.get('cs'), modified.get('odd')]).toEqual([undefined, undefined]);
    const names = async (prefix: string): Promise<string[]> =>
      (await collect(backend.list({ prefix }))).map(({ name }) => name);
    expect(await names('prod/')).toEqual(['prod/a', 'prod/b']);
    expect(await names('x')).toEqual([]);
    await backend.close();
  });

  test("the service's own pages of 1 MB are followed to the end", async () => {
    const { backend, sent } = await openTable(url());
    const names = Array.from({ length: 8 }, (__, i) => `name${i}`);
    for (const name of names) await backend.create(fakeRecord(name, 1, { bytes: 200_000 }), undefined);
    sent.length = 0;
    expect((await collect(backend.list())).map(({ name }) => name)).toEqual(names);
    expect(sent.length).toBeGreaterThan(1);
    await backend.close();
  });
});

describe('failures', () => {
  let server: Awaited<ReturnType<typeof startMoto>>;
  beforeAll(async () => {
    server = await startMoto();
  });
  afterAll(() => server.stop());

  const every = (backend: Backend): [string, () => Promise<unknown>][] => [
    ['get', () => backend.get(db)],
    ['get of a version', () => backend.get(db, '1')],
    ['create', () => backend.create(fakeRecord('db', 1), undefined)],
    ['list', () => collect(backend.list())],
    ['list of versions', () => collect(backend.list({ name: db }))],
  ];

  test('a table that does not exist is ERR_CONFIG, never empty', async () => {
    const client = dynamodbClient(server.url);
    const backend = new DynamoDBBackend({ client, table: 'absent', region: 'eu-west-1' });
    for (const [, attempt] of every(backend)) {
      await expect(attempt()).rejects.toMatchObject({
        code: 'ERR_CONFIG',
        message: 'table "absent" does not exist in eu-west-1',
        location: 'dynamodb://absent',
        hint: expect.stringContaining('region'),
      });
    }
    await backend.close();
  });

  test('a table with other keys is ERR_CONFIG', async () => {
    const definition = {
      TableName: 'safedb',
      AttributeDefinitions: ['Service', 'Username'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      KeySchema: [
        { AttributeName: 'Service', KeyType: 'HASH' },
        { AttributeName: 'Username', KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
    };
    await callJson(server.url, 'dynamodb', 'DynamoDB_20120810.CreateTable', definition, REGION);
    const client = dynamodbClient(server.url);
    await putRow(client, 'safedb', { Service: 's', Username: 'u', Secret: 'x' });
    const backend = new DynamoDBBackend({ client, table: 'safedb' });
    for (const [, attempt] of every(backend)) {
      await expect(attempt()).rejects.toMatchObject({
        code: 'ERR_CONFIG',
        message: 'dynamodb://safedb has not the string keys "name" and "version"',
        hint: expect.stringContaining('format: cloudchain') as unknown,
      });
    }
    await backend.close();
  });

  test.each([
    ['AccessDeniedException', 400, 'ERR_ACCESS'],
    ['UnrecognizedClientException', 400, 'ERR_ACCESS'],
    ['ThrottlingException', 400, 'ERR_UNAVAILABLE'],
    ['ProvisionedThroughputExceededException', 400, 'ERR_UNAVAILABLE'],
    ['InternalServerError', 500, 'ERR_UNAVAILABLE'],
  ])('%s is %i, %s, never absent', async (code, status, expected) => {
    const { backend } = await openTable(server.url, { maxAttempts: 1 });
    for (const [, attempt] of every(backend)) {
      for (const target of ['GetItem', 'Query', 'Scan', 'PutItem']) {
        await server.faults.inject({ target: `DynamoDB.${target}`, status, code });
      }
      await expect(attempt()).rejects.toMatchObject({
        code: expected,
        message: expect.stringMatching(
          /^DynamoDB in us-east-1 (refuses to|is unavailable, cannot) (read|write|list): /u,
        ),
      });
      await server.faults.clear();
    }
    await backend.close();
  });

  test('a create that landed but whose answer was lost is ERR_CONFLICT, and the row is there', async () => {
    const { backend } = await openTable(server.url);
    const record = fakeRecord('db', 1);
    await server.faults.inject({ target: 'DynamoDB.PutItem', after: true, drop: true });
    await expect(backend.create(record, undefined)).rejects.toMatchObject({ code: 'ERR_CONFLICT' });
    expect((await backend.get(db))?.fields).toEqual(record.fields);
    await server.faults.clear();
    await backend.close();
  });

  test('one failing page fails the whole listing', async () => {
    const { backend } = await openTable(server.url, { maxAttempts: 1, pageSize: 1 });
    await fill(backend, 'db', 3);
    for (const [target, list] of [
      ['DynamoDB.Scan', () => collect(backend.list())],
      ['DynamoDB.Query', () => collect(backend.list({ name: db }))],
    ] as const) {
      await server.faults.inject({ target, skip: 1, status: 500, code: 'InternalServerError' });
      await expect(list()).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
    }
    await server.faults.clear();
    await backend.close();
  });

  test('a request that hangs ends with the reason of its signal', async () => {
    const { backend } = await openTable(server.url);
    for (const target of ['GetItem', 'Query', 'Scan', 'PutItem']) {
      await server.faults.inject({ target: `DynamoDB.${target}`, delay: 1, times: 2 });
    }
    const attempts = [
      (signal: AbortSignal) => backend.get(db, undefined, { signal }),
      (signal: AbortSignal) => backend.get(db, '1', { signal }),
      (signal: AbortSignal) => collect(backend.list({ signal })),
      (signal: AbortSignal) => backend.create(fakeRecord('db', 1), undefined, { signal }),
    ];
    await Promise.all(
      attempts.map(async (attempt) => {
        const controller = new AbortController();
        const began = Date.now();
        setTimeout(() => controller.abort(new Error('enough')), 100);
        await expect(attempt(controller.signal)).rejects.toThrow('enough');
        expect(Date.now() - began).toBeLessThan(800);
      }),
    );
    await server.faults.clear();
    await backend.close();
  });
});
