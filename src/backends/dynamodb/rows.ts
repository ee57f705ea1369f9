import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { LazycredError } from '../../errors.js';
import {
  AT_FIELD,
  DATA_FIELD,
  FORMAT_FIELD,
  HEADER_FIELD,
  STATE_FIELD,
  claimOf,
  isOfNative,
  isRemoved,
} from '../../record/claims.js';
import { padVersion, unpadVersion, versionNumber } from '../../record/versions.js';
import { quote } from '../../text/printable.js';
import type { SecretName } from '../../record/names.js';
import type { Fields, Listed, StoredRecord } from '../../record.js';
import { RECORD_TABLE_KEYS, type TableKeys } from './table-keys.js';

// A record as a row of CredStash's own table: `name` (hash, S) and `version` (range, S; 19 digits for
// numbers, so that DynamoDB's order by bytes is their order), each field a string attribute beside
// them. The `version` that a tombstone or stub has among its fields is the range key's number.

/** An item of the table, in the SDK's form. */
export type Row = Record<string, AttributeValue>;

/** The table's keys. */
export const [HASH_KEY, RANGE_KEY] = RECORD_TABLE_KEYS;

/** Largest item, names and values in UTF-8: "Service, account, and table quotas" of DynamoDB's guide. */
export const MAX_ROW_BYTES = 400 * 1024;
/** Longest hash and range key, from the same page. */
export const MAX_HASH_BYTES = 2048;
export const MAX_RANGE_BYTES = 1024;

/** What a listing asks for: the native and CredStash's attributes without `data` and `contents`. */
export const HISTORY_ATTRIBUTES: readonly string[] = [
  HASH_KEY,
  RANGE_KEY,
  ...[FORMAT_FIELD, HEADER_FIELD, STATE_FIELD, 'nonce', AT_FIELD, 'by'],
  ...['key', 'hmac', 'digest', 'comment'],
];
/** The attributes that mean something to us, in any format. */
const KNOWN_ATTRIBUTES: ReadonlySet<string> = new Set([
  ...HISTORY_ATTRIBUTES,
  DATA_FIELD,
  'contents',
  'Secret',
]);
/** What a listing of names asks for. */
export const NAMES_ATTRIBUTES: readonly string[] = [
  HASH_KEY,
  RANGE_KEY,
  FORMAT_FIELD,
  HEADER_FIELD,
  STATE_FIELD,
  AT_FIELD,
];

/** The range key as stored; beside the record, since an unpadded CredStash `1` is not the padded one. */
export interface RowRevision {
  readonly key: string;
}

/** The range key of a version: padded if it is a number, else literally. */
export function rangeKey(version: string): string {
  return versionNumber(version) === undefined ? version : padVersion(version);
}

/** The range key under which a record was stored. */
export function storedKey(record: Pick<StoredRecord, 'version' | 'revision'>): string {
  const revision = record.revision as Partial<RowRevision> | undefined;
  return typeof revision?.key === 'string' ? revision.key : rangeKey(record.version);
}

function isStub(fields: Fields): boolean {
  return isOfNative(fields) && isRemoved(fields);
}

/**
 * The row of a new record.
 *
 * @throws ERR_USAGE when it has a field or key that the table can't hold, or is too large
 */
export function toRow(record: StoredRecord, location: string): Row {
  const { name, version, fields } = record;
  const refuse = (why: string): never => {
    throw new LazycredError('ERR_USAGE', `DynamoDB can't hold this record: ${why}`, { name, location });
  };
  const key = rangeKey(version);
  if (!fitsKeys(name, key)) refuse(`its name or version is empty or over ${MAX_HASH_BYTES} bytes`);
  if (isOfNative(fields) && unpadVersion(key) === undefined) {
    refuse(`${quote(version)} is not a version number`);
  }
  const { [HASH_KEY]: own, [RANGE_KEY]: number, ...others } = fields;
  if (own !== undefined || (number !== undefined && !(isStub(fields) && number === unpadVersion(key)))) {
    refuse('a field has the name of a key');
  }
  const attributes = [[HASH_KEY, name], [RANGE_KEY, key], ...Object.entries(others)] as const;
  const size = attributes.reduce((sum, [k, v]) => sum + Buffer.byteLength(k) + Buffer.byteLength(v), 0);
  if (size > MAX_ROW_BYTES) refuse(`it takes ${size} bytes, the limit is ${MAX_ROW_BYTES}`);
  return Object.fromEntries(attributes.map(([k, v]) => [k, { S: v }]));
}

/** Whether a row of these keys could exist. */
export function fitsKeys(name: string, key: string): boolean {
  const sizes = [Buffer.byteLength(name), Buffer.byteLength(key)] as const;
  return sizes[0] > 0 && sizes[0] <= MAX_HASH_BYTES && sizes[1] > 0 && sizes[1] <= MAX_RANGE_BYTES;
}

/**
 * The record in a row. A native one has its canonical version, another the range key as stored. A
 * Binary attribute becomes the text of its bytes (Latin-1: CredStash's hold hexadecimal digits).
 *
 * What other tools put beside CredStash's attributes (numbers, maps) is left out.
 *
 * @throws ERR_INTEGRITY for attributes of ours of other types, and native records under a key that isn't
 *   theirs; ERR_CONFIG for a row without the keys
 */
export function fromRow(row: Row, location: string): StoredRecord {
  const { name, key } = keysOf(row, location);
  const damaged = (why: string): LazycredError => {
    const message = `row ${quote(name)}, ${quote(key)} is not a record: ${why}`;
    return new LazycredError('ERR_INTEGRITY', message, { name, location });
  };
  const entries = Object.entries(row).filter(([k]) => k !== HASH_KEY && k !== RANGE_KEY);
  const isNative = row[FORMAT_FIELD] !== undefined;
  const texts = entries.flatMap(([k, v]: [string, AttributeValue | undefined]): [string, string][] => {
    // Undefined is what the SDK makes of an attribute called `__proto__`.
    if (v?.S !== undefined) return [[k, v.S]];
    if (v?.B !== undefined) return [[k, Buffer.from(v.B).toString('latin1')]];
    // A native record has no attribute but its own.
    if (!isNative && !KNOWN_ATTRIBUTES.has(k)) return [];
    throw damaged(`its attribute ${quote(k)} is neither a string nor binary`);
  });
  const fields: Fields = Object.fromEntries(texts);
  if (!isOfNative(fields)) return { name, version: key, fields, revision: { key } };
  const version = unpadVersion(key);
  if (version === undefined) throw damaged('its version is not the 19 digits of a native record');
  return { name, version, fields: isStub(fields) ? { ...fields, version } : fields, revision: { key } };
}

/** A row's keys. @throws ERR_CONFIG when it has others: the table is not one of this kind */
export function keysOf(row: Row, location: string): { name: SecretName; key: string } {
  const name = row[HASH_KEY]?.S;
  const key = row[RANGE_KEY]?.S;
  if (name !== undefined && key !== undefined) return { name: name as SecretName, key };
  throw otherKeys(RECORD_TABLE_KEYS, location);
}

/** ERR_CONFIG for a table that has other keys than these: it is one of another kind. */
export function otherKeys(keys: TableKeys, location: string, cause?: unknown): LazycredError {
  const [hash, range] = keys.map((key) => `"${key}"`);
  return new LazycredError('ERR_CONFIG', `${location} has not the string keys ${hash} and ${range}`, {
    location,
    hint: 'cloudchain\'s tables have "Service" and "Username" (format: cloudchain), all others "name" and "version"',
    cause,
  });
}

/** What a row says of its version without being opened: the version, its time, whether it is removed. */
export function listedOf(row: Row, location: string): Listed {
  const { name, key } = keysOf(row, location);
  const number = unpadVersion(key);
  if (row[FORMAT_FIELD]?.S === undefined || number === undefined) return { name, version: key };
  const text = (attribute: string): Fields => {
    const value = row[attribute]?.S;
    return value === undefined ? {} : { [attribute]: value };
  };
  const fields = { ...text(FORMAT_FIELD), ...text(STATE_FIELD), ...text(HEADER_FIELD) };
  const { state, created } = claimOf({ ...fields, ...text(AT_FIELD), version: number }) ?? {};
  return {
    name,
    version: number,
    // DynamoDB keeps no time of its own: the record's word counts for both.
    ...(created === undefined ? {} : { modified: created, created }),
    ...(state === undefined ? {} : { state }),
  };
}
