import type { CallOptions } from '../backend.js';
import { parseCloudchainName } from '../record/cloudchain-names.js';
import { LazycredError } from '../errors.js';
import type { Context, KeyProvider, WrappedKey } from '../keys.js';
import { base64Length } from '../text/base64.js';
import { parseName, RESERVED_SEGMENT, storedName, type SecretName } from '../record/names.js';
import type { Fields, Format, StoredRecord } from '../record.js';
import { Secret, type SecretInfo } from '../secret.js';
import { checkCloudchainValue, openCloudchain, sealCloudchain } from './cloudchain.js';
import { hashToSeal } from './credstash-digests.js';
import { checkCredstashValue, CREDSTASH_KEY_BYTES, openCredstash, sealCredstash } from './credstash.js';
import { notesFault } from './header.js';
import { leastNativeBytes } from './least-bytes.js';
import { openLazycred, sealLazycred } from './lazycred.js';
import { effectiveContext, openNative, sealNative } from './native.js';
import { generateForAll } from './recipients.js';

/** What a format may keep beside a value, by the name of put's option. */
export type Note = 'by' | 'comment' | 'tags' | 'digest';

/** What is sealed beside a value. */
export interface Sealing {
  readonly name: SecretName;
  readonly context: Context;
  readonly by?: string | undefined;
  readonly comment?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly digest?: string | undefined;
  /** When the record is made, RFC 3339. */
  readonly created: () => string;
  /** For tests; see {@link sealNative}. */
  readonly random?: ((size: number) => Uint8Array) | undefined;
}

/** A value whose data key is wrapped already. */
export interface Sealer {
  /** The record of one version: the same bytes whenever the same version is asked for again. */
  readonly fields: (version: string) => Fields;
  /** The data key as each recipient's provider wrapped it; undefined in a format whose records name no key. */
  readonly recipients: readonly WrappedKey[] | undefined;
  /** Zeroes the data key. */
  readonly dispose: () => void;
}

/**
 * Remembers what `make` made last, and gives that again for the same version: a record that is sent a second
 * time must be byte-identical to the first, or the store would not know its own write again.
 */
export function oncePerVersion(make: (version: string) => Fields): (version: string) => Fields {
  let made: { readonly version: string; readonly fields: Fields } | undefined;
  return (version) => {
    if (made?.version !== version) made = { version, fields: make(version) };
    return made.fields;
  };
}

/** What an opened record has to be. */
export interface Expected {
  readonly version: string;
  /** Undefined: any that the record itself names. */
  readonly context: Context | undefined;
  readonly maxBytes: number;
}

/** Opens one of the wrapped keys; whoever asks for one zeroes it. */
export type Unwrap = (
  keys: readonly WrappedKey[],
  context: Context,
  keyBytes?: number | 'any',
) => Promise<Uint8Array>;

/** One record format, as the store sees it. */
export interface RecordFormat {
  /** Numbers from 1; CredStash's texts, in the order of their bytes; none: a put overwrites. */
  readonly versions: 'numbers' | 'texts' | 'none';
  /** Whether a version can be without a value (a tombstone, a stub); elsewhere removing frees its place. */
  readonly stubs: boolean;
  readonly notes: readonly Note[];
  /** Whether a record is under the encryption context that is given, not always the same one. */
  readonly context: boolean;
  /** Whether native records may lie in the same place; otherwise its table has other keys. */
  readonly besideNative: boolean;
  /** The name of a new record. @throws ERR_USAGE */
  readonly parseName: (name: string) => SecretName;
  /** @throws ERR_USAGE, ERR_UNSUPPORTED for what it can't hold, before anything is requested */
  readonly check: (value: Uint8Array, what: Pick<Sealing, Note>) => void;
  /** The least that a record's fields take with a value of so many bytes: their names and values, in bytes. */
  readonly leastBytes: (valueBytes: number, what: Omit<Sealing, 'created' | 'random'>) => number;
  /** Wraps a data key for `keys`. */
  readonly seal: (
    value: Uint8Array,
    what: Sealing,
    keys: readonly KeyProvider[],
    o: CallOptions,
  ) => Promise<Sealer>;
  /** @throws ERR_INTEGRITY, what `unwrap` throws */
  readonly open: (record: StoredRecord, expected: Expected, unwrap: Unwrap) => Promise<Secret>;
}

/** The formats: which can hold what, and how. */
export const RECORD_FORMATS: Readonly<Record<Format, RecordFormat>> = {
  native: {
    versions: 'numbers',
    stubs: true,
    notes: ['by', 'comment', 'tags'],
    context: true,
    besideNative: true,
    parseName,
    check: (_, notes) => {
      const fault = notesFault(notes);
      if (fault !== undefined) throw new LazycredError('ERR_USAGE', fault);
    },
    leastBytes: (valueBytes, what) => leastNativeBytes(what, valueBytes),
    seal: async (value, { name, context, by, comment, tags, created, random }, keys, o) => {
      const dataKey = await generateForAll(keys, effectiveContext(context, name), o);
      return {
        fields: oncePerVersion((version) => {
          const header = { name, version, context, created: created(), by, comment, tags };
          return sealNative(header, value, dataKey.key, dataKey.keys, random);
        }),
        recipients: dataKey.keys,
        dispose: () => dataKey.key.fill(0),
      };
    },
    open: async ({ name, fields }, { version, context, maxBytes }, unwrap) => {
      const { header, value } = await openNative(fields, { name, version, context, maxBytes }, unwrap);
      const { created, by, comment, tags } = header;
      return new Secret({ name, version, created: new Date(created), by, comment, tags: tags ?? {} }, value);
    },
  },
  lazycred: {
    versions: 'none',
    stubs: false,
    notes: [],
    context: false,
    besideNative: true,
    // Any name that LazyCred took is taken, but native records' archives are not to be written over.
    parseName: (name) => (name.split('/').includes(RESERVED_SEGMENT) ? parseName(name) : storedName(name)),
    check: () => undefined,
    leastBytes: base64Length,
    seal: async (value, _, keys, o) => always(await sealLazycred(value, onlyKey('lazycred', keys), o)),
    open: async (record, _, unwrap) =>
      new Secret(bareInfo(record), await openLazycred(record.fields, record.name, unwrap)),
  },
  credstash: {
    versions: 'texts',
    stubs: false,
    notes: ['comment', 'digest'],
    context: true,
    besideNative: true,
    parseName: storedName,
    check: (value, { digest }) => {
      if (digest !== undefined) hashToSeal(digest);
      checkCredstashValue(value);
    },
    leastBytes: base64Length,
    seal: async (value, { context, comment, digest }, keys, o) => {
      const key = onlyKey('credstash', keys);
      const dataKey = await key.generate(context, { ...o, keyBytes: CREDSTASH_KEY_BYTES });
      return always(sealCredstash(value, dataKey, digest, comment));
    },
    open: async (record, { context = {} }, unwrap) => {
      const value = await openCredstash(record.fields, record.name, context, unwrap);
      return new Secret({ ...bareInfo(record), comment: record.fields['comment'] }, value);
    },
  },
  cloudchain: {
    versions: 'none',
    stubs: false,
    notes: [],
    context: false,
    besideNative: false,
    parseName: (name) => {
      parseCloudchainName(name);
      return storedName(name);
    },
    check: checkCloudchainValue,
    leastBytes: base64Length,
    seal: async (value, _, keys, o) => always(await sealCloudchain(value, onlyKey('cloudchain', keys), o)),
    open: async (record, _, unwrap) =>
      new Secret(bareInfo(record), await openCloudchain(record.fields, record.name, unwrap)),
  },
};

// A format whose records don't hold their version has the same record for each.
function always(fields: Fields): Sealer {
  return { fields: () => fields, recipients: undefined, dispose: () => undefined };
}

function onlyKey(format: Format, keys: readonly KeyProvider[]): KeyProvider {
  const [key] = keys;
  if (key !== undefined && keys.length === 1) return key;
  throw new LazycredError('ERR_UNSUPPORTED', `the ${format} format takes exactly one key`, {
    hint: 'format: native takes up to 8',
  });
}

function bareInfo({ name, version }: StoredRecord): SecretInfo {
  return { name, version, created: undefined, by: undefined, comment: undefined, tags: {} };
}
