import {
  DecryptCommand,
  EncryptCommand,
  type EncryptCommandOutput,
  GenerateDataKeyCommand,
  type KMSClient,
} from '@aws-sdk/client-kms';
import type { CallOptions } from '../backend.js';
import type { Context, GenerateOptions, KeyProvider, UnwrapOptions, WrappedKey } from '../keys.js';
import { badAnswer, kmsError, otherKey, type KmsCall } from './kms-errors.js';
import { agrees, arnRegion, rankKey } from './kms-key-id.js';
import { DATA_KEY_BYTES, damagedKey, wrappedBytes } from './wrapped-text.js';

/** What {@link AwsKmsKey} is made of. */
export interface AwsKmsKeyOptions {
  /** Its settings (region, credentials, retries, time-outs) are the caller's; `close` destroys it. */
  readonly client: Pick<KMSClient, 'send' | 'destroy'>;
  /** As KMS takes it in `KeyId`: `alias/…`, a key id, or an ARN of either. */
  readonly key: string;
  /** The client's region, for messages and `rank`; an ARN's own wins. */
  readonly region?: string | undefined;
}

/**
 * A symmetric key in AWS KMS. `wrapped` is base64 of KMS's ciphertext blob, bound to the context as
 * KMS's encryption context; `id` is the key's ARN as KMS answered it.
 *
 * Every request names the *configured* key, so that what another key wrapped is refused even where
 * the caller could use that key; a Decrypt with `anyKey`, for the ancestors' formats, names none. Beside the interface's contract: ERR_CONFIG for what KMS calls
 * invalid in the request (a malformed key id, say).
 *
 * `wrap` takes 1–4096 bytes, as Encrypt does, and `generate` makes 1–1024, for the ancestors' formats.
 *
 * @example
 * const key = new AwsKmsKey({ client: new KMSClient({ region: 'eu-west-1' }), key: 'alias/acme' });
 * const { key: dataKey, wrapped } = await key.generate({ 'lazycred:name': 'db' });
 */
export class AwsKmsKey implements KeyProvider {
  readonly id = 'aws-kms';
  readonly label: string;
  readonly #client: Pick<KMSClient, 'send' | 'destroy'>;
  readonly #key: string;
  readonly #region: string | undefined;

  constructor(o: AwsKmsKeyOptions) {
    this.label = `kms:${o.key}`;
    this.#client = o.client;
    this.#key = o.key;
    this.#region = arnRegion(o.key) ?? o.region;
  }

  async generate(
    context: Context,
    o: GenerateOptions = {},
  ): Promise<{ key: Uint8Array; wrapped: WrappedKey }> {
    const call = this.#call('GenerateDataKey', o);
    const keyBytes = o.keyBytes ?? DATA_KEY_BYTES;
    const length =
      keyBytes === DATA_KEY_BYTES ? { KeySpec: 'AES_256' as const } : { NumberOfBytes: keyBytes };
    const input = { KeyId: this.#key, ...length, EncryptionContext: { ...context } };
    const { Plaintext: key, ...answer } = await send(call, (options) =>
      this.#client.send(new GenerateDataKeyCommand(input), options),
    );
    try {
      if (!isBytes(key) || key.length !== keyBytes) throw badAnswer(call);
      return { key, wrapped: this.#wrapped(answer, call, keyBytes) };
    } catch (e) {
      if (isBytes(key)) key.fill(0);
      throw e;
    }
  }

  async wrap(key: Uint8Array, context: Context, o: CallOptions = {}): Promise<WrappedKey> {
    const call = this.#call('Encrypt', o);
    const input = { KeyId: this.#key, Plaintext: key, EncryptionContext: { ...context } };
    const answer = await send(call, (options) => this.#client.send(new EncryptCommand(input), options));
    return this.#wrapped(answer, call, key.length);
  }

  async unwrap(wrapped: WrappedKey, context: Context, o: UnwrapOptions = {}): Promise<Uint8Array> {
    o.signal?.throwIfAborted();
    const keyBytes = o.keyBytes ?? DATA_KEY_BYTES;
    const blob = wrappedBytes(wrapped.wrapped, keyBytes);
    if (blob === undefined) throw damagedKey(this.label);
    const call = { ...this.#call('Decrypt', o), named: wrapped.id, anyKey: o.anyKey };
    // The configured key, never the record's hint: KMS then refuses what any other key wrapped.
    const pin = o.anyKey === true ? {} : { KeyId: this.#key };
    const input = { ...pin, CiphertextBlob: blob, EncryptionContext: { ...context } };
    const { Plaintext: key, KeyId: id } = await send(call, (options) =>
      this.#client.send(new DecryptCommand(input), options),
    );
    if (!isBytes(key)) throw badAnswer(call);
    try {
      this.#checkId(id, call);
    } catch (e) {
      key.fill(0);
      throw e;
    }
    if (keyBytes === 'any' ? key.length > 0 : key.length === keyBytes) return key;
    key.fill(0);
    throw damagedKey(this.label);
  }

  rank(wrapped: WrappedKey): 0 | 1 | 2 | undefined {
    return wrapped.provider === this.id ? rankKey(this.#key, wrapped.id, this.#region) : undefined;
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  #call(operation: KmsCall['operation'], o: CallOptions): KmsCall {
    return { label: this.label, region: this.#region, operation, signal: o.signal };
  }

  // Which key was used is KMS's own word, which every answer holds.
  #checkId(id: unknown, call: KmsCall): string {
    if (typeof id !== 'string' || id === '') throw badAnswer(call);
    if (call.anyKey === true || agrees(this.#key, id)) return id;
    throw otherKey(id, call);
  }

  #wrapped(
    answer: Pick<EncryptCommandOutput, 'KeyId' | 'CiphertextBlob'>,
    call: KmsCall,
    keyBytes: number,
  ): WrappedKey {
    const { CiphertextBlob: blob } = answer;
    const id = this.#checkId(answer.KeyId, call);
    if (!isBytes(blob) || blob.length === 0) throw badAnswer(call);
    const wrapped = Buffer.from(blob).toString('base64');
    // A longer one could be stored but never read again.
    if (wrappedBytes(wrapped, keyBytes) === undefined) throw badAnswer(call);
    return { provider: this.id, id, wrapped };
  }
}

// The SDK's types promise it, but its parser passes on whatever JSON the server sent.
function isBytes(value: Uint8Array | undefined): value is Uint8Array {
  return ArrayBuffer.isView(value);
}

type SendOptions = { abortSignal?: AbortSignal };

async function send<T>(call: KmsCall, request: (options: SendOptions) => Promise<T>): Promise<T> {
  const { signal } = call;
  signal?.throwIfAborted();
  try {
    return await request(signal === undefined ? {} : { abortSignal: signal });
  } catch (e) {
    throw kmsError(e, call);
  }
}
