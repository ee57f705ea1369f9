import {
  CreateTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  ListTagsOfResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  type DynamoDBClient,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { setUpTable, type TableSetup } from '../../src/setup/table.js';
import type { SetupStep } from '../../src/setup/steps.js';
import { dynaliteUrl, enforceIam, makeTable, makeUser, startMoto } from '../emulators/servers.js';
import { caught } from '../support/caught.js';
import { dynamodbClient } from '../support/dynamodb-client.js';
import { killedAtEach, killedClient } from '../support/killed-client.js';

let moto: Awaited<ReturnType<typeof startMoto>>;
let client: DynamoDBClient;

beforeAll(async () => {
  moto = await startMoto({ iam: true });
  client = dynamodbClient(moto.url, { maxAttempts: 1 });
});
afterAll(async () => {
  client.destroy();
  await moto.stop();
});
beforeEach(() => moto.faults.clear());

function newName(): string {
  return `setup-${randomBytes(6).toString('hex')}`;
}

function options(table: string, o: Partial<TableSetup> = {}): TableSetup {
  const keys: TableSetup['keys'] = ['name', 'version'];
  return { client, table, region: 'us-east-1', keys, dryRun: false, tags: { team: 'a' }, ...o };
}

async function stateOf(TableName: string): Promise<unknown> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  const backups = await client.send(new DescribeContinuousBackupsCommand({ TableName }));
  const tags = await client.send(new ListTagsOfResourceCommand({ ResourceArn: Table?.TableArn }));
  const recovery = backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
  return {
    keys: Table?.KeySchema,
    types: Table?.AttributeDefinitions,
    billing: Table?.BillingModeSummary?.BillingMode,
    deletionProtection: Table?.DeletionProtectionEnabled,
    status: Table?.TableStatus,
    recovery: recovery?.PointInTimeRecoveryStatus,
    tags: Object.fromEntries((tags.Tags ?? []).map(({ Key, Value }) => [Key, Value])),
  };
}

const COMPLETE = {
  keys: [
    { AttributeName: 'name', KeyType: 'HASH' },
    { AttributeName: 'version', KeyType: 'RANGE' },
  ],
  types: [
    { AttributeName: 'name', AttributeType: 'S' },
    { AttributeName: 'version', AttributeType: 'S' },
  ],
  billing: 'PAY_PER_REQUEST',
  deletionProtection: true,
  status: 'ACTIVE',
  recovery: 'ENABLED',
  tags: { team: 'a', 'lazycred:setup': 'done' },
};

const READS = /\.(?:Describe|List)/u;

async function writes(): Promise<string[]> {
  return (await moto.faults.calls()).map((c) => c.target ?? '').filter((target) => !READS.test(target));
}

const actions = (steps: readonly SetupStep[]): string[] => steps.map((s) => `${s.action} ${s.what}`);

test('a table that is missing is made with all safeguards; a second time nothing is', async () => {
  const table = newName();
  expect(await setUpTable(options(table))).toEqual([
    {
      what: `table ${table}`,
      action: 'make',
      detail:
        'keys name and version, on demand, point-in-time recovery (35 days), protected from deletion, in us-east-1',
      cost: expect.stringContaining('0.25 USD per GB'),
    },
  ]);
  expect(await stateOf(table)).toEqual(COMPLETE);
  await moto.faults.clear();
  expect(await setUpTable(options(table))).toEqual([
    {
      what: `table ${table}`,
      action: 'none',
      detail: 'exists: on demand, point-in-time recovery, protected from deletion',
      cost: '',
    },
  ]);
  expect(await writes()).toEqual([]);
});

test('a dry run writes nothing', async () => {
  const table = newName();
  const steps = await setUpTable(options(table, { dryRun: true }));
  expect(actions(steps)).toEqual([`make table ${table}`]);
  expect(await setUpTable(options(table, { dryRun: true }))).toEqual(steps);
  expect(await writes()).toEqual([]);
});

test('killed after each request in turn and run again, it ends the same', async () => {
  let table = '';
  const kills = await killedAtEach(
    (at) => {
      table = newName();
      return setUpTable(options(table, { client: killedClient(client, at) }));
    },
    async () => {
      await setUpTable(options(table));
      expect(await stateOf(table)).toEqual(COMPLETE);
      await moto.faults.clear();
      expect(actions(await setUpTable(options(table)))).toEqual([`none table ${table}`]);
      expect(await writes()).toEqual([]);
    },
  );
  expect(kills).toBe(5);
});

test('with a dry run after a kill, it says that it would finish', async () => {
  const table = newName();
  await setUpTable(options(table, { client: killedClient(client, 2) })).catch(() => undefined);
  await moto.faults.clear();
  const [step] = await setUpTable(options(table, { dryRun: true }));
  expect(step).toMatchObject({
    action: 'change',
    detail: expect.stringMatching(/^finish what an interrupted/u),
  });
  expect(await writes()).toEqual([]);
});

test('two at once, and six, end with the same table', async () => {
  for (const n of [2, 6]) {
    const table = newName();
    const all = await Promise.all(Array.from({ length: n }, () => setUpTable(options(table))));
    expect(all).toHaveLength(n);
    expect(await stateOf(table)).toEqual(COMPLETE);
  }
});

test('waits while AWS is not done: creating, and enabling backups', async () => {
  const table = newName();
  await moto.faults.inject({
    target: 'DynamoDB.UpdateContinuousBackups',
    times: 2,
    status: 400,
    code: 'ContinuousBackupsUnavailableException',
  });
  await setUpTable(options(table));
  expect(await stateOf(table)).toEqual(COMPLETE);
  const tries = (await moto.faults.calls()).filter((c) => c.target === 'DynamoDB.UpdateContinuousBackups');
  expect(tries).toHaveLength(3);
});

test('a table that somebody made is never changed, and what it lacks is told with the command', async () => {
  const table = await makeTable(moto.url);
  await moto.faults.clear();
  const steps = await setUpTable(options(table));
  expect(steps).toEqual([
    { what: `table ${table}`, action: 'none', detail: 'exists: on demand', cost: '' },
    {
      what: `point-in-time recovery of table ${table}`,
      action: 'none',
      detail: `off; on with: aws dynamodb update-continuous-backups --table-name ${table} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true --region us-east-1`,
      cost: '',
    },
    {
      what: `deletion protection of table ${table}`,
      action: 'none',
      detail: `off; on with: aws dynamodb update-table --table-name ${table} --deletion-protection-enabled --region us-east-1`,
      cost: '',
    },
  ]);
  expect(await writes()).toEqual([]);
});

describe('a global table', () => {
  const replicas = [{ RegionName: 'us-west-2' }, { RegionName: 'eu-west-1' }, { RegionName: 'us-east-1' }];
  /** DynamoDB's own description of a table, with what it says of a global one. */
  const described = (more: Partial<TableDescription>): TableSetup['client'] => {
    const send = async (command: Parameters<DynamoDBClient['send']>[0], o?: object): Promise<unknown> => {
      const answer = await client.send(command, o);
      if ('Table' in answer) Object.assign(answer.Table ?? {}, more);
      return answer;
    };
    return { send: send as DynamoDBClient['send'] };
  };

  test.each([
    ['says nothing of its consistency', undefined],
    ['is eventually consistent', 'EVENTUAL'],
  ] as const)('that %s is warned of, with the regions', async (_, MultiRegionConsistency) => {
    const table = await makeTable(moto.url);
    const global = described({
      Replicas: replicas,
      ...(MultiRegionConsistency && { MultiRegionConsistency }),
    });
    const [, warning] = await setUpTable(options(table, { client: global }));
    expect(warning).toEqual({
      what: `consistency of the global table ${table}`,
      action: 'none',
      detail: expect.stringMatching(
        /^eventual, with eu-west-1, us-west-2: .* write in one region alone/u,
      ) as unknown,
      cost: '',
    });
  });

  test.each([
    ['is strongly consistent', { Replicas: replicas, MultiRegionConsistency: 'STRONG' }],
    ['has this region alone', { Replicas: replicas.slice(2) }],
  ] as const)('that %s is not', async (_, more) => {
    const table = await makeTable(moto.url);
    const steps = await setUpTable(options(table, { client: described(more) }));
    expect(steps.filter(({ what }) => what.startsWith('consistency'))).toEqual([]);
  });
});

test('on a service without tags and backups (DynamoDB local) the table is made, and what is missing is said', async () => {
  const table = newName();
  for (const operation of ['TagResource', 'UpdateContinuousBackups']) {
    const fault = { status: 400, code: 'UnknownOperationException', times: 1000 };
    await moto.faults.inject({ target: `DynamoDB.${operation}`, ...fault });
  }
  const [made] = await setUpTable(options(table));
  expect(made).toMatchObject({
    action: 'make',
    detail: expect.stringContaining(
      '; this server does not offer dynamodb:UpdateContinuousBackups, dynamodb:TagResource',
    ) as unknown,
  });
});

test('a safeguard that was taken off later on purpose stays off', async () => {
  const TableName = newName();
  await setUpTable(options(TableName));
  await client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false }));
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: false };
  await client.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
  await moto.faults.clear();
  expect((await setUpTable(options(TableName))).map((s) => s.action)).toEqual(['none', 'none', 'none']);
  expect(await writes()).toEqual([]);
});

test('a table with other keys is ERR_CONFIG', async () => {
  const TableName = newName();
  await client.send(
    new CreateTableCommand({
      TableName,
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  const e = await caught(setUpTable(options(TableName)), 'ERR_CONFIG');
  expect(e.message).toBe(
    `the table "${TableName}" exists and has other keys than the strings name (hash) and version (range)`,
  );
});

test("cloudchain's table has keys of its own, and is no table for other records", async () => {
  const table = newName();
  const keys = ['Service', 'Username'] as const;
  expect(actions(await setUpTable(options(table, { keys })))).toEqual([`make table ${table}`]);
  expect((await stateOf(table)) as { keys: unknown }).toMatchObject({
    keys: [
      { AttributeName: 'Service', KeyType: 'HASH' },
      { AttributeName: 'Username', KeyType: 'RANGE' },
    ],
  });
  expect(actions(await setUpTable(options(table, { keys })))).toEqual([`none table ${table}`]);
  await caught(setUpTable(options(table)), 'ERR_CONFIG');
});

test('on a service without backups (dynalite), the table is made all the same', async () => {
  const other = dynamodbClient(dynaliteUrl(), { maxAttempts: 1 });
  const table = newName();
  expect(actions(await setUpTable(options(table, { client: other })))).toEqual([`make table ${table}`]);
  const steps = await setUpTable(options(table, { client: other }));
  expect(steps.every((s) => s.action === 'none')).toBe(true);
  other.destroy();
});

describe('a permission that is missing is named', () => {
  const ALL = [
    'DescribeTable',
    'CreateTable',
    'DescribeContinuousBackups',
    'UpdateContinuousBackups',
    'ListTagsOfResource',
    'TagResource',
  ].map((action) => `dynamodb:${action}`);

  // moto checks no more of DynamoDB than this needs.
  test.each(['dynamodb:DescribeTable', 'dynamodb:CreateTable', 'dynamodb:UpdateContinuousBackups'])(
    '%s',
    async (missing) => {
      const statement = { Effect: 'Allow', Action: ALL.filter((a) => a !== missing), Resource: '*' };
      const credentials = await makeUser(moto.url, [statement]);
      const user = dynamodbClient(moto.url, { maxAttempts: 1, credentials });
      const table = newName();
      await enforceIam(moto.url, true);
      try {
        const e = await caught(setUpTable(options(table, { client: user })), 'ERR_ACCESS');
        expect(e.message).toBe(`not allowed to ${missing} on table ${table}`);
        expect(e.hint).toContain(missing);
      } finally {
        await enforceIam(moto.url, false);
        user.destroy();
      }
    },
  );
});
