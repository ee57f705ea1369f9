import { decodeBase64 } from '../text/base64.js';
import { LazycredError } from '../errors.js';

/** Longest `wrapped` of a native record, in bytes (docs/format.md). */
const MAX_WRAPPED_BYTES = 2048;

/** Longest blob that KMS opens, for the ancestors' formats: `CiphertextBlob` of Decrypt in the KMS API Reference. */
const MAX_BLOB_BYTES = 6144;

/** Bytes of a native record's data key. */
export const DATA_KEY_BYTES = 32;

/**
 * The bytes of `wrapped`; undefined when it is empty, too long or not canonical base64.
 *
 * @param keyBytes length of what is wrapped: other than 32, an ancestor's, it may be as long as KMS makes it
 */
export function wrappedBytes(text: string, keyBytes: number | 'any' = DATA_KEY_BYTES): Buffer | undefined {
  const max = keyBytes === DATA_KEY_BYTES ? MAX_WRAPPED_BYTES : MAX_BLOB_BYTES;
  // Counted in characters first: nothing longer is decoded.
  if (text === '' || text.length > Math.ceil(max / 3) * 4) return undefined;
  const bytes = decodeBase64(text);
  return bytes !== undefined && bytes.length <= max ? bytes : undefined;
}

/** One message for every cause: what is damaged must not tell an attacker how. */
export function damagedKey(label: string, cause?: unknown): LazycredError {
  return new LazycredError('ERR_INTEGRITY', 'the wrapped data key is damaged or bound to another context', {
    location: label,
    cause,
  });
}
