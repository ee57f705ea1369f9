import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LazycredError } from '../errors.js';
import { quote } from '../text/printable.js';
import { RESERVED_SEGMENT } from '../record/names.js';
import type { Format } from '../record.js';
import { pathFrom, type Base } from './paths.js';
import { unfit } from './problems.js';
import type { Location } from './settings.js';

/** A store as configured: a place, or the name of one under `stores`. */
export type StoreChoice =
  /** `implies`: the format of the ancestor whose own setting names it. */
  { readonly location: Location; readonly implies?: Format } | { readonly name: string };

// S3 user guide, "Bucket naming rules": 3–63 characters, lower case.
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/u;
// The rules for buckets of us-east-1 before March 2018, which LazyCred's users may have.
const OLD_BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/u;
// DynamoDB developer guide, "Naming rules": 3–255 characters.
const TABLE = /^[A-Za-z0-9_.-]{3,255}$/u;
/** What S3's 1,024 bytes of a key leave beside a name (512), `.lazycred/`, `/` and 19 digits. */
const MAX_PREFIX_BYTES = 1024 - 512 - 10 - 1 - 19;
const STORE_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/u;
const KINDS = 's3://BUCKET/PREFIX/, dynamodb://TABLE, file:DIR, memory:';

/** Whether `name` may stand under `stores`: it can't be taken for a location. */
export function isStoreName(name: string): boolean {
  return STORE_NAME.test(name);
}

/** Reads `store`: a location or a store's name. */
export function readStore(text: string, base: Base): StoreChoice {
  return isStoreName(text) ? { name: text } : { location: parseLocation(text, base) };
}

/** Reads LazyCred's `s3_path`: bucket, `/`, and a prefix that is kept exactly, for names are put right behind it. */
export function readS3Path(text: string): StoreChoice {
  const slash = text.indexOf('/');
  const bucket = slash === -1 ? text : text.slice(0, slash);
  const prefix = slash === -1 ? '' : text.slice(slash + 1);
  if (!OLD_BUCKET.test(bucket)) unfit('it does not begin with the name of a bucket (bucket/folder/)');
  checkPrefix(prefix);
  return { location: { kind: 's3', bucket, prefix }, implies: 'lazycred' };
}

/** Reads cloudchain's `tablename`. */
export function readTable(text: string): StoreChoice {
  return { location: parseTable(text), implies: 'cloudchain' };
}

function parseLocation(text: string, base: Base): Location {
  if (text.startsWith('s3://')) return parseS3(text.slice('s3://'.length));
  if (text.startsWith('dynamodb://')) return parseDynamoDb(text.slice('dynamodb://'.length));
  if (text.startsWith('file:'))
    return { kind: 'file', dir: parseFile(text.slice('file:'.length), text, base) };
  if (text === 'memory:') return { kind: 'memory' };
  if (isPath(text)) return { kind: 'file', dir: pathFrom(text, base) };
  // Nothing of an unknown scheme is shown but its name: it could carry a password.
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/u.exec(text)?.[1];
  return unfit(
    scheme === undefined
      ? 'it is neither a location nor the name of a store'
      : `unknown kind of store "${scheme}:"`,
    `use one of ${KINDS}`,
  );
}

function isPath(text: string): boolean {
  return isAbsolute(text) || /^(?:\/|\.\.?(?:\/|$)|~(?:\/|$))/u.test(text);
}

function parseS3(rest: string): Location {
  const slash = rest.indexOf('/');
  const bucket = slash === -1 ? rest : rest.slice(0, slash);
  const prefix = slash === -1 ? '' : rest.slice(slash + 1);
  if (!BUCKET.test(bucket) || bucket.includes('..')) {
    unfit('the bucket must be 3 to 63 of a-z, 0-9, "." and "-" (s3://BUCKET/PREFIX/)');
  }
  checkPrefix(prefix);
  const segments = prefix.replace(/\/$/u, '').split('/');
  if (prefix !== '' && segments.some((s) => s === '' || s === '.' || s === '..' || s === RESERVED_SEGMENT)) {
    unfit(`the prefix ${quote(prefix)} holds an empty segment, ".", ".." or "${RESERVED_SEGMENT}"`);
  }
  return { kind: 's3', bucket, prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/` };
}

function checkPrefix(prefix: string): void {
  if (/\p{Cc}/u.test(prefix) || !prefix.isWellFormed()) unfit('the prefix holds control characters');
  if (Buffer.byteLength(prefix) > MAX_PREFIX_BYTES)
    unfit(`the prefix is longer than ${MAX_PREFIX_BYTES} bytes`);
}

function parseDynamoDb(rest: string): Location {
  return parseTable(rest.replace(/\/$/u, ''), ' (dynamodb://TABLE)');
}

function parseTable(table: string, example = ''): Location {
  if (!TABLE.test(table)) unfit(`the table must be 3 to 255 of a-z, A-Z, 0-9, "_", "." and "-"${example}`);
  return { kind: 'dynamodb', table };
}

// file:///dir and file://localhost/dir are URLs, percent-encoded; file:dir and file:./dir are paths.
function parseFile(rest: string, url: string, base: Base): string {
  if (!rest.startsWith('//')) return pathFrom(rest, base);
  if (!/^\/\/(?:localhost)?\//u.test(rest)) {
    unfit('a folder on another host is not possible (use file:///DIR with three slashes, or file:./DIR)');
  }
  if (/[?#]/u.test(rest)) unfit('"?" and "#" must be written %3F and %23 after file://');
  let path: string;
  try {
    path = fileURLToPath(url);
  } catch (e) {
    // Whatever it throws (a bad escape, an escaped slash), the text is at fault.
    throw new LazycredError('ERR_CONFIG', 'it is not a valid file: URL', { cause: e });
  }
  return pathFrom(path, base);
}

/** A location as a setting spells it: `s3://acme/creds/`; the opposite of {@link parseLocation}. */
export function showLocation(store: Location): string {
  switch (store.kind) {
    case 's3':
      return `s3://${store.bucket}/${store.prefix}`;
    case 'dynamodb':
      return `dynamodb://${store.table}`;
    case 'file':
      return `file:${store.dir}`;
    case 'memory':
      return 'memory:';
  }
}
