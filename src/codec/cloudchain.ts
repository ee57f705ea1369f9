import type { CallOptions } from '../backend.js';
import { LazycredError } from '../errors.js';
import type { Context, KeyProvider, WrappedKey } from '../keys.js';
import type { Fields } from '../record.js';
import { damaged } from './native.js';
import { decodePythonBase64 } from '../text/python-base64.js';

// cloudchain 0.1.7: {"Secret": base64 of KMS Encrypt over the value itself}, and always this context.
// Bound to no service or user.
const CONTEXT: Context = { string: 'string' };

/** Largest value, in bytes: `Plaintext` of Encrypt in the KMS API Reference. */
export const MAX_CLOUDCHAIN_BYTES = 4096;

/** Longest blob that KMS opens: `CiphertextBlob` of Decrypt in the KMS API Reference. */
const MAX_BLOB_BYTES = 6144;

/** @throws ERR_USAGE unless the value has 1–4096 bytes */
export function checkCloudchainValue(value: Uint8Array): void {
  if (value.length === 0 || value.length > MAX_CLOUDCHAIN_BYTES) {
    const sizes = `1 to ${MAX_CLOUDCHAIN_BYTES} bytes, this value has ${value.length}`;
    throw new LazycredError('ERR_USAGE', `cloudchain's format holds ${sizes}`, {
      hint: 'the native format holds an empty value, and up to 256 KiB',
    });
  }
}

/**
 * Encrypts a value as cloudchain does, to be opened by it.
 *
 * @param value 1–4096 bytes
 * @throws ERR_USAGE for another length; ERR_UNSUPPORTED for a key that isn't in AWS KMS; what the
 *   provider threw
 */
export async function sealCloudchain(
  value: Uint8Array,
  key: KeyProvider,
  o: CallOptions = {},
): Promise<Fields> {
  checkCloudchainValue(value);
  // A local key would take a value that has the length of a data key.
  if (key.id !== 'aws-kms') {
    throw new LazycredError('ERR_UNSUPPORTED', "cloudchain's format needs a key in AWS KMS", {
      hint: 'set key, as in key: kms:alias/cloudchain',
    });
  }
  const { wrapped } = await key.wrap(value, CONTEXT, o);
  return { Secret: wrapped };
}

/**
 * Opens cloudchain's record, whatever service and user it lies under: the format binds neither.
 *
 * @param unwrap asks KMS; what it opens is the value itself
 * @throws ERR_INTEGRITY for anything broken; what `unwrap` throws
 */
export async function openCloudchain(
  fields: Fields,
  name: string,
  unwrap: (keys: readonly WrappedKey[], context: Context, keyBytes: 'any') => Promise<Uint8Array>,
): Promise<Buffer> {
  const { Secret: secret = '' } = fields;
  const blob = decodePythonBase64(secret);
  if (blob === undefined || blob.length === 0 || blob.length > MAX_BLOB_BYTES) throw damaged(name);
  const value = await unwrap(
    [{ provider: 'aws-kms', id: '', wrapped: blob.toString('base64') }],
    CONTEXT,
    'any',
  );
  return Buffer.from(value.buffer, value.byteOffset, value.length);
}
