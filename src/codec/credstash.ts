import { isUtf8 } from 'node:buffer';
import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import { isLazycredError, LazycredError } from '../errors.js';
import type { Context, KeyProvider, WrappedKey } from '../keys.js';
import type { Fields } from '../record.js';
import { DEFAULT_CREDSTASH_DIGEST, hashToOpen, hashToSeal } from './credstash-digests.js';
import { damaged } from './native.js';
import { decodePythonBase64 } from '../text/python-base64.js';

// CredStash 1.17.1, credstash.py, `seal_aes_ctr_legacy`: `key` = base64 of a KMS data key's blob,
// `contents` = base64 of AES-CTR under its first half, `hmac` = hex of the HMAC under its second half
// over the raw ciphertext, `digest` = the HMAC's hash. Bound to the KMS context, but to no name,
// version or comment.

/** Length of the data key of a new record: AES-256 and as much for the HMAC. */
export const CREDSTASH_KEY_BYTES = 64;

/** The counter begins at 1 in every record (`LEGACY_NONCE`): a data key must seal one value only. */
const FIRST_COUNTER = Buffer.from([...Array.from({ length: 15 }, () => 0), 1]);

/** Lengths of AES keys, in bytes. */
const AES_KEY_BYTES: readonly number[] = [16, 24, 32];

/** Longest blob that KMS opens: `CiphertextBlob` of Decrypt in the KMS API Reference. */
const MAX_BLOB_BYTES = 6144;

const HEX = /^(?:[0-9A-Fa-f]{2})*$/u;

interface Halves {
  readonly encryption: Uint8Array;
  readonly signing: Uint8Array;
}

/** The halves of a data key of any length, as releases since 1.13 split it; undefined when the first is no AES key. */
function halve(dataKey: Uint8Array): Halves | undefined {
  const half = Math.floor(dataKey.length / 2);
  if (!AES_KEY_BYTES.includes(half)) return undefined;
  return { encryption: dataKey.subarray(0, half), signing: dataKey.subarray(half) };
}

function cipherOf({ encryption }: Halves): string {
  return `aes-${encryption.length * 8}-ctr`;
}

/**
 * Opens a row that any release of CredStash wrote, whatever name and version it lies under: the
 * format binds neither. The value is bytes; release 1.17.1 itself reads UTF-8 alone.
 *
 * @param fields the row's attributes beside its keys; others than CredStash's are ignored
 * @param context the KMS encryption context that it was put with
 * @param unwrap gives the data key, of any length; it is zeroed here after use
 * @throws ERR_INTEGRITY for anything broken, one message for all causes; ERR_UNSUPPORTED for a digest
 *   that is unknown or that this platform lacks; what `unwrap` throws
 */
export async function openCredstash(
  fields: Fields,
  name: string,
  context: Context,
  unwrap: (keys: readonly WrappedKey[], context: Context, keyBytes: 'any') => Promise<Uint8Array>,
): Promise<Buffer> {
  const { key = '', contents, hmac, digest = DEFAULT_CREDSTASH_DIGEST } = fields;
  const blob = decodePythonBase64(key);
  const sealed = contents === undefined ? undefined : decodePythonBase64(contents);
  if (blob === undefined || blob.length === 0 || blob.length > MAX_BLOB_BYTES) throw damaged(name);
  if (sealed === undefined || hmac === undefined || !HEX.test(hmac)) throw damaged(name);
  const hash = hashToOpen(digest, name);
  const wrapped = { provider: 'aws-kms', id: '', wrapped: blob.toString('base64') };
  const dataKey = await unwrap([wrapped], context, 'any').catch((e: unknown) => {
    throw withContextHint(e);
  });
  try {
    const halves = halve(dataKey);
    if (halves === undefined) throw damaged(name);
    // Before decryption: nothing of what is not authentic is ever deciphered.
    const mac = createHmac(hash, halves.signing).update(sealed).digest();
    const stored = Buffer.from(hmac, 'hex');
    if (stored.length !== mac.length || !timingSafeEqual(stored, mac)) throw damaged(name);
    const decipher = createDecipheriv(cipherOf(halves), halves.encryption, FIRST_COUNTER);
    return Buffer.concat([decipher.update(sealed), decipher.final()]);
  } finally {
    dataKey.fill(0);
  }
}

// KMS doesn't tell a damaged blob from one of another context, which is the likelier.
function withContextHint(e: unknown): unknown {
  if (!isLazycredError(e, 'ERR_INTEGRITY')) return e;
  return e.with({ hint: { code: 'same-context' } });
}

/** @throws ERR_USAGE for a value that isn't UTF-8, which release 1.17.1 can't open */
export function checkCredstashValue(value: Uint8Array): void {
  if (isUtf8(value)) return;
  throw new LazycredError('ERR_USAGE', "the value is not UTF-8, which CredStash's format needs", {
    hint: 'encode it (as base64, say), or use the native format, which holds any bytes',
  });
}

/** What {@link sealCredstash} seals under: the answer of `generate(context, { keyBytes: 64 })`. */
export type CredstashDataKey = Awaited<ReturnType<KeyProvider['generate']>>;

/**
 * Seals a value as CredStash 1.17.1 does, to be opened by it: `contents`, `hmac`, `key`, `digest`, and
 * `comment` where there is one.
 *
 * @param value UTF-8: release 1.17.1 can't open other bytes
 * @param dataKey 64 bytes under KMS, with the record's context. Used up, and zeroed here: a second
 *   value under the same key and counter would give both away
 * @param digest the HMAC's hash, as CredStash calls it
 * @throws ERR_USAGE when the value is not UTF-8; ERR_UNSUPPORTED for a digest that 1.17.1 doesn't write
 *   and a key that isn't in AWS KMS
 * @example
 * const dataKey = await kms.generate({ env: 'prod' }, { keyBytes: 64 });
 * const fields = sealCredstash(Buffer.from('hunter2'), dataKey);
 */
export function sealCredstash(
  value: Uint8Array,
  dataKey: CredstashDataKey,
  digest: string = DEFAULT_CREDSTASH_DIGEST,
  comment = '',
): Fields {
  const { key, wrapped } = dataKey;
  try {
    const hash = hashToSeal(digest);
    checkCredstashValue(value);
    if (wrapped.provider !== 'aws-kms') {
      throw new LazycredError('ERR_UNSUPPORTED', "CredStash's format needs a key in AWS KMS", {
        hint: 'set key, as in key: kms:alias/credstash',
      });
    }
    const halves = halve(key);
    if (halves === undefined || key.length !== CREDSTASH_KEY_BYTES || key.every((byte) => byte === 0)) {
      throw new TypeError("CredStash's data key is 64 random bytes, used once");
    }
    const cipher = createCipheriv(cipherOf(halves), halves.encryption, FIRST_COUNTER);
    const sealed = Buffer.concat([cipher.update(value), cipher.final()]);
    return {
      contents: sealed.toString('base64'),
      hmac: createHmac(hash, halves.signing).update(sealed).digest('hex'),
      key: wrapped.wrapped,
      digest,
      // As the original: none rather than an empty one.
      ...(comment === '' ? {} : { comment }),
    };
  } finally {
    key.fill(0);
  }
}
