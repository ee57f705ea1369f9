/** Set-up lets writers race on a server that isn't AWS's, and refuses one that checks and writes in two steps. */
import '../support/preload-setup.js';
import { ListObjectVersionsCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { resolveConfig } from '../../src/config.js';
import { setUp, type SetupReport } from '../../src/setup.js';
import { dynaliteUrl, makeBucket, makeTable, motoUrl } from '../emulators/servers.js';
import { caught } from '../support/caught.js';
import { dynamodbClient } from '../support/dynamodb-client.js';
import { s3Client } from '../support/s3-client.js';
import { tempDir } from '../support/temp-dir.js';
import { twoStepServer, type TwoStepServer } from '../support/two-step-server.js';

const config = (store: string, endpoint: string) =>
  resolveConfig({ store, endpoint, region: 'us-east-1', key: `local:${join(tempDir(), 'key')}` });
const conditional = ({ steps }: SetupReport): readonly string[] =>
  steps.flatMap(({ what, detail }) => (what.startsWith('conditional writes') ? [`${what}: ${detail}`] : []));

const PROBE = String.raw`\.lazycred/\.lazycred/probe-[0-9a-f]{16}$`;

describe.each([
  ['s3://bucket/team/', `^team/${PROBE}`],
  ['dynamodb://table', `^${PROBE}`],
])('%s on another server than AWS', (store, place) => {
  let server: TwoStepServer;
  beforeAll(async () => {
    server = await twoStepServer();
  });
  afterAll(() => server.close());
  beforeEach(() => {
    server.create = 'at once';
    server.overwrite = 'at once';
  });
  const leavesNothing = (): void => {
    expect([...server.records]).toEqual([]);
    expect([...server.written].filter((key) => !new RegExp(place, 'u').test(key))).toEqual([]);
  };

  test('that writes at once is taken, and nothing of the trial is left', async () => {
    const report = await setUp(config(store, server.url));
    expect(conditional(report)).toEqual([]);
    expect(server.written.size).toBe(4);
    leavesNothing();
  });

  test.each([
    [
      'create',
      'in two steps',
      /: (?:[2-9]|1[0-6]) of 16 racing writers were told that they made the record$/u,
    ],
    [
      'overwrite',
      'in two steps',
      /: (?:[2-9]|1[0-6]) of 16 racing writers were told that they overwrote the record$/u,
    ],
    [
      'create',
      'and keeps the last',
      /: one of 16 racing writers was told that it wrote, and another one's record is kept$/u,
    ],
    [
      'overwrite',
      'and keeps the last',
      /: one of 16 racing writers was told that it wrote, and another one's record is kept$/u,
    ],
    ['create', 'never', /: in 4 rounds none of 16 racing writers was told that it wrote$/u],
    ['overwrite', 'never', /: in 4 rounds none of 16 racing writers was told that it wrote$/u],
  ] as const)(
    'where writers %s %s, is refused, and nothing of the trial is left',
    async (kind, manner, message) => {
      server[kind] = manner;
      const e = await caught(setUp(config(store, server.url)), 'ERR_UNSUPPORTED');
      expect(e.message).toMatch(message);
      expect(e.message).toMatch(/^the conditional writes of (?:S3|DynamoDB) in us-east-1 are not atomic, /u);
      leavesNothing();
    },
  );

  test('whose user may not write is told of as not tried', async () => {
    server.create = 'not allowed';
    expect(conditional(await setUp(config(store, server.url)))).toEqual([
      expect.stringMatching(/^conditional writes of (?:bucket|table) \w+: not tried .*AccessDenied/u),
    ]);
    leavesNothing();
  });

  test('is not written to by a dry run', async () => {
    server.create = 'in two steps';
    const before = server.asked.length;
    await setUp(config(store, server.url), { dryRun: true });
    const writes = server.asked
      .slice(before)
      .filter((asked) => /^(?:PUT|DELETE)$|Item$/u.test(asked.target || asked.method));
    expect(writes).toEqual([]);
  });
});

describe('real servers', () => {
  test('moto keeps what it says, and a versioned bucket nothing of the trial', async () => {
    const client = s3Client(motoUrl());
    const bucket = await makeBucket();
    const versioned = { Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' as const } };
    await client.send(new PutBucketVersioningCommand(versioned));
    await setUp(config(`s3://${bucket}/creds/`, motoUrl()));
    const left = await client.send(new ListObjectVersionsCommand({ Bucket: bucket }));
    client.destroy();
    expect([left.Versions ?? [], left.DeleteMarkers ?? []]).toEqual([[], []]);
  });

  test.each([
    ['moto', motoUrl],
    ['dynalite', dynaliteUrl],
  ])('%s keeps what it says of a table, which is empty after', async (_, url) => {
    const table = await makeTable(url());
    await setUp(config(`dynamodb://${table}`, url()));
    const client = dynamodbClient(url());
    expect((await client.send(new ScanCommand({ TableName: table }))).Count).toBe(0);
    client.destroy();
  });
});
