import { decodeBase64 } from '../base64.js';
import { LazycredError } from '../errors.js';

/** Longest `wrapped` of a record, in bytes (docs/format.md). */
const MAX_WRAPPED_BYTES = 2048;

/** The same in characters of base64, checked before it is decoded or sent. */
const MAX_WRAPPED_TEXT = Math.ceil(MAX_WRAPPED_BYTES / 3) * 4;

/** Bytes of a native record's data key. */
export const DATA_KEY_BYTES = 32;

/** The bytes of `wrapped`; undefined when it is empty, too long or not canonical base64. */
export function wrappedBytes(text: string): Buffer | undefined {
  if (text === '' || text.length > MAX_WRAPPED_TEXT) return undefined;
  const bytes = decodeBase64(text);
  return bytes !== undefined && bytes.length <= MAX_WRAPPED_BYTES ? bytes : undefined;
}

/** One message for every cause: what is damaged must not tell an attacker how. */
export function damagedKey(label: string, cause?: unknown): LazycredError {
  return new LazycredError('ERR_INTEGRITY', 'the wrapped data key is damaged or bound to another context', {
    location: label,
    cause,
  });
}
