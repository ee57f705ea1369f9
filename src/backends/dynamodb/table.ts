import { isDeepStrictEqual } from 'node:util';
import {
  DeleteItemCommand,
  DescribeContinuousBackupsCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  type DynamoDBClient,
  type QueryCommandInput,
  type ScanCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { CallOptions } from '../../backend.js';
import { isLazycredError, LazycredError } from '../../errors.js';
import { refuseReserved, type SecretName } from '../../record/names.js';
import { quote } from '../../text/printable.js';
import { failureShape, notAnAnswer, serviceError } from '../../aws/service-errors.js';
import { MOST_REFUSALS, tryAgain } from '../../aws/try-again.js';
import { isAsked, isNumbered, isRow, rowsOf, type Asked, type Page } from './answers.js';
import type { TableKeys } from './table-keys.js';
import { otherKeys, type Row } from './rows.js';

/** Settings of a backend that keeps records in a DynamoDB table. */
export interface DynamoDBBackendOptions {
  /** Destroyed by `close`. */
  readonly client: Pick<DynamoDBClient, 'send' | 'destroy'>;
  readonly table: string;
  /** The client's region, for messages. */
  readonly region?: string | undefined;
  /** Most rows that a listing asks for at once; DynamoDB's own limit (1 MB) by default. */
  readonly pageSize?: number | undefined;
}

/** A request to a table, for its failures. */
export interface TableCall extends CallOptions {
  /** What can't be done, for messages: `read`. */
  readonly action: string;
  readonly name?: string | undefined;
  /** What to throw where a condition didn't hold. */
  readonly conflict?: (cause: unknown) => LazycredError;
}

interface HttpHandlerOptions {
  abortSignal?: AbortSignal;
}

/** Longest window of point-in-time recovery (DynamoDB Developer Guide, "Point-in-time backups"). */
const MAX_RECOVERY_DAYS = 35;

// Another request on the same rows was under way, in another region or in a transaction (API reference,
// "Errors" of PutItem and DeleteItem).
const UNDER_WAY: ReadonlySet<string> = new Set([
  'ReplicatedWriteConflictException',
  'TransactionConflictException',
]);
const isUnderWay = (e: unknown): boolean => UNDER_WAY.has(failureShape(e).name);
const LOST = 'ConditionalCheckFailedException';

/** DynamoDB's words for a request whose keys aren't the table's: of Query, of GetItem and DeleteItem, of PutItem. */
const OTHER_KEYS = /key schema element|key element does not match|Missing the key/u;

/** One table: its requests, with their failures translated, and its pages as one sequence. */
export class DynamoDBTable {
  readonly name: string;
  readonly location: string;
  readonly client: DynamoDBBackendOptions['client'];
  readonly #keys: TableKeys;
  readonly #region: string | undefined;
  readonly #pageSize: number | undefined;
  #closed = false;

  /** @param keys that the table is to have */
  constructor(options: DynamoDBBackendOptions, keys: TableKeys) {
    this.#keys = keys;
    this.name = options.table;
    this.location = `dynamodb://${options.table}`;
    this.client = options.client;
    this.#region = options.region;
    this.#pageSize = options.pageSize;
  }

  /** @throws ERR_USAGE once closed; the reason of an aborted signal */
  begin(signal: AbortSignal | undefined): void {
    if (this.#closed)
      throw new LazycredError('ERR_USAGE', 'the store is closed', { location: this.location });
    signal?.throwIfAborted();
  }

  /** Sends a request. */
  async send<T>(
    call: TableCall,
    request: (client: DynamoDBBackendOptions['client'], options: HttpHandlerOptions) => Promise<T>,
  ): Promise<T> {
    const { signal, conflict } = call;
    const send = (): Promise<T> => {
      signal?.throwIfAborted();
      return request(this.client, signal === undefined ? {} : { abortSignal: signal });
    };
    try {
      // Who writes under a condition looks again first.
      return await (conflict === undefined ? tryAgain(signal, isUnderWay, send) : send());
    } catch (e) {
      const lost = failureShape(e).name === LOST || isUnderWay(e);
      if (lost && conflict !== undefined && signal?.aborted !== true) throw conflict(e);
      throw this.#failure(e, call);
    }
  }

  /**
   * Writes a row under a condition.
   *
   * @param holds whether the condition holds, as read now
   * @throws `conflict`; ERR_UNSUPPORTED when the server goes on refusing although the condition holds
   */
  async putIf(
    put: PutItemCommand,
    call: TableCall & Required<Pick<TableCall, 'conflict'>>,
    holds: () => Promise<boolean>,
  ): Promise<void> {
    for (let refusals = 1; ; refusals++) {
      try {
        const answer = await this.send(call, (client, options) => client.send(put, options));
        // Whether it was written is not known then: who writes a version looks again.
        if (!isNumbered(answer)) throw this.#notDynamoDB(call, 'it carries no request id');
        return;
      } catch (e) {
        const { cause } = e as { cause?: unknown };
        if (!isLazycredError(e, 'ERR_CONFLICT') || failureShape(cause).name !== LOST) throw e;
        if (!(await holds())) throw e;
        if (refusals < MOST_REFUSALS) continue;
        const message = `${this.#service} refuses again and again a write whose condition holds, although nobody else has written`;
        throw new LazycredError('ERR_UNSUPPORTED', message, {
          name: call.name,
          location: this.location,
          hint: 'a proxy, or a server without conditional writes: reach DynamoDB without it',
          cause,
        });
      }
    }
  }

  /** The row under these keys, read consistently. */
  async get(key: Row, name: string, o: CallOptions): Promise<Row | undefined> {
    const get = new GetItemCommand({ TableName: this.name, Key: key, ConsistentRead: true });
    const call = { ...o, action: 'read', name };
    const answer = await this.send(call, (client, options) => client.send(get, options));
    const { Item: row } = answer;
    if (row === undefined) return isNumbered(answer) ? undefined : this.#lookAgain(key, call);
    if (!isRow(row)) throw this.#notDynamoDB(call, 'its Item is no row');
    if (!isAsked(row, textsOf(key))) {
      throw this.#notDynamoDB(call, 'it holds a row that was not asked for');
    }
    return row;
  }

  /** Removes the row under these keys, if it is there. */
  async remove(key: Row, name: string, o: CallOptions): Promise<void> {
    const remove = new DeleteItemCommand({ TableName: this.name, Key: key });
    const call = { ...o, action: 'remove', name };
    const answer = await this.send(call, (client, options) => client.send(remove, options));
    if (isNumbered(answer) || (await this.#lookAgain(key, call)) === undefined) return;
    throw this.#notDynamoDB(call, 'the row is still there');
  }

  /** Writes a row over whatever is under its keys. */
  async put(item: Row, name: string, o: CallOptions): Promise<void> {
    const put = new PutItemCommand({ TableName: this.name, Item: item });
    const call = { ...o, action: 'write', name };
    const answer = await this.send(call, (client, options) => client.send(put, options));
    if (isNumbered(answer)) return;
    const key = Object.fromEntries(this.#keys.flatMap((k) => (item[k] === undefined ? [] : [[k, item[k]]])));
    if (isDeepStrictEqual(await this.#lookAgain(key, call), item)) return;
    throw this.#notDynamoDB(call, 'the row was not written');
  }

  /** The first row of a query, read consistently. */
  async first(
    input: Omit<QueryCommandInput, 'TableName'>,
    name: string,
    o: CallOptions,
  ): Promise<Row | undefined> {
    const query = new QueryCommand({ TableName: this.name, ...input, ConsistentRead: true, Limit: 1 });
    const call = { ...o, action: 'read', name };
    const page = await this.send(call, (client, options) => client.send(query, options));
    return this.#rows(page, call, this.#named(name))[0];
  }

  /** The rows of a query, page after page, read consistently. */
  query(input: Omit<QueryCommandInput, 'TableName'>, name: string, o: CallOptions): AsyncGenerator<Row> {
    return this.#pages(name, o, (client, page, options) =>
      client.send(new QueryCommand({ ...input, ...page }), options),
    );
  }

  /** All rows of the table, page after page, in no order, read consistently. */
  scan(input: Omit<ScanCommandInput, 'TableName'>, o: CallOptions): AsyncGenerator<Row> {
    return this.#pages(undefined, o, (client, page, options) =>
      client.send(new ScanCommand({ ...input, ...page }), options),
    );
  }

  /** For how long point-in-time recovery can bring a name's removed rows back, as a sentence; undefined where it is off. */
  async purge(name: SecretName, o: CallOptions): Promise<string | undefined> {
    refuseReserved(name);
    this.begin(o.signal);
    const describe = new DescribeContinuousBackupsCommand({ TableName: this.name });
    try {
      const answer = await this.send({ ...o, action: 'describe the backups', name }, (client, options) =>
        client.send(describe, options),
      );
      const { ContinuousBackupsDescription: backups } = answer;
      if (typeof backups !== 'object')
        throw this.#notDynamoDB({ ...o, action: 'describe the backups' }, 'it is empty');
      const recovery = backups.PointInTimeRecoveryDescription;
      if (recovery?.PointInTimeRecoveryStatus !== 'ENABLED') return undefined;
      const days = recovery.RecoveryPeriodInDays ?? MAX_RECOVERY_DAYS;
      return `point-in-time recovery can restore the table with the values in it for ${days} more days`;
    } catch (e) {
      if (o.signal?.aborted === true) throw e;
      // Who may not ask, or a server that has no such thing: the values are gone from the table.
      return `if point-in-time recovery is on, it can restore the values for up to ${MAX_RECOVERY_DAYS} days`;
    }
  }

  close(): void {
    this.#closed = true;
    this.client.destroy();
  }

  async *#pages(
    name: string | undefined,
    o: CallOptions,
    request: (
      client: DynamoDBBackendOptions['client'],
      page: {
        TableName: string;
        ConsistentRead: true;
        Limit: number | undefined;
        ExclusiveStartKey: Row | undefined;
      },
      options: HttpHandlerOptions,
    ) => Promise<Page>,
  ): AsyncGenerator<Row> {
    let start: Row | undefined;
    do {
      const page = {
        TableName: this.name,
        ConsistentRead: true as const,
        Limit: this.#pageSize,
        ExclusiveStartKey: start,
      };
      const call = { ...o, action: 'list', name };
      const answer = await this.send(call, (client, options) => request(client, page, options));
      yield* this.#rows(answer, call, name === undefined ? {} : this.#named(name), start);
      start = answer.LastEvaluatedKey;
    } while (start !== undefined);
  }

  // Every row of a query is of the one name.
  #named(name: string): Asked {
    return { [this.#keys[0]]: name };
  }

  #rows(page: Page, call: TableCall, asked: Asked, start?: Row): readonly Row[] {
    const rows = rowsOf(page, asked, start);
    if (typeof rows === 'string') throw this.#notDynamoDB(call, rows);
    return rows;
  }

  /**
   * The row under these keys after an answer that is empty and without a number. Some servers of the protocol
   * number none, and a proxy's page looks alike: so what it seems to say is seen in a query, whose answer is
   * never empty.
   */
  async #lookAgain(key: Row, call: TableCall): Promise<Row | undefined> {
    const [hash, range] = this.#keys;
    const query = new QueryCommand({
      TableName: this.name,
      KeyConditionExpression: '#hash = :hash AND #range = :range',
      ExpressionAttributeNames: { '#hash': hash, '#range': range },
      ExpressionAttributeValues: { ':hash': key[hash] ?? { S: '' }, ':range': key[range] ?? { S: '' } },
      ConsistentRead: true,
    });
    const page = await this.send(call, (client, options) => client.send(query, options));
    return this.#rows(page, call, textsOf(key))[0];
  }

  #notDynamoDB({ action, name, signal }: TableCall, why: string): LazycredError {
    return notAnAnswer({ service: this.#service, action, location: this.location, name, signal }, why);
  }

  get #service(): string {
    return this.#region === undefined ? 'DynamoDB' : `DynamoDB in ${this.#region}`;
  }

  #failure(e: unknown, { action, name, signal }: TableCall): unknown {
    const shape = failureShape(e);
    if (signal?.aborted !== true && shape.name === 'ValidationException' && OTHER_KEYS.test(shape.message)) {
      return otherKeys(this.#keys, this.location, e);
    }
    if (signal?.aborted !== true && shape.name === 'ResourceNotFoundException') {
      const where = this.#region === undefined ? '' : ` in ${this.#region}`;
      return new LazycredError('ERR_CONFIG', `table ${quote(this.name)} does not exist${where}`, {
        name,
        location: this.location,
        hint: { code: 'check-table' },
        cause: e,
      });
    }
    return serviceError(e, { service: this.#service, action, location: this.location, name, signal });
  }
}

function textsOf(key: Row): Asked {
  return Object.fromEntries(Object.entries(key).map(([attribute, value]) => [attribute, value.S ?? '']));
}

/** A projection on these attributes, whose names may be reserved words. */
export function projection(attributes: readonly string[]): {
  ProjectionExpression: string;
  ExpressionAttributeNames: Record<string, string>;
} {
  return {
    ProjectionExpression: attributes.map((attribute) => `#${attribute}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(attributes.map((attribute) => [`#${attribute}`, attribute])),
  };
}
