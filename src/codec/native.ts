import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { base64Length, decodeBase64 } from '../text/base64.js';
import { LazycredError } from '../errors.js';
import type { Context, WrappedKey } from '../keys.js';
import { DEFAULT_MAX_VALUE_BYTES, type Fields } from '../record.js';
import { DATA_FIELD, FORMAT_FIELD, FORMAT_NUMBER, HEADER_FIELD } from '../record/claims.js';
import { decodeHeader, encodeHeader, notesFault, SALT_BYTES, TAG_BYTES, type Header } from './header.js';

export type { Header } from './header.js';

export { FORMAT_NUMBER };

const INFO = Buffer.from('lazycred/1', 'ascii');

/** What HKDF makes of a data key and a salt: docs/format.md, "Derivation". */
export interface Derived {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly commit: Uint8Array;
  /** The whole, to be zeroed after use. */
  readonly okm: Uint8Array;
}

/** HKDF-SHA-512 (RFC 5869) → encryption key [0,32), nonce [32,44), commitment [44,76). */
export function derive(dataKey: Uint8Array, salt: Uint8Array): Derived {
  const okm = new Uint8Array(hkdfSync('sha512', dataKey, salt, INFO, 76));
  return { key: okm.subarray(0, 32), nonce: okm.subarray(32, 44), commit: okm.subarray(44, 76), okm };
}

/** AES-256-GCM: ciphertext ‖ 16-byte tag. */
export function encryptBytes(derived: Derived, aad: Uint8Array, value: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-gcm', derived.key, derived.nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(aad);
  const out = Buffer.allocUnsafe(value.length + TAG_BYTES);
  cipher.update(value).copy(out);
  cipher.final();
  cipher.getAuthTag().copy(out, value.length);
  return out;
}

/** The value under {@link encryptBytes}; undefined when it doesn't authenticate. */
export function decryptBytes(derived: Derived, aad: Uint8Array, sealed: Uint8Array): Buffer | undefined {
  const decipher = createDecipheriv('aes-256-gcm', derived.key, derived.nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const value = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES));
  try {
    decipher.final();
  } catch {
    value.fill(0);
    return undefined;
  }
  return value;
}

/** What goes into a record beside the value and the random salt. */
export type Sealing = Omit<Header, 'salt' | 'commit' | 'keys'>;

/**
 * Seals a value as a native record, format 1.
 *
 * @param dataKey 32 bytes, random; the caller zeroes it
 * @param keys the same data key as each recipient's provider wrapped it, under the effective context
 * @param random for tests; anything but cryptographic randomness breaks the record
 * @throws ERR_USAGE when the header would be over a limit
 */
export function sealNative(
  what: Sealing,
  value: Uint8Array,
  dataKey: Uint8Array,
  keys: readonly WrappedKey[],
  random: (size: number) => Uint8Array = randomBytes,
): Fields {
  const salt = random(SALT_BYTES);
  const derived = derive(dataKey, salt);
  try {
    const header = encodeHeader({ ...what, salt, commit: derived.commit, keys });
    if (decodeHeader(header) === undefined) {
      const fault =
        notesFault(what) ?? `its context, keys and tags are over a limit of the format (docs/format.md)`;
      throw new LazycredError('ERR_USAGE', fault, { name: what.name });
    }
    const data = encryptBytes(derived, Buffer.from(header), value).toString('base64');
    return { [FORMAT_FIELD]: FORMAT_NUMBER, [HEADER_FIELD]: header, [DATA_FIELD]: data };
  } finally {
    derived.okm.fill(0);
  }
}

/** What the reader of a record expects of it. */
export interface Expected {
  readonly name: string;
  /** Canonical decimal: as asked for, or as the backend keys the record. */
  readonly version: string;
  /** The configured context: the header's must equal it exactly. Undefined: none configured, any opens. */
  readonly context: Context | undefined;
  /** Largest value in bytes. */
  readonly maxBytes?: number;
}

/** What an opened record says beside its value. */
export interface Opened {
  readonly header: Header;
  readonly value: Buffer;
}

/** The context under which the data key is wrapped: the user's pairs and the secret's name. */
export function effectiveContext(context: Context, name: string): Context {
  return { ...context, 'lazycred:name': name };
}

/**
 * Opens a native record. Everything that is cheap is checked before the key provider is asked.
 *
 * @param unwrap gives the data key of any of the recipients; it is zeroed here after use
 * @throws ERR_INTEGRITY for anything broken, one message for all causes; ERR_UNSUPPORTED for a newer
 *   format; what `unwrap` throws
 */
export async function openNative(
  fields: Fields,
  expected: Expected,
  unwrap: (keys: readonly WrappedKey[], context: Context) => Promise<Uint8Array>,
): Promise<Opened> {
  const broken = (hint?: string) => damaged(expected.name, hint);
  if (fields[FORMAT_FIELD] !== FORMAT_NUMBER || Object.keys(fields).length !== 3) throw broken();
  const { [HEADER_FIELD]: text, [DATA_FIELD]: data } = fields;
  if (text === undefined || data === undefined || !text.isWellFormed()) throw broken();
  const maxSealed = (expected.maxBytes ?? DEFAULT_MAX_VALUE_BYTES) + TAG_BYTES;
  if (data.length > base64Length(maxSealed)) throw broken();
  const header = decodeHeader(text);
  const sealed = decodeBase64(data);
  if (header === undefined || sealed === undefined) throw broken();
  if (sealed.length < TAG_BYTES || sealed.length > maxSealed) throw broken();
  if (header.name !== expected.name)
    throw broken('the record was written under another name: was it moved, or the prefix changed?');
  if (header.version !== expected.version) throw broken('the record was written as another version');
  if (expected.context !== undefined && !sameMap(header.context, expected.context)) {
    throw broken('the record was written under another context: compare the configured one');
  }
  const dataKey = await unwrap(header.keys, effectiveContext(header.context, header.name));
  try {
    if (dataKey.length !== 32) throw broken();
    const derived = derive(dataKey, header.salt);
    try {
      // Commitment first: one record can't open to two values under two keys.
      if (!timingSafeEqual(derived.commit, header.commit)) throw broken();
      const value = decryptBytes(derived, Buffer.from(text), sealed);
      if (value === undefined) throw broken();
      return { header, value };
    } finally {
      derived.okm.fill(0);
    }
  } finally {
    dataKey.fill(0);
  }
}

/** The one error for a record that is broken, whatever broke it. */
export function damaged(name: string, hint?: string): LazycredError {
  return new LazycredError('ERR_INTEGRITY', 'the record is damaged, or not the one that was asked for', {
    name,
    hint,
  });
}

function sameMap(a: Context, b: Context): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((k) => Object.hasOwn(b, k) && a[k] === b[k]);
}
