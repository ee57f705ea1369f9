import { isDeepStrictEqual } from 'node:util';
import { PutItemCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Backend, CallOptions, BackendListOptions } from '../../backend.js';
import { cloudchainName, parseCloudchainName } from '../../record/cloudchain-names.js';
import { LazycredError } from '../../errors.js';
import { OWN_PREFIX, refuseReserved, type SecretName } from '../../record/names.js';
import type { Listed, StoredRecord } from '../../record.js';
import { CLOUDCHAIN_TABLE_KEYS } from './table-keys.js';
import { compareUtf8 } from '../../text/utf8-order.js';
import { MAX_HASH_BYTES, MAX_RANGE_BYTES, MAX_ROW_BYTES, otherKeys, type Row } from './rows.js';
import { DynamoDBTable, projection, type DynamoDBBackendOptions } from './table.js';

// cloudchain's own table: `Service` (hash, S), `Username` (range, S) and `Secret`, one row a name.
const [HASH_KEY, RANGE_KEY] = CLOUDCHAIN_TABLE_KEYS;
const SECRET = 'Secret';

/**
 * Keeps cloudchain's records in its own table: the hash key `Service`, the range key `Username`, the
 * attribute `Secret`. Names are `service/username` ({@link cloudchainName}); there are no versions, and
 * a write replaces the row, on condition that it still is the one that was read.
 *
 * Failures are those of `DynamoDBBackend`; ERR_USAGE for a name that is no `service/username`, and
 * ERR_UNSUPPORTED for what needs versions.
 */
export class CloudchainBackend implements Backend {
  readonly location: string;
  readonly maxRecordBytes = MAX_ROW_BYTES;
  readonly #table: DynamoDBTable;

  constructor(options: DynamoDBBackendOptions) {
    this.#table = new DynamoDBTable(options, CLOUDCHAIN_TABLE_KEYS);
    this.location = this.#table.location;
  }

  async get(name: SecretName, version?: string, o: CallOptions = {}): Promise<StoredRecord | undefined> {
    this.#table.begin(o.signal);
    const Key = keyOf(name);
    if (Key === undefined || version !== undefined) return undefined;
    const row = await this.#table.get(Key, name, o);
    return row && this.#record(name, row);
  }

  numberBefore(): Promise<never> {
    return this.#noVersions();
  }

  /** One conditional put: there is no such row, or its `Secret` is what it was. */
  async create(record: StoredRecord, after: StoredRecord | undefined, o: CallOptions = {}): Promise<void> {
    refuseReserved(record.name);
    this.#table.begin(o.signal);
    const { name, fields } = record;
    const Key = keyOf(name);
    const secret = fields[SECRET];
    if (Key === undefined || secret === undefined || Object.keys(fields).length !== 1) {
      throw new LazycredError('ERR_USAGE', "a cloudchain table can't hold this record", {
        name,
        location: this.location,
      });
    }
    const old = after === undefined ? undefined : (after.revision as AttributeValue);
    const put = new PutItemCommand({
      TableName: this.#table.name,
      Item: { ...Key, [SECRET]: { S: secret } },
      ...(old === undefined
        ? {
            ConditionExpression: 'attribute_not_exists(#key)',
            ExpressionAttributeNames: { '#key': HASH_KEY },
          }
        : {
            ConditionExpression: '#secret = :old',
            ExpressionAttributeNames: { '#secret': SECRET },
            ExpressionAttributeValues: { ':old': old },
          }),
    });
    const conflict = (cause: unknown) =>
      new LazycredError('ERR_CONFLICT', 'another writer was faster', {
        name,
        location: this.location,
        cause,
      });
    await this.#table.putIf(put, { ...o, action: 'write', name, conflict }, async () => {
      const row = await this.#table.get(Key, name, o);
      return isDeepStrictEqual(row?.[SECRET], old);
    });
  }

  erase(): Promise<never> {
    return this.#noVersions();
  }

  async remove({ name }: Pick<StoredRecord, 'name'>, o: CallOptions = {}): Promise<void> {
    refuseReserved(name);
    this.#table.begin(o.signal);
    const Key = keyOf(name);
    if (Key !== undefined) await this.#table.remove(Key, name, o);
  }

  /** The row is gone from the table; point-in-time recovery can still bring the table back. */
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
      if ((await this.get(o.name, undefined, o)) !== undefined) yield { name: o.name, version: '' };
      return;
    }
    const names: SecretName[] = [];
    for await (const row of this.#table.scan(projection([HASH_KEY, RANGE_KEY]), o)) {
      const name = this.#nameOf(row);
      // The store's own, as the probe of its conditional writes is, is no secret.
      if (name.startsWith(o.prefix ?? '') && !name.startsWith(OWN_PREFIX)) names.push(name);
    }
    // A scan promises no order.
    for (const name of names.sort(compareUtf8)) {
      o.signal?.throwIfAborted();
      yield { name, version: '' };
    }
  }

  async close(): Promise<void> {
    this.#table.close();
  }

  #record(name: SecretName, row: Row): StoredRecord {
    const secret = row[SECRET];
    // Python's base64 is bytes: Binary, where it was stored as it came.
    const text = secret?.S ?? (secret?.B && Buffer.from(secret.B).toString('latin1'));
    if (text !== undefined) return { name, version: '', fields: { [SECRET]: text }, revision: secret };
    throw new LazycredError('ERR_INTEGRITY', 'the row is not a record: it has no Secret', {
      name,
      location: this.location,
    });
  }

  #nameOf(row: Row): SecretName {
    const [service, username] = [row[HASH_KEY]?.S, row[RANGE_KEY]?.S];
    if (service !== undefined && username !== undefined) return cloudchainName(service, username);
    throw otherKeys(CLOUDCHAIN_TABLE_KEYS, this.location);
  }

  #noVersions(): Promise<never> {
    return Promise.reject(
      new LazycredError('ERR_UNSUPPORTED', "cloudchain's table has no versions", { location: this.location }),
    );
  }
}

// Undefined for what can't be a key: it was never stored, and would be refused as a malformed request.
function keyOf(name: SecretName): Row | undefined {
  const { service, username } = parseCloudchainName(name);
  const fits = Buffer.byteLength(service) <= MAX_HASH_BYTES && Buffer.byteLength(username) <= MAX_RANGE_BYTES;
  return fits ? { [HASH_KEY]: { S: service }, [RANGE_KEY]: { S: username } } : undefined;
}
