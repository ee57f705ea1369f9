import type { Context, KeyProvider, WrappedKey } from '../keys.js';
import type { CallOptions } from '../backend.js';
import type { Fields } from '../record.js';
import { fernetDecrypt, fernetEncrypt, generateFernetKey } from './fernet.js';
import { damaged } from './native.js';

// LazyCred 0.2.3: {"data": Fernet token, "key": base64 of KMS Encrypt over the 44 characters of the
// Fernet key}, no encryption context. Bound to no name.
const NO_CONTEXT: Context = {};

/** Characters of a Fernet key as it is wrapped: 32 bytes in base64. */
const KEY_TEXT_BYTES = 44;

/** KMS Encrypt takes at most 4 KiB of plaintext, and its answer is little longer. */
const MAX_WRAPPED_TEXT = 8 * 1024;

/**
 * Seals a value as LazyCred does, to be opened by it.
 *
 * @throws what the provider threw; nothing is made without its answer (the original stored a null key)
 */
export async function sealLazycred(
  value: Uint8Array,
  key: KeyProvider,
  o: CallOptions = {},
): Promise<Fields> {
  const fernetKey = generateFernetKey();
  const text = Buffer.from(fernetKey);
  try {
    const { wrapped } = await key.wrap(text, NO_CONTEXT, o);
    return { data: fernetEncrypt(fernetKey, value), key: wrapped };
  } finally {
    text.fill(0);
  }
}

/**
 * Opens LazyCred's record, whatever name it lies under: the format binds none.
 *
 * @throws ERR_INTEGRITY for anything broken; what `unwrap` throws
 */
export async function openLazycred(
  fields: Fields,
  name: string,
  unwrap: (keys: readonly WrappedKey[], context: Context, keyBytes: number) => Promise<Uint8Array>,
): Promise<Buffer> {
  const { data, key } = fields;
  if (data === undefined || key === undefined || key === '' || key.length > MAX_WRAPPED_TEXT)
    throw damaged(name);
  const fernetKey = await unwrap([{ provider: 'aws-kms', id: '', wrapped: key }], NO_CONTEXT, KEY_TEXT_BYTES);
  try {
    const value = fernetDecrypt(Buffer.from(fernetKey).toString('latin1'), data);
    if (value === undefined) throw damaged(name);
    return value;
  } finally {
    fernetKey.fill(0);
  }
}
