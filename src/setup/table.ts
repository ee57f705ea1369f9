import {
  CreateTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  ListTagsOfResourceCommand,
  TagResourceCommand,
  UpdateContinuousBackupsCommand,
  type CreateTableCommandInput,
  type DynamoDBClient,
  type TableDescription,
  type Tag,
} from '@aws-sdk/client-dynamodb';
import { LazycredError } from '../errors.js';
import { quote } from '../text/printable.js';
import { ask, settle, type CallFor, type SendOptions } from './request.js';
import { DONE, STATE_TAG, tagList, tagOf, UNFINISHED, type SetupRun, type SetupStep } from './steps.js';
import type { TableKeys } from '../backends/dynamodb/table-keys.js';

/** The table that a store needs, and how to reach it. */
export interface TableSetup extends SetupRun {
  /** Stays open. */
  readonly client: Pick<DynamoDBClient, 'send'>;
  readonly table: string;
  /** The client's region, in which the table is made. */
  readonly region: string;
  readonly keys: TableKeys;
  /** It is named by its ARN, and may be another account's, where nothing is made. */
  readonly mustExist?: boolean;
}

/** Standard table class, on demand; AWS's price pages as of July 2025. */
const COST =
  'about 0.25 USD per GB and month beyond the first 25 GB of the account, 0.20 more for point-in-time recovery, and per million 0.625 USD for writes of 1 KB, 0.125 for reads of 4 KB (us-east-1, July 2025)';

const MADE = 'on demand, point-in-time recovery (35 days), protected from deletion' as const;

interface TableState {
  readonly table: TableDescription;
  /** Undefined where the service offers none. */
  readonly recovery: boolean | undefined;
  readonly tags: readonly Tag[];
}

/**
 * Makes the table (two string keys, on demand, point-in-time recovery, deletion
 * protection) and waits until it can be used, or finishes the one that an interrupted set-up left;
 * any other is only described. ADR 8 says how they are told apart.
 *
 * @throws ERR_ACCESS naming a missing permission; ERR_CONFIG when the table has other keys;
 *   ERR_CONFLICT while it is being deleted; ERR_UNAVAILABLE
 */
export async function setUpTable(o: TableSetup): Promise<SetupStep[]> {
  const location = `dynamodb://${o.table}`;
  const what = `table ${o.table}`;
  const call: CallFor = (permission) => ({
    service: `DynamoDB in ${o.region}`,
    permission,
    what,
    location,
    signal: o.signal,
  });
  const found = await tableState(o, call);
  if (found !== undefined) checkKeys(found.table, o, location);
  if (found !== undefined && tagOf(found.tags, STATE_TAG) !== UNFINISHED) return describe(o, found);
  if (found === undefined && o.mustExist === true) throw absent(o, location);
  let lacking: readonly string[] = [];
  if (!o.dryRun) {
    if (found === undefined && (await create(o, call)) === 'there') return setUpTable(o);
    lacking = await finish(o, call);
  }
  const lacks = lacking.length === 0 ? '' : `; this server does not offer ${lacking.join(', ')}`;
  const detail = `keys ${o.keys.join(' and ')}, ${MADE}, in ${o.region}${lacks}`;
  return [
    found === undefined
      ? { what, action: 'make', detail, cost: COST }
      : { what, action: 'change', detail: `finish what an interrupted set-up began: ${detail}`, cost: COST },
  ];
}

async function tableState(o: TableSetup, call: CallFor): Promise<TableState | undefined> {
  const table = await describeTable(o, call);
  if (table === undefined) return undefined;
  const TableName = o.table;
  // While a table is made it has no backups yet: off, and looked at again by who goes on.
  const [backups, tags] = await Promise.all([
    ask(
      call('dynamodb:DescribeContinuousBackups'),
      (options) => o.client.send(new DescribeContinuousBackupsCommand({ TableName }), options),
      { UnknownOperationException: 'not offered', TableNotFoundException: 'off' },
    ),
    tagsOf(o, call, table.TableArn),
  ]);
  const status =
    typeof backups === 'string'
      ? undefined
      : backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
  return { table, recovery: backups === 'not offered' ? undefined : status === 'ENABLED', tags };
}

async function describeTable(o: TableSetup, call: CallFor): Promise<TableDescription | undefined> {
  const answer = await ask(
    call('dynamodb:DescribeTable'),
    (options) => o.client.send(new DescribeTableCommand({ TableName: o.table }), options),
    { ResourceNotFoundException: 'absent' },
  );
  return answer === 'absent' ? undefined : answer.Table;
}

async function tagsOf(o: TableSetup, call: CallFor, ResourceArn: string | undefined): Promise<Tag[]> {
  const tags: Tag[] = [];
  for (let NextToken: string | undefined; ;) {
    const input = { ResourceArn, ...(NextToken === undefined ? {} : { NextToken }) };
    const page = await ask(
      call('dynamodb:ListTagsOfResource'),
      (options) => o.client.send(new ListTagsOfResourceCommand(input), options),
      // A table that is a moment old; it has our tags once they can be read.
      { ResourceNotFoundException: 'none', UnknownOperationException: 'none' },
    );
    if (page === 'none') return tags;
    tags.push(...(page.Tags ?? []));
    if (page.NextToken === undefined) return tags;
    NextToken = page.NextToken;
  }
}

async function create(o: TableSetup, call: CallFor): Promise<'made' | 'there'> {
  const input: CreateTableCommandInput = {
    TableName: o.table,
    AttributeDefinitions: o.keys.map((AttributeName) => ({
      AttributeName,
      AttributeType: 'S',
    })),
    KeySchema: [
      { AttributeName: o.keys[0], KeyType: 'HASH' },
      { AttributeName: o.keys[1], KeyType: 'RANGE' },
    ],
    BillingMode: 'PAY_PER_REQUEST',
    DeletionProtectionEnabled: true,
    Tags: tagList({ ...o.tags, [STATE_TAG]: UNFINISHED }),
  };
  const request = { ...call('dynamodb:CreateTable'), also: 'dynamodb:TagResource' };
  const answer = await ask(request, (options) => o.client.send(new CreateTableCommand(input), options), {
    ResourceInUseException: 'there',
  });
  if (answer !== 'there') return 'made';
  // Another set-up's, or our own request that was sent twice: the table's tags tell.
  await settle(call(''), async () => (await describeTable(o, call)) ?? 'again');
  return 'there';
}

/** @returns the permissions whose requests this server doesn't know: what it can't do can't be finished */
async function finish(o: TableSetup, call: CallFor): Promise<readonly string[]> {
  const TableName = o.table;
  const arn = await settle(call(''), async () => {
    const table = await describeTable(o, call);
    // Reads may lag behind the creation.
    if (table === undefined || table.TableStatus !== 'ACTIVE') return 'again';
    return table.TableArn ?? '';
  });
  const lacking: string[] = [];
  const send = async (
    permission: string,
    request: (options: SendOptions) => Promise<unknown>,
    expected: Readonly<Record<string, 'again'>>,
  ): Promise<void> => {
    const answers = { ...expected, UnknownOperationException: 'not offered' } as const;
    const answer = await settle(call(''), () => ask(call(permission), request, answers));
    if (answer === 'not offered') lacking.push(permission);
  };
  const recover = new UpdateContinuousBackupsCommand({
    TableName,
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  });
  // The answer to a table that is a moment old: "backups are being enabled, retry later".
  const notYet = { ContinuousBackupsUnavailableException: 'again', TableNotFoundException: 'again' } as const;
  await send('dynamodb:UpdateContinuousBackups', (options) => o.client.send(recover, options), notYet);
  const mark = new TagResourceCommand({ ResourceArn: arn, Tags: [{ Key: STATE_TAG, Value: DONE }] });
  const beingChanged = { ResourceInUseException: 'again', ResourceNotFoundException: 'again' } as const;
  await send('dynamodb:TagResource', (options) => o.client.send(mark, options), beingChanged);
  return lacking;
}

function absent({ table, region }: TableSetup, location: string): LazycredError {
  return new LazycredError('ERR_CONFIG', `the table ${quote(table)} does not exist in ${region}`, {
    location,
    hint: 'a table that is named by its ARN is only looked at: make it in its own account, or name it without ARN',
  });
}

function checkKeys(table: TableDescription, o: TableSetup, location: string): void {
  const { table: name } = o;
  const [hash, range] = o.keys;
  if (table.TableStatus === 'DELETING') {
    throw new LazycredError('ERR_CONFLICT', `the table ${quote(name)} is being deleted`, {
      location,
      hint: 'run the set-up again when it is gone',
    });
  }
  const keys = (table.KeySchema ?? []).map(({ AttributeName, KeyType }) => {
    const type = table.AttributeDefinitions?.find((a) => a.AttributeName === AttributeName)?.AttributeType;
    return `${KeyType} ${AttributeName} (${type})`;
  });
  if (keys.join() === `HASH ${hash} (S),RANGE ${range} (S)`) return;
  throw new LazycredError(
    'ERR_CONFIG',
    `the table ${quote(name)} exists and has other keys than the strings ${hash} (hash) and ${range} (range)`,
    { location, hint: 'choose another name for the table: keys can not be changed' },
  );
}

/** What an existing table is, with a step for each safeguard that it lacks. */
function describe(o: TableSetup, { table, recovery }: TableState): SetupStep[] {
  const lacks: SetupStep[] = [];
  const lack = (of: string, command: string): void => {
    const detail = `off; on with: aws dynamodb ${command} --region ${o.region}`;
    lacks.push({ what: `${of} of table ${o.table}`, action: 'none', detail, cost: '' });
  };
  const is: string[] = [];
  if (table.BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST') is.push('on demand');
  if (recovery === true) is.push('point-in-time recovery');
  if (recovery === false) {
    const options = '--point-in-time-recovery-specification PointInTimeRecoveryEnabled=true';
    lack('point-in-time recovery', `update-continuous-backups --table-name ${o.table} ${options}`);
  }
  if (table.DeletionProtectionEnabled === true) is.push('protected from deletion');
  else lack('deletion protection', `update-table --table-name ${o.table} --deletion-protection-enabled`);
  const detail = is.length === 0 ? 'exists' : `exists: ${is.join(', ')}`;
  return [{ what: `table ${o.table}`, action: 'none', detail, cost: '' }, ...replicated(o, table), ...lacks];
}

/** A warning where writers in two regions lose each other's values: a condition is checked in one region alone. */
function replicated(o: TableSetup, table: TableDescription): SetupStep[] {
  const others = (table.Replicas ?? []).flatMap(({ RegionName }) =>
    RegionName === undefined || RegionName === o.region ? [] : [RegionName],
  );
  // Absent means eventual (API reference, "TableDescription").
  if (others.length === 0 || table.MultiRegionConsistency === 'STRONG') return [];
  const detail = `eventual, with ${others.sort().join(', ')}: of writes in two regions under one name the later one replaces the other, unseen; write in one region alone, or make the table anew with multi-region strong consistency`;
  return [{ what: `consistency of the global table ${o.table}`, action: 'none', detail, cost: '' }];
}
