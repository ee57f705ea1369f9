import { compareUtf8 } from '../text/utf8-order.js';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Backend, CallOptions, BackendListOptions } from '../backend.js';
import { LazycredError } from '../errors.js';
import { padVersion, unpadVersion, versionNumber } from '../record/versions.js';
import { quote } from '../text/printable.js';
import { OWN_PREFIX, refuseReserved, type SecretName } from '../record/names.js';
import type { Listed, StoredRecord } from '../record.js';
import {
  HASH_KEY,
  HISTORY_ATTRIBUTES,
  MAX_ROW_BYTES,
  NAMES_ATTRIBUTES,
  RANGE_KEY,
  fitsKeys,
  fromRow,
  keysOf,
  listedOf,
  rangeKey,
  storedKey,
  toRow,
  type Row,
} from './dynamodb/rows.js';
import { RECORD_TABLE_KEYS } from './dynamodb/table-keys.js';
import { DynamoDBTable, projection, type DynamoDBBackendOptions } from './dynamodb/table.js';

export type { DynamoDBBackendOptions } from './dynamodb/table.js';

/**
 * Keeps records as rows of a DynamoDB table with CredStash's schema: hash key `name`, range key
 * `version` (19 digits), one string attribute a field.
 *
 * Every read is consistent. `get` is one request, so is `create` (a put on condition that there is no
 * such row); `numberBefore` is none. A listing of names reads the whole table: DynamoDB charges for the
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
  readonly maxRecordBytes = MAX_ROW_BYTES;
  readonly #table: DynamoDBTable;

  /** @param options of a table with the string keys `name` (hash) and `version` (range) */
  constructor(options: DynamoDBBackendOptions) {
    this.#table = new DynamoDBTable(options, RECORD_TABLE_KEYS);
    this.location = this.#table.location;
  }

  /** A number is looked for padded, and then, where there is none, as the unpadded row of an old CredStash. */
  async get(name: SecretName, version?: string, o: CallOptions = {}): Promise<StoredRecord | undefined> {
    this.#table.begin(o.signal);
    // What can't be a key was never stored, and would be refused as a malformed request.
    if (!fitsKeys(name, version === undefined ? '0' : rangeKey(version))) return undefined;
    let row =
      version === undefined ? await this.#newest(name, o) : await this.#row(name, rangeKey(version), o);
    if (row === undefined && version !== undefined && version !== rangeKey(version)) {
      row = await this.#row(name, version, o);
    }
    return row && fromRow(row, this.location);
  }

  /** The newest record's number, without I/O: 0 for a first version as CredStash's `putall` makes it. */
  async numberBefore(
    name: SecretName,
    newest: StoredRecord | undefined,
    o: CallOptions = {},
  ): Promise<number> {
    this.#table.begin(o.signal);
    if (newest === undefined) return 0;
    const key = storedKey(newest);
    const number = key === padVersion('0') ? 0 : versionNumber(unpadVersion(key) ?? '');
    if (number !== undefined) return number;
    throw new LazycredError(
      'ERR_CONFLICT',
      `no number can follow the newest row, whose version is ${quote(key)}`,
      {
        name,
        location: this.location,
        hint: 'another tool wrote that row: copy its value to a new name',
      },
    );
  }

  /**
   * One conditional put. That `after` still is the newest follows from the numbers: whoever came
   * between has taken the one after it.
   */
  async create(record: StoredRecord, after: StoredRecord | undefined, o: CallOptions = {}): Promise<void> {
    refuseReserved(record.name);
    this.#table.begin(o.signal);
    const { name, version } = record;
    const item = toRow(record, this.location);
    if (after !== undefined && compareUtf8(rangeKey(version), storedKey(after)) <= 0) {
      throw this.#conflict(record, `row ${quote(storedKey(after))} sorts after it`);
    }
    const put = new PutItemCommand({
      TableName: this.#table.name,
      Item: item,
      ConditionExpression: 'attribute_not_exists(#name)',
      ExpressionAttributeNames: { '#name': HASH_KEY },
    });
    const conflict = (cause: unknown) => this.#conflict(record, 'it exists', cause);
    await this.#table.putIf(put, { ...o, action: 'write', name, conflict }, async () => {
      const newest = await this.#newest(name, o);
      return newest?.[RANGE_KEY]?.S === (after && storedKey(after));
    });
  }

  async erase(stub: StoredRecord, o: CallOptions = {}): Promise<void> {
    refuseReserved(stub.name);
    this.#table.begin(o.signal);
    // An old CredStash's `1`: a stub would lie under the padded key, beside the value or over another one.
    if (storedKey(stub) !== rangeKey(stub.version)) return this.remove(stub, o);
    await this.#table.put(toRow(stub, this.location), stub.name, o);
  }

  async remove(
    record: Pick<StoredRecord, 'name' | 'version' | 'revision'>,
    o: CallOptions = {},
  ): Promise<void> {
    refuseReserved(record.name);
    this.#table.begin(o.signal);
    await this.#table.remove(rowKey(record.name, storedKey(record)), record.name, o);
  }

  /** A row's old bytes are gone from the table; point-in-time recovery can still bring the table back. */
  async purge(
    name: SecretName,
    _versions: readonly string[] | undefined,
    o: CallOptions = {},
  ): Promise<string | undefined> {
    return this.#table.purge(name, o);
  }

  async *list(o: BackendListOptions = {}): AsyncIterable<Listed> {
    this.#table.begin(o.signal);
    if (o.name !== undefined) {
      if (fitsKeys(o.name, '0')) yield* this.#listVersions(o.name, o);
      return;
    }
    if (o.versions === true) {
      const rows = this.#table.scan({ ...projection(HISTORY_ATTRIBUTES), ...named(o.prefix) }, o);
      for await (const row of rows) if (!isOwn(row)) yield this.#listed(row);
      return;
    }
    for (const listed of await this.#listNames(o.prefix, o)) {
      o.signal?.throwIfAborted();
      yield listed;
    }
  }

  async close(): Promise<void> {
    this.#table.close();
  }

  #newest(name: SecretName, o: CallOptions): Promise<Row | undefined> {
    return this.#table.first(versionsOf(name), name, o);
  }

  #row(name: SecretName, key: string, o: CallOptions): Promise<Row | undefined> {
    return this.#table.get(rowKey(name, key), name, o);
  }

  // A scan promises no order, so the newest of each name is known at its end only.
  async #listNames(prefix: string | undefined, o: CallOptions): Promise<readonly Listed[]> {
    const newest = new Map<string, { key: string; listed: Listed }>();
    const rows = this.#table.scan({ ...projection(NAMES_ATTRIBUTES), ...named(prefix) }, o);
    for await (const row of rows) {
      if (isOwn(row)) continue;
      const { name, key } = keysOf(row, this.location);
      const seen = newest.get(name);
      if (seen === undefined || compareUtf8(key, seen.key) > 0) {
        newest.set(name, { key, listed: listedOf(row, this.location) });
      }
    }
    return [...newest.values()].map(({ listed }) => listed).sort((a, b) => compareUtf8(a.name, b.name));
  }

  async *#listVersions(name: SecretName, o: CallOptions): AsyncIterable<Listed> {
    const rows = this.#table.query({ ...versionsOf(name), ...projection(HISTORY_ATTRIBUTES) }, name, o);
    for await (const row of rows) yield this.#listed(row);
  }

  #listed(row: Row): Listed {
    const { fields, revision } = fromRow(row, this.location);
    return { ...listedOf(row, this.location), fields, revision };
  }

  #conflict(record: StoredRecord, why: string, cause?: unknown): LazycredError {
    const message = `version ${quote(record.version)} can't be written: ${why}`;
    return new LazycredError('ERR_CONFLICT', message, { name: record.name, location: this.location, cause });
  }
}

function rowKey(name: SecretName, key: string): Row {
  return { [HASH_KEY]: { S: name }, [RANGE_KEY]: { S: key } };
}

/** The query for a name's rows, newest first. */
function versionsOf(name: SecretName) {
  return {
    KeyConditionExpression: '#name = :name',
    ExpressionAttributeNames: { '#name': HASH_KEY },
    ExpressionAttributeValues: { ':name': { S: name } },
    ScanIndexForward: false,
  };
}

/** Whether a row is the store's own, as the probe of its conditional writes is, and no secret. */
function isOwn(row: Row): boolean {
  return row[HASH_KEY]?.S?.startsWith(OWN_PREFIX) === true;
}

/** The filter on a prefix of names, where there is one; `#name` is projected anyway. */
function named(prefix = '') {
  if (prefix === '') return {};
  return {
    FilterExpression: 'begins_with(#name, :prefix)',
    ExpressionAttributeValues: { ':prefix': { S: prefix } },
  };
}
