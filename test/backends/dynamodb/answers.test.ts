/** Each operation × each answer that DynamoDB documents, and answers that are none of DynamoDB's: what comes of it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { DynamoDBBackend } from '../../../src/backends/dynamodb.js';
import { parseName } from '../../../src/record/names.js';
import { Store } from '../../../src/store.js';
import { provider } from '../../model/explore.js';
import { collect } from '../../suites/ground.js';
import { fakeRecord, fakeStub } from '../../suites/records.js';
import {
  answeringServer,
  jsonAnswer,
  jsonFailure,
  NO_ANSWERS,
  type Answer,
  type AnsweringServer,
  type Asked,
} from '../../support/answering-server.js';
import { dynamodbClient } from '../../support/dynamodb-client.js';

const db = parseName('db');
const row = {
  name: { S: 'db' },
  version: { S: '2'.padStart(19, '0') },
  lazycred: { S: '1' },
  header: { S: '{}' },
  data: { S: '' },
};
const opOf = ({ target }: Asked): string => target.split('.')[1] ?? '';

/** What DynamoDB answers when all is well: the table holds version 2. */
function healthy(request: Asked): Answer {
  if (['Query', 'Scan'].includes(opOf(request)))
    return jsonAnswer({ Items: [row], Count: 1, ScannedCount: 1 });
  return jsonAnswer({});
}

let server: AnsweringServer;
let backend: DynamoDBBackend;
beforeAll(async () => {
  server = await answeringServer();
  const credentials = { accessKeyId: 'a', secretAccessKey: 's' };
  backend = new DynamoDBBackend({
    client: dynamodbClient(server.url, { maxAttempts: 1, credentials }),
    table: 't',
  });
});
beforeEach(() => {
  server.asked.length = 0;
  server.answer = healthy;
});
afterAll(async () => {
  await backend.close();
  await server.close();
});

const OPERATIONS = {
  'Query of the newest': ['Query', () => backend.get(db)],
  'Query of the versions': ['Query', () => collect(backend.list({ name: db }))],
  Scan: ['Scan', () => collect(backend.list())],
  GetItem: ['GetItem', () => backend.get(db, '7')],
  'PutItem of a new row': ['PutItem', () => backend.create(fakeRecord('db', 3), undefined)],
  'PutItem over anything': ['PutItem', () => backend.erase(fakeStub('db', 1, 'pruned'))],
  DeleteItem: ['DeleteItem', () => backend.remove({ name: db, version: '1' })],
} as const;
type Named = keyof typeof OPERATIONS;
const ALL = Object.keys(OPERATIONS) as Named[];
const WRITES = ['PutItem of a new row', 'PutItem over anything', 'DeleteItem'] as const;

function given(name: Named, answer: Answer): Promise<unknown> {
  const [op, run] = OPERATIONS[name];
  server.answer = (request) => (opOf(request) === op ? answer : healthy(request));
  return run();
}

// API reference: "Common errors", and the errors of each operation.
const DOCUMENTED = [
  [400, 'AccessDeniedException', 'ERR_ACCESS'],
  [400, 'ResourceNotFoundException', 'ERR_CONFIG'],
  [400, 'ValidationException', 'ERR_CONFIG'],
  [400, 'ProvisionedThroughputExceededException', 'ERR_UNAVAILABLE'],
  [400, 'RequestLimitExceeded', 'ERR_UNAVAILABLE'],
  [400, 'ThrottlingException', 'ERR_UNAVAILABLE'],
  [500, 'InternalServerError', 'ERR_UNAVAILABLE'],
  [503, 'ServiceUnavailable', 'ERR_UNAVAILABLE'],
  [400, 'UnknownOperationException', 'ERR_UNSUPPORTED'],
  [501, 'NotImplemented', 'ERR_UNSUPPORTED'],
] as const;

describe('each operation × each answer that DynamoDB documents', () => {
  test.each(ALL.flatMap((name) => DOCUMENTED.map((answer) => [name, ...answer] as const)))(
    '%s × %i %s is %s',
    async (name, status, type, code) => {
      await expect(given(name, jsonFailure(status, type))).rejects.toMatchObject({ code });
    },
  );

  test.each(['ReplicatedWriteConflictException', 'TransactionConflictException'])(
    'a write that meets another one (%s) is sent again; a create is a lost race, tried again by put',
    async (type) => {
      for (const name of WRITES) {
        const [op, run] = OPERATIONS[name];
        let left = 2;
        server.asked.length = 0;
        server.answer = (request) =>
          opOf(request) === op && left-- > 0 ? jsonFailure(400, type) : healthy(request);
        if (name === 'PutItem of a new row')
          await expect(run()).rejects.toMatchObject({ code: 'ERR_CONFLICT' });
        else {
          await run();
          expect(server.asked.filter((request) => opOf(request) === op)).toHaveLength(3);
        }
      }
      let conflicts = 2;
      server.answer = (request) => {
        if (opOf(request) === 'Query') return jsonAnswer({ Items: [], Count: 0 });
        return opOf(request) === 'PutItem' && conflicts-- > 0 ? jsonFailure(400, type) : healthy(request);
      };
      const store = new Store({ backend, keys: [provider], backOff: () => Promise.resolve() });
      expect((await store.put('db', 'one')).version).toBe('1');
    },
  );

  test('a condition that is refused although it holds ends after a few tries as ERR_UNSUPPORTED', async () => {
    server.answer = (request) =>
      opOf(request) === 'PutItem'
        ? jsonFailure(400, 'ConditionalCheckFailedException')
        : jsonAnswer({ Items: [], Count: 0 });
    await expect(backend.create(fakeRecord('db', 1), undefined)).rejects.toMatchObject({
      code: 'ERR_UNSUPPORTED',
      message: expect.stringContaining('although nobody else has written') as unknown,
    });
    expect(server.asked.filter((request) => opOf(request) === 'PutItem')).toHaveLength(4);
  });

  test.each(DOCUMENTED.map(([status, type]) => [status, type] as const))(
    'DescribeContinuousBackups × %i %s: what is gone is gone, and what may be restored is said',
    async (status, type) => {
      server.answer = (request) =>
        opOf(request) === 'DescribeContinuousBackups' ? jsonFailure(status, type) : healthy(request);
      expect(await backend.purge(db, undefined)).toBe(
        'if point-in-time recovery is on, it can restore the values for up to 35 days',
      );
    },
  );

  test('a condition that does not hold any more is ERR_CONFLICT', async () => {
    server.answer = (request) =>
      opOf(request) === 'PutItem' ? jsonFailure(400, 'ConditionalCheckFailedException') : healthy(request);
    await expect(backend.create(fakeRecord('db', 1), undefined)).rejects.toMatchObject({
      code: 'ERR_CONFLICT',
    });
  });
});

describe('a 200 that is not the answer', () => {
  test.each(ALL.flatMap((name) => NO_ANSWERS.map(([what, body]) => [name, what, body] as const)))(
    '%s × %s is ERR_UNAVAILABLE',
    async (name, _, body) => {
      // Whatever stands in the place of DynamoDB answers everything so.
      server.answer = () => ({ status: 200, headers: { 'content-type': 'text/html' }, body });
      await expect(OPERATIONS[name][1]()).rejects.toMatchObject({
        code: 'ERR_UNAVAILABLE',
        message: expect.stringMatching(/what came is not an answer of DynamoDB/u) as unknown,
      });
    },
  );

  test.each([
    ['no Count', { Items: [row] }],
    ['a Count that is no number', { Items: [row], Count: 'one' }],
    ['fewer rows than it counts', { Items: [row], Count: 2 }],
    ['Items that are no list', { Items: 'rows', Count: 1 }],
    ['Items that are a map', { Items: { 0: row }, Count: 1 }],
    ['a row that is null', { Items: [null], Count: 1 }],
    ['a row that is text', { Items: ['row'], Count: 1 }],
    ['an attribute that is text', { Items: [{ ...row, data: 'text' }], Count: 1 }],
    ['an attribute of a wrong type', { Items: [{ ...row, data: { S: 5 } }], Count: 1 }],
    ['a key to go on from that is none', { Items: [row], Count: 1, LastEvaluatedKey: 'on' }],
    [
      'the same page for ever',
      { Items: [row], Count: 1, LastEvaluatedKey: { name: row.name, version: row.version } },
    ],
  ])('a page with %s is a typed failure, never a part of the rows', async (_, page) => {
    for (const name of ['Query of the versions', 'Scan'] as const) {
      await expect(given(name, jsonAnswer(page))).rejects.toMatchObject({
        code: expect.stringMatching(/^ERR_(?:UNAVAILABLE|INTEGRITY)$/u) as unknown,
      });
    }
  });

  test('a row of another name than was asked for is ERR_UNAVAILABLE', async () => {
    const other = { ...row, name: { S: 'other' } };
    for (const [name, answer] of [
      ['Query of the newest', jsonAnswer({ Items: [other], Count: 1 })],
      ['Query of the versions', jsonAnswer({ Items: [other], Count: 1 })],
      ['GetItem', jsonAnswer({ Item: other })],
      // Of the right name and another version.
      ['GetItem', jsonAnswer({ Item: row })],
    ] as const) {
      await expect(given(name, answer)).rejects.toMatchObject({
        code: 'ERR_UNAVAILABLE',
        message: expect.stringContaining('not asked for') as unknown,
      });
    }
  });

  test('an Item that is no row is ERR_UNAVAILABLE', async () => {
    for (const Item of [
      'row',
      [],
      5,
      { name: 'db' },
      { ...row, version: { S: '7'.padStart(19, '0') }, data: { S: 5 } },
    ]) {
      await expect(given('GetItem', jsonAnswer({ Item }))).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
    }
  });

  describe('where no answer is numbered, what an empty one seems to say is seen in a query', () => {
    const old = { ...row, version: { S: '1'.padStart(19, '0') } };
    const stub = fakeStub('db', 1, 'pruned');
    const { version: _, ...marks } = stub.fields;
    const written = {
      ...{ name: old.name, version: old.version },
      ...Object.fromEntries(Object.entries(marks).map(([k, S]) => [k, { S }])),
    };
    const holding = (rows: readonly object[]): void => {
      server.answer = (request) => {
        const isQuery = opOf(request) === 'Query';
        const answer = jsonAnswer(isQuery ? { Items: rows, Count: rows.length } : {});
        return typeof answer === 'function' ? answer : { ...answer, headers: {} };
      };
    };
    const NOT_IT = {
      code: 'ERR_UNAVAILABLE',
      message: expect.stringMatching(/what came is not an answer of DynamoDB/u) as unknown,
    };

    test('a row that is there is read, one that is not is absent', async () => {
      holding([old]);
      expect((await backend.get(db, '1'))?.version).toBe('1');
      holding([]);
      expect(await backend.get(db, '1')).toBeUndefined();
    });

    test('a row that was not overwritten is a failure: its value is still there', async () => {
      holding([old]);
      await expect(backend.erase(stub)).rejects.toMatchObject(NOT_IT);
      holding([]);
      await expect(backend.erase(stub)).rejects.toMatchObject(NOT_IT);
      holding([written]);
      await backend.erase(stub);
    });

    test('a row that was not removed is a failure', async () => {
      holding([old]);
      await expect(backend.remove({ name: db, version: '1' })).rejects.toMatchObject(NOT_IT);
      holding([]);
      await backend.remove({ name: db, version: '1' });
    });
  });

  test('an empty description of the backups does not say that there are none', async () => {
    expect(await backend.purge(db, undefined)).toContain('if point-in-time recovery is on');
  });
});
