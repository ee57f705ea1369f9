import { MAX_RECIPIENTS, type Format } from '../record.js';
import { didYouMean } from '../text/did-you-mean.js';
import { parseKeyAlias } from '../kinds/keys/kms.js';
import { parseKey } from './key-spec.js';
import { isStoreName, readS3Path, readStore, type StoreChoice } from './location.js';
import type { Base } from '../text/paths.js';
import type { Problems } from './problems.js';
import {
  readAccount,
  readExternalId,
  readMfaSerial,
  readRoleDuration,
  readSessionName,
  readSse,
  readSseKey,
  readSwitch,
} from './aws-values.js';
import type { KeySpec, Origin, ServerSideEncryption } from './settings.js';
import {
  isMap,
  typeName,
  readContext,
  readEndpoint,
  readFormat,
  readFormats,
  readRegion,
  readRole,
  readText,
  readTexts,
  readTimeout,
} from './values.js';

/** What each key means once read. */
export interface Values {
  store: StoreChoice;
  key: KeySpec[];
  decryptKeys: KeySpec[];
  region: string;
  kmsRegion: string;
  profile: string;
  role: string;
  roleExternalId: string;
  roleSessionName: string;
  /** In seconds. */
  roleDuration: number;
  roleSourceIdentity: string;
  roleMfaSerial: string;
  sse: ServerSideEncryption;
  sseKey: string;
  sseBucketKey: boolean;
  bucketOwner: string;
  requesterPays: boolean;
  endpoint: string;
  kmsEndpoint: string;
  format: Format;
  accept: Format[];
  context: Record<string, string>;
  /** In milliseconds. */
  timeout: number;
  resolve: string[];
}

export type Key = keyof Values;

type Reader<T> = (raw: unknown, base: Base) => T;

const MOST_STORES = 100;
const MOST_RESOLVED = 100;

const READERS: { readonly [K in Key]: Reader<Values[K]> } = {
  store: (raw, base) => readStore(readText(raw), base),
  key: (raw, base) => readTexts(raw, 1, MAX_RECIPIENTS).map((t) => parseKey(t, base)),
  decryptKeys: (raw, base) => readTexts(raw, 0, MAX_RECIPIENTS).map((t) => parseKey(t, base)),
  region: readRegion,
  kmsRegion: readRegion,
  profile: readText,
  role: readRole,
  roleExternalId: readExternalId,
  roleSessionName: readSessionName,
  roleDuration: readRoleDuration,
  roleSourceIdentity: readSessionName,
  roleMfaSerial: readMfaSerial,
  sse: readSse,
  sseKey: readSseKey,
  sseBucketKey: readSwitch,
  bucketOwner: readAccount,
  requesterPays: readSwitch,
  endpoint: readEndpoint,
  kmsEndpoint: readEndpoint,
  format: readFormat,
  accept: readFormats,
  context: readContext,
  timeout: readTimeout,
  resolve: (raw) => readTexts(raw, 0, MOST_RESOLVED),
};

/** LazyCred's own words for two of the keys. */
const LAZYCRED_STORE: Reader<StoreChoice> = (raw) => readS3Path(readText(raw));
const LAZYCRED_KEY: Reader<KeySpec[]> = (raw) => [parseKeyAlias(readText(raw))];
/** Which key each of LazyCred's words is another spelling of. */
export const SPELLINGS: Readonly<Record<string, Key>> = { s3_path: 'store', key_alias: 'key' };

/** The keys, without LazyCred's and `stores`. */
export const KEYS = Object.keys(READERS) as Key[];
const KNOWN: ReadonlySet<string> = new Set([...KEYS, ...Object.keys(SPELLINGS), 'stores']);

/** Where a set of settings comes from, and how to speak of it. */
export interface Source {
  readonly source: Origin['source'];
  /** Where a key stands, to show: `/path/.lazycredrc`, `LAZYCRED_STORE`. */
  readonly where: (key: string) => string;
  /** The same before a message: `/path/.lazycredrc: store`. */
  readonly label: (key: string) => string;
  readonly base: Base;
  /** The file, for one that the search found in or above the current folder: it may be a stranger's. */
  readonly project?: string | undefined;
  /** The same where nobody vouched for it: where requests go is not its business. */
  readonly untrusted?: string | undefined;
}

/** One source's settings, read and checked. */
export interface Layer {
  readonly source: Source;
  readonly values: Readonly<Partial<Values>>;
  /** As spelled, by key; holds also those that could not be read. */
  readonly given: ReadonlyMap<Key, string>;
  readonly stores: ReadonlyMap<string, Layer>;
}

/** Reads and checks one source; notes everything that is wrong with it. */
export function readLayer(raw: unknown, source: Source, problems: Problems, named = false): Layer {
  const values: Partial<Values> = {};
  const given = new Map<Key, string>();
  const stores = new Map<string, Layer>();
  if (!isMap(raw)) {
    problems.add(source.label(''), `must be a map of settings, not ${typeName(raw)}`);
    return { source, values, given, stores };
  }
  for (const spelled of Object.keys(raw)) {
    const value = raw[spelled];
    if (value === undefined) continue;
    const label = source.label(shortened(spelled));
    const key = keyOf(spelled);
    if (!KNOWN.has(spelled)) problems.add(label, `unknown key${didYouMean(spelled, KNOWN)}`);
    else if (key === undefined) {
      if (named) problems.add(label, 'stores can not stand in a store');
      else readStores(value, source, stores, problems);
    } else if (given.has(key)) problems.add(label, `the same as ${given.get(key) ?? key}, keep one of them`);
    else {
      given.set(key, spelled);
      problems.collect(label, () => {
        if (spelled === 's3_path') values.store = LAZYCRED_STORE(value, source.base);
        else if (spelled === 'key_alias') values.key = LAZYCRED_KEY(value, source.base);
        else readInto(values, key, value, source.base);
      });
    }
  }
  return { source, values, given, stores };
}

// A hostile file's key may be as long as the file.
function shortened(key: string): string {
  return key.length > 60 ? `${key.slice(0, 59)}…` : key;
}

function keyOf(spelled: string): Key | undefined {
  if (Object.hasOwn(SPELLINGS, spelled)) return SPELLINGS[spelled];
  return KEYS.find((k) => k === spelled);
}

function readInto<K extends Key>(values: Partial<Values>, key: K, raw: unknown, base: Base): void {
  values[key] = READERS[key](raw, base);
}

function readStores(raw: unknown, source: Source, stores: Map<string, Layer>, problems: Problems): void {
  const label = source.label('stores');
  if (!isMap(raw)) {
    problems.add(label, `must be a map of names to settings, not ${typeName(raw)}`);
    return;
  }
  const names = Object.keys(raw);
  if (names.length > MOST_STORES) problems.add(label, `more than ${MOST_STORES} stores`);
  for (const name of names.slice(0, MOST_STORES)) {
    if (!isStoreName(name)) {
      problems.add(
        source.label(`stores.${shortened(name)}`),
        'a name is letters, digits, "_", "." and "-", 64 at most',
      );
      continue;
    }
    const within: Source = {
      ...source,
      where: () => `${source.where('stores')}: stores.${name}`,
      label: (key) => source.label(key === '' ? `stores.${name}` : `stores.${name}.${key}`),
    };
    const layer = readLayer(raw[name], within, problems, true);
    if (layer.values.store !== undefined && 'name' in layer.values.store) {
      problems.add(within.label('store'), 'must be a location, not the name of another store');
    }
    if (isMap(raw[name]) && !layer.given.has('store')) problems.add(within.label(''), 'store is missing');
    stores.set(name, layer);
  }
}
