import {
  DescribeContinuousBackupsCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient, QueryCommandInput } from '@aws-sdk/client-dynamodb';
import type { Backend, CallOptions, ListOptions } from '../backend.js';
import { LazycredError } from '../errors.js';
import { quote, unpadVersion, versionNumber } from '../record.js';
import type { Listed, SecretName, StoredRecord } from '../record.js';
import { failureShape, serviceError } from '../service-errors.js';
import {
  HASH_KEY,
  HISTORY_ATTRIBUTES,
  NAMES_ATTRIBUTES,
  RANGE_KEY,
  compareBytes,
  fitsKeys,
  fromRow,
  keysOf,
  listedOf,
  rangeKey,
  storedKey,
  toRow,
  type Row,
} from './dynamodb-rows.js';

interface HttpHandlerOptions {
  abortSignal?: AbortSignal;
}

/** Longest window of point-in-time recovery (DynamoDB Developer Guide, "Point-in-time backups"). */
const MAX_RECOVERY_DAYS = 35;

/** Settings of a {@link DynamoDBBackend}. */
export interface DynamoDBBackendOptions {
  /** Destroyed by {@link DynamoDBBackend.close}. */
  readonly client: Pick<DynamoDBClient, 'send' | 'destroy'>;
  /** A table with the string keys `name` (hash) and `version` (range). */
  readonly table: string;
  /** The client's region, for messages. */
  readonly region?: string | undefined;
  /** Most rows that a listing asks for at once; DynamoDB's own limit (1 MB) by default. */
  readonly pageSize?: number | undefined;
}

/**
 * Keeps records as rows of a DynamoDB table with CredStash's schema: hash key `name`, range key
 * `version` (19 digits), one string attribute a field.
 *
 * Every read is consistent. `get` is one request, so is `create` (a put on condition that there is no
 * such row); `base` is none. A listing of names reads the whole table: DynamoDB charges for the
 * values, too, although they are not sent.
 *
 * Limits: an item of 400 KB (ERR_USAGE beyond), that is about 300,000 bytes of value. Failures:
 * ERR_CONFIG (no such table, or one with other keys), ERR_ACCESS, ERR_UNAVAILABLE; ERR_INTEGRITY for
 * a row that can't be a record.
 *
 * @example
 * const client = new DynamoDBClient({ region: 'eu-west-1' });
 * const backend = new DynamoDBBackend({ client, table: 'credential-store', region: 'eu-west-1' });
 * const newest = await backend.get(parseName('db'));
 */
export class DynamoDBBackend implements Backend {
  readonly location: string;
  readonly #client: Pick<DynamoDBClient, 'send' | 'destroy'>;
  readonly #table: string;
  readonly #region: string | undefined;
  readonly #pageSize: number | undefined;
  #closed = false;

  constructor(options: DynamoDBBackendOptions) {
    this.#client = options.client;
    this.#table = options.table;
    this.#region = options.region;
    this.#pageSize = options.pageSize;
    this.location = `dynamodb://${options.table}`;
  }

  async get(name: SecretName, version?: string, o: CallOptions = {}): Promise<StoredRecord | undefined> {
    this.#begin(o.signal);
    // What can't be a key was never stored, and would be refused as a malformed request.
    if (!fitsKeys(name, version === undefined ? '0' : rangeKey(version))) return undefined;
    const row = version === undefined ? await this.#newest(name, o) : await this.#row(name, version, o);
    return row && fromRow(row, this.location);
  }

  /** The newest record's number, without I/O. */
  async base(name: SecretName, newest: StoredRecord | undefined, o: CallOptions = {}): Promise<number> {
    this.#begin(o.signal);
    if (newest === undefined) return 0;
    const key = storedKey(newest);
    const number = versionNumber(unpadVersion(key) ?? '');
    if (number !== undefined) return number;
    throw new LazycredError(
      'ERR_CONFLICT',
      `no number can follow the newest row, whose version is ${quote(key)}`,
      {
        name,
        location: this.location,
        hint: 'another tool wrote that row: copy its value to a new name, or remove the row',
      },
    );
  }

  /**
   * One conditional put. That `after` still is the newest follows from the numbers: whoever came
   * between has taken the one after it.
   */
  async create(record: StoredRecord, after: StoredRecord | undefined, o: CallOptions = {}): Promise<void> {
    this.#begin(o.signal);
    const { name, version } = record;
    const item = toRow(record, this.location);
    if (after !== undefined && compareBytes(rangeKey(version), storedKey(after)) <= 0) {
      throw this.#conflict(record, `row ${quote(storedKey(after))} sorts after it`);
    }
    const put = new PutItemCommand({
      TableName: this.#table,
      Item: item,
      ConditionExpression: 'attribute_not_exists(#name)',
      ExpressionAttributeNames: { '#name': HASH_KEY },
    });
    try {
      await this.#client.send(put, abortable(o.signal));
    } catch (e) {
      if (o.signal?.aborted !== true && failureShape(e).name === 'ConditionalCheckFailedException') {
        throw this.#conflict(record, 'it exists', e);
      }
      throw this.#failure(e, 'write', name, o.signal);
    }
  }

  async erase(stub: StoredRecord, o: CallOptions = {}): Promise<void> {
    this.#begin(o.signal);
    const put = new PutItemCommand({ TableName: this.#table, Item: toRow(stub, this.location) });
    await this.#send('write', stub.name, o, (options) => this.#client.send(put, options));
  }

  /** A row's old bytes are gone from the table; point-in-time recovery can still bring the table back. */
  async purge(
    name: SecretName,
    _versions: readonly string[] | undefined,
    o: CallOptions = {},
  ): Promise<string | undefined> {
    this.#begin(o.signal);
    const describe = new DescribeContinuousBackupsCommand({ TableName: this.#table });
    try {
      const answer = await this.#send('describe the backups', name, o, (options) =>
        this.#client.send(describe, options),
      );
      const recovery = answer.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
      if (recovery?.PointInTimeRecoveryStatus !== 'ENABLED') return undefined;
      const days = recovery.RecoveryPeriodInDays ?? MAX_RECOVERY_DAYS;
      return `point-in-time recovery can restore the table with the values in it for ${days} more days`;
    } catch (e) {
      if (o.signal?.aborted === true) throw e;
      // Who may not ask, or a server that has no such thing: the values are gone from the table.
      return `if point-in-time recovery is on, it can restore the values for up to ${MAX_RECOVERY_DAYS} days`;
    }
  }

  async *list(o: ListOptions = {}): AsyncIterable<Listed> {
    this.#begin(o.signal);
    if (o.name !== undefined) {
      if (fitsKeys(o.name, '0')) yield* this.#listVersions(o.name, o);
      return;
    }
    for (const listed of await this.#listNames(o.prefix ?? '', o)) {
      o.signal?.throwIfAborted();
      yield listed;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#client.destroy();
  }

  async #newest(name: SecretName, o: CallOptions): Promise<Row | undefined> {
    const input = { ...this.#versionsOf(name), Limit: 1 };
    const { Items } = await this.#send('read', name, o, (options) =>
      this.#client.send(new QueryCommand(input), options),
    );
    return Items?.[0];
  }

  async #row(name: SecretName, version: string, o: CallOptions): Promise<Row | undefined> {
    const input = {
      TableName: this.#table,
      Key: { [HASH_KEY]: { S: name }, [RANGE_KEY]: { S: rangeKey(version) } },
      ConsistentRead: true,
    };
    const { Item } = await this.#send('read', name, o, (options) =>
      this.#client.send(new GetItemCommand(input), options),
    );
    return Item;
  }

  // A scan promises no order, so the newest of each name is known at its end only.
  async #listNames(prefix: string, o: CallOptions): Promise<readonly Listed[]> {
    const newest = new Map<string, { key: string; listed: Listed }>();
    const filter = prefix !== '' && {
      FilterExpression: 'begins_with(#name, :prefix)',
      ExpressionAttributeValues: { ':prefix': { S: prefix } },
    };
    const base = {
      TableName: this.#table,
      ConsistentRead: true,
      ...projection(NAMES_ATTRIBUTES),
      ...filter,
      Limit: this.#pageSize,
    };
    let start: Row | undefined;
    do {
      const page = await this.#send('list', undefined, o, (options) =>
        this.#client.send(new ScanCommand({ ...base, ExclusiveStartKey: start }), options),
      );
      for (const row of page.Items ?? []) {
        const { name, key } = keysOf(row, this.location);
        const seen = newest.get(name);
        if (seen === undefined || compareBytes(key, seen.key) > 0) {
          newest.set(name, { key, listed: listedOf(row, this.location) });
        }
      }
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
    return [...newest.values()].map(({ listed }) => listed).sort((a, b) => compareBytes(a.name, b.name));
  }

  async *#listVersions(name: SecretName, o: CallOptions): AsyncIterable<Listed> {
    const { ExpressionAttributeNames, ...projected } = projection(HISTORY_ATTRIBUTES);
    const base = { ...this.#versionsOf(name), ...projected, ExpressionAttributeNames, Limit: this.#pageSize };
    let start: Row | undefined;
    do {
      const page = await this.#send('list', name, o, (options) =>
        this.#client.send(new QueryCommand({ ...base, ExclusiveStartKey: start }), options),
      );
      for (const row of page.Items ?? []) {
        yield { ...listedOf(row, this.location), fields: fromRow(row, this.location).fields };
      }
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
  }

  /** The query for a name's rows, newest first. */
  #versionsOf(name: SecretName): QueryCommandInput {
    return {
      TableName: this.#table,
      KeyConditionExpression: '#name = :name',
      ExpressionAttributeNames: { '#name': HASH_KEY },
      ExpressionAttributeValues: { ':name': { S: name } },
      ScanIndexForward: false,
      ConsistentRead: true,
    };
  }

  #begin(signal: AbortSignal | undefined): void {
    if (this.#closed)
      throw new LazycredError('ERR_USAGE', 'the store is closed', { location: this.location });
    signal?.throwIfAborted();
  }

  async #send<T>(
    action: string,
    name: SecretName | undefined,
    { signal }: CallOptions,
    send: (options: HttpHandlerOptions) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    try {
      return await send(abortable(signal));
    } catch (e) {
      throw this.#failure(e, action, name, signal);
    }
  }

  #failure(
    e: unknown,
    action: string,
    name: SecretName | undefined,
    signal: AbortSignal | undefined,
  ): unknown {
    if (signal?.aborted !== true && failureShape(e).name === 'ResourceNotFoundException') {
      const where = this.#region === undefined ? '' : ` in ${this.#region}`;
      return new LazycredError('ERR_CONFIG', `table ${quote(this.#table)} does not exist${where}`, {
        name,
        location: this.location,
        hint: 'check the table and region (lazy config shows what is in force), or create the table',
        cause: e,
      });
    }
    const service = this.#region === undefined ? 'DynamoDB' : `DynamoDB in ${this.#region}`;
    return serviceError(e, { service, action, location: this.location, name, signal });
  }

  #conflict(record: StoredRecord, why: string, cause?: unknown): LazycredError {
    const message = `version ${quote(record.version)} can't be written: ${why}`;
    return new LazycredError('ERR_CONFLICT', message, { name: record.name, location: this.location, cause });
  }
}

function projection(attributes: readonly string[]): {
  ProjectionExpression: string;
  ExpressionAttributeNames: Record<string, string>;
} {
  return {
    ProjectionExpression: attributes.map((attribute) => `#${attribute}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(attributes.map((attribute) => [`#${attribute}`, attribute])),
  };
}

function abortable(signal: AbortSignal | undefined): HttpHandlerOptions {
  return signal === undefined ? {} : { abortSignal: signal };
}
