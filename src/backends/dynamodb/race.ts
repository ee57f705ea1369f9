import { randomBytes } from 'node:crypto';
import { PutItemCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { raceWriters, type RaceGround } from '../../aws/racing-writers.js';
import { isLazycredError, LazycredError } from '../../errors.js';
import { OWN_PREFIX } from '../../record/names.js';
import { padVersion } from '../../record/versions.js';
import type { TableKeys } from './table-keys.js';
import { DynamoDBTable, type DynamoDBBackendOptions } from './table.js';

/** A table whose server is tried. */
export interface TableRaceOptions {
  /** Stays open. */
  readonly client: DynamoDBBackendOptions['client'];
  readonly table: string;
  readonly keys: TableKeys;
  /** For messages. */
  readonly region: string;
}

const TEXT = 'probe';
const HINT = 'use DynamoDB itself, or a server whose conditional writes are atomic (docs/servers.md)';

/**
 * Tries with racing writers whether the server's conditional writes are atomic, on rows whose hash key is
 * `.lazycred/.lazycred/probe-<random>`, which is no secret's name; they are removed.
 *
 * @throws ERR_UNSUPPORTED when they are not; ERR_ACCESS, ERR_CONFIG, ERR_UNAVAILABLE
 */
export async function raceForRows(o: TableRaceOptions, signal?: AbortSignal): Promise<void> {
  const table = new DynamoDBTable(o, o.keys);
  const newGround = (): RaceGround =>
    groundOf(table, o.keys, `${OWN_PREFIX}probe-${randomBytes(8).toString('hex')}`);
  await raceWriters(
    { service: `DynamoDB in ${o.region}`, location: table.location, hint: HINT },
    newGround,
    signal,
  );
}

function groundOf(table: DynamoDBTable, [hash, range]: TableKeys, name: string): RaceGround {
  const key = { [hash]: { S: name }, [range]: { S: padVersion('1') } };
  let seen: AttributeValue | undefined;
  const write = async (text: string, condition: object): Promise<boolean> => {
    const item = { ...key, [TEXT]: { S: text } };
    const put = new PutItemCommand({ TableName: table.name, Item: item, ...condition });
    const conflict = (cause: unknown) =>
      new LazycredError('ERR_CONFLICT', 'the condition is not met', { cause });
    try {
      await table.send({ action: 'write', name, conflict }, (client) => client.send(put));
      return true;
    } catch (e) {
      if (isLazycredError(e, 'ERR_CONFLICT')) return false;
      throw e;
    }
  };
  return {
    place: `the row ${name} of the table ${table.name}`,
    create: (text) =>
      write(text, {
        ConditionExpression: 'attribute_not_exists(#key)',
        ExpressionAttributeNames: { '#key': hash },
      }),
    overwrite: (text) =>
      write(text, {
        ConditionExpression: '#text = :seen',
        ExpressionAttributeNames: { '#text': TEXT },
        ExpressionAttributeValues: { ':seen': seen },
      }),
    async read() {
      seen = (await table.get(key, name, {}))?.[TEXT];
      return seen?.S;
    },
    remove: () => table.remove(key, name, {}),
  };
}
