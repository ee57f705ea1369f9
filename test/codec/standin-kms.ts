import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { LazycredError } from '../../src/errors.js';
import type { Context, GenerateOptions, KeyProvider, UnwrapOptions, WrappedKey } from '../../src/keys.js';
import { readJson } from './vector-files.js';

// The KMS that the ancestors' golden records were written with (test/vectors/kms.json): no server opens
// its blobs. 01 02 03 00 78 | SHA-256 of the key's ARN | IV (12) | AES-256-GCM | tag (16).
const MAGIC = Buffer.from('0102030078', 'hex');
const ARN_HASH_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

interface MasterKey {
  readonly alias: string;
  readonly arn: string;
  readonly masterKeyHex: string;
}

/** One key of the stand-in KMS, as a provider. It checks what AWS KMS checks. */
export class StandInKms implements KeyProvider {
  readonly id = 'aws-kms';
  readonly label: string;
  readonly #key: MasterKey;

  /** @param alias with `alias/` in front, as in kms.json */
  constructor(alias: string) {
    const key = masterKeys().find((k) => k.alias === alias);
    if (key === undefined) throw new Error(`no key ${alias} in kms.json`);
    this.#key = key;
    this.label = `kms:${alias}`;
  }

  async generate(
    context: Context,
    o: GenerateOptions = {},
  ): Promise<{ key: Uint8Array; wrapped: WrappedKey }> {
    const key = randomBytes(o.keyBytes ?? 32);
    return { key, wrapped: await this.wrap(key, context) };
  }

  wrap(key: Uint8Array, context: Context): Promise<WrappedKey> {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', masterOf(this.#key), iv).setAAD(aad(context));
    const sealed = Buffer.concat([cipher.update(key), cipher.final(), cipher.getAuthTag()]);
    const wrapped = Buffer.concat([MAGIC, arnHash(this.#key), iv, sealed]).toString('base64');
    return Promise.resolve({ provider: this.id, id: this.#key.arn, wrapped });
  }

  // As the provider for AWS KMS does: lengths are its caller's to say.
  unwrap(wrapped: WrappedKey, context: Context, o: UnwrapOptions = {}): Promise<Uint8Array> {
    const blob = Buffer.from(wrapped.wrapped, 'base64');
    const allowed = o.anyKey === true ? masterKeys() : [this.#key];
    const key = allowed.map((master) => open(master, blob, context)).find((opened) => opened !== undefined);
    const { keyBytes = 'any' } = o;
    if (key === undefined || (keyBytes !== 'any' && key.length !== keyBytes)) {
      return Promise.reject(new LazycredError('ERR_INTEGRITY', 'the wrapped data key is damaged'));
    }
    return Promise.resolve(key);
  }

  rank(wrapped: WrappedKey): 0 | 1 | 2 | undefined {
    return wrapped.provider === this.id ? 1 : undefined;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function masterKeys(): readonly MasterKey[] {
  return readJson<{ keys: MasterKey[] }>('kms.json').keys;
}

function open(key: MasterKey, blob: Buffer, context: Context): Buffer | undefined {
  const head = Buffer.concat([MAGIC, arnHash(key)]);
  const iv = blob.subarray(head.length, head.length + IV_BYTES);
  const sealed = blob.subarray(head.length + IV_BYTES);
  if (!blob.subarray(0, head.length).equals(head) || sealed.length < TAG_BYTES) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', masterOf(key), iv).setAAD(aad(context));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]);
  } catch {
    // KMS says InvalidCiphertextException, whatever is wrong.
    return undefined;
  }
}

function masterOf(key: MasterKey): Buffer {
  return Buffer.from(key.masterKeyHex, 'hex');
}

function arnHash(key: MasterKey): Buffer {
  return createHash('sha256').update(key.arn).digest().subarray(0, ARN_HASH_BYTES);
}

function aad(context: Context): Buffer {
  const pairs = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.from(JSON.stringify(pairs));
}
