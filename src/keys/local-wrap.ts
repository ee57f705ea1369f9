import { compareUtf8 } from '../text/utf8-order.js';
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import { LazycredError } from '../errors.js';
import type { Context, WrappedKey } from '../keys.js';
import { DATA_KEY_BYTES } from './wrapped-text.js';

// Native record format 1, "local": docs/format.md.
const LABEL = Buffer.from('lazycred-local/1', 'ascii');
const ID_LABEL = 'lazycred-local-id/1';
const SALT_BYTES = 32;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ID_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/** Bytes of {@link sealUnder}'s answer: salt, ciphertext and tag. */
export const SEALED_BYTES = SALT_BYTES + DATA_KEY_BYTES + TAG_BYTES;

/** What a data key is sealed under, and bound to. */
export interface Wrapping {
  /** 32 bytes: the local key, or what scrypt made of a passphrase. */
  readonly key: Buffer;
  /** Bytes that stand before the local AAD; none for `local`. */
  readonly lead?: Buffer;
  readonly context: Context;
}

/** @throws ERR_UNSUPPORTED unless a data key of `bytes` is what these keys wrap: 32; the ancestors' differ */
export function checkKeyLength(bytes: number): void {
  if (bytes === DATA_KEY_BYTES) return;
  throw new LazycredError('ERR_UNSUPPORTED', `only a KMS key wraps a data key of ${bytes} bytes`, {
    hint: "the ancestors' formats need a KMS key: set key, as in key: kms:alias/…",
  });
}

/**
 * Seals a data key: salt (32) ‖ ciphertext (32) ‖ tag (16), by AES-256-GCM under HKDF-SHA-512(key,
 * salt, "lazycred-local/1", 44) → key (32) ‖ nonce (12). A fresh salt each time makes a fresh nonce.
 *
 * @throws ERR_UNSUPPORTED unless `dataKey` is 32 bytes: LazyCred's format wraps 44
 */
export function sealUnder(w: Wrapping, dataKey: Uint8Array, random: (n: number) => Buffer): Buffer {
  checkKeyLength(dataKey.length);
  const salt = random(SALT_BYTES);
  return withDerived(w.key, salt, (key, nonce) => {
    const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(aad(w));
    return Buffer.concat([salt, cipher.update(dataKey), cipher.final(), cipher.getAuthTag()]);
  });
}

/** The data key that {@link sealUnder} sealed; undefined for anything else. The caller zeroes it. */
export function openUnder(w: Wrapping, sealed: Buffer): Buffer | undefined {
  if (sealed.length !== SEALED_BYTES) return undefined;
  const salt = sealed.subarray(0, SALT_BYTES);
  return withDerived(w.key, salt, (key, nonce) => {
    const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(aad(w));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const dataKey = decipher.update(sealed.subarray(SALT_BYTES, -TAG_BYTES));
    try {
      decipher.final();
    } catch {
      // The tag is wrong: the only failure that final() knows here. Unverified bytes must not linger.
      dataKey.fill(0);
      return undefined;
    }
    return dataKey;
  });
}

/** A new random data key and what `wrap` makes of it; zeroed when that fails. */
export async function generateBy(
  random: (n: number) => Buffer,
  wrap: (key: Buffer) => Promise<WrappedKey>,
): Promise<{ key: Uint8Array; wrapped: WrappedKey }> {
  const key = random(DATA_KEY_BYTES);
  try {
    return { key, wrapped: await wrap(key) };
  } catch (e) {
    key.fill(0);
    throw e;
  }
}

/** A key's public fingerprint: hex of the first 16 bytes of HMAC-SHA-256(key, "lazycred-local-id/1"). */
export function keyFingerprint(key: Buffer): string {
  return createHmac('sha256', key).update(ID_LABEL).digest().subarray(0, ID_BYTES).toString('hex');
}

function withDerived<T>(key: Buffer, salt: Buffer, use: (key: Buffer, nonce: Buffer) => T): T {
  const okm = Buffer.from(hkdfSync('sha512', key, salt, LABEL, KEY_BYTES + NONCE_BYTES));
  try {
    return use(okm.subarray(0, KEY_BYTES), okm.subarray(KEY_BYTES));
  } finally {
    okm.fill(0);
  }
}

// Lengths before each part, so that {ab: 'c'} and {a: 'bc'} differ; sorted by bytes, so that the
// order in which a map was built doesn't matter.
function aad({ lead, context }: Wrapping): Buffer {
  const pairs = Object.entries(context)
    .sort(([a], [b]) => compareUtf8(a, b))
    .map(([key, value]) => [Buffer.from(key), Buffer.from(value)] as const);
  const parts = pairs.flatMap(([key, value]) => [u32be(key.length), key, u32be(value.length), value]);
  return Buffer.concat([...(lead === undefined ? [] : [lead]), LABEL, ...parts]);
}

function u32be(n: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(n);
  return bytes;
}
