import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { decodeBase64Url, encodeBase64Url } from '../text/base64.js';

// The Fernet specification (github.com/fernet/spec, Spec.md):
// token = base64url(0x80 ‖ time, 64-bit big-endian seconds ‖ IV, 16 ‖ AES-128-CBC, PKCS #7 ‖ HMAC-SHA-256, 32)
const VERSION = 0x80;
const HEAD_BYTES = 1 + 8;
const IV_BYTES = 16;
const BLOCK_BYTES = 16;
const MAC_BYTES = 32;
const KEY_BYTES = 32;

/** The two halves of a Fernet key: signing first, then encryption; undefined unless it is 32 bytes of base64. */
function halves(key: string): { signing: Buffer; encryption: Buffer } | undefined {
  const bytes = decodeBase64Url(key);
  if (bytes?.length !== KEY_BYTES) return undefined;
  return { signing: bytes.subarray(0, 16), encryption: bytes.subarray(16) };
}

/** A new Fernet key: 44 characters of url-safe base64. */
export function generateFernetKey(): string {
  return encodeBase64Url(randomBytes(KEY_BYTES));
}

/**
 * Makes a Fernet token.
 *
 * @param key 44 characters of url-safe base64
 * @param o time in seconds and IV, for tests; the clock and randomness by default
 */
export function fernetEncrypt(
  key: string,
  value: Uint8Array,
  o: { readonly time?: number; readonly iv?: Uint8Array } = {},
): string {
  const parts = halves(key);
  if (parts === undefined) throw new TypeError('a Fernet key is 32 bytes of url-safe base64');
  const iv = o.iv ?? randomBytes(IV_BYTES);
  const head = Buffer.alloc(HEAD_BYTES);
  head[0] = VERSION;
  head.writeBigUInt64BE(BigInt(o.time ?? Math.floor(Date.now() / 1000)), 1);
  const cipher = createCipheriv('aes-128-cbc', parts.encryption, iv);
  const signed = Buffer.concat([head, iv, cipher.update(value), cipher.final()]);
  const mac = createHmac('sha256', parts.signing).update(signed).digest();
  return encodeBase64Url(Buffer.concat([signed, mac]));
}

/**
 * Opens a Fernet token of any age (LazyCred sets no time to live).
 *
 * @returns the value; undefined for anything that isn't a token under this key. The HMAC is checked
 *   first, in constant time.
 */
export function fernetDecrypt(key: string, token: string): Buffer | undefined {
  const parts = halves(key);
  const bytes = decodeBase64Url(token);
  if (parts === undefined || bytes === undefined) return undefined;
  const sealedBytes = bytes.length - HEAD_BYTES - IV_BYTES - MAC_BYTES;
  if (sealedBytes < BLOCK_BYTES || sealedBytes % BLOCK_BYTES !== 0 || bytes[0] !== VERSION) return undefined;
  const signed = bytes.subarray(0, -MAC_BYTES);
  const mac = createHmac('sha256', parts.signing).update(signed).digest();
  if (!timingSafeEqual(mac, bytes.subarray(-MAC_BYTES))) return undefined;
  const iv = signed.subarray(HEAD_BYTES, HEAD_BYTES + IV_BYTES);
  const decipher = createDecipheriv('aes-128-cbc', parts.encryption, iv);
  try {
    return Buffer.concat([decipher.update(signed.subarray(HEAD_BYTES + IV_BYTES)), decipher.final()]);
  } catch {
    // Bad padding under a good HMAC: not a token that Fernet makes.
    return undefined;
  }
}
