import { randomBytes } from 'node:crypto';
import type { CallOptions } from '../backend.js';
import { LazycredError } from '../errors.js';
import type { Context, GenerateOptions, KeyProvider, UnwrapOptions, WrappedKey } from '../keys.js';
import { printable } from '../text/printable.js';
import { readKeyFile, type KeyFile } from './key-file.js';
import {
  checkKeyLength,
  generateBy,
  keyFingerprint,
  openUnder,
  SEALED_BYTES,
  sealUnder,
} from './local-wrap.js';
import { makeKeyFile } from './make-key-file.js';
import { DATA_KEY_BYTES, damagedKey, wrappedBytes } from './wrapped-text.js';

/** What {@link LocalKey} is made of. */
export interface LocalKeyOptions {
  /**
   * Absolute path of the key's file: 32 random bytes as one line of base64, 0600. Made, with its
   * folder (0700), when something is wrapped for the first time. Without it the key is random and
   * gone with this object: for tests of code that uses a store.
   */
  readonly file?: string | undefined;
  /** For messages; `local:` by default. */
  readonly label?: string | undefined;
  /** Source of randomness; `crypto.randomBytes` by default. For vectors. */
  readonly random?: ((n: number) => Buffer) | undefined;
}

/** First byte of `wrapped`: this layout's number. */
const LAYOUT = 0x01;
const LOCAL_KEY_BYTES = 32;

/**
 * A 256-bit key in a file of the user's own. `wrapped` is base64 of 0x01 ‖ salt (32) ‖ ciphertext
 * (32) ‖ tag (16); `id` is the key's fingerprint. The file is read once and kept until `close`.
 *
 * Beside the interface's contract: a missing file is made by `generate` and `wrap`, never by
 * `unwrap` (ERR_ACCESS); a file that others may read or that isn't one's own is ERR_ACCESS.
 *
 * @example
 * const key = new LocalKey({ file: '/home/ann/.local/share/lazycred/local.key' });
 * const { wrapped } = await key.generate({ 'lazycred:name': 'db' });
 */
export class LocalKey implements KeyProvider {
  readonly id = 'local';
  readonly label: string;
  readonly #file: KeyFile | undefined;
  readonly #random: (n: number) => Buffer;
  #key: Buffer | undefined;
  #closed = false;

  constructor(o: LocalKeyOptions) {
    this.label = o.label ?? 'local:';
    this.#random = o.random ?? randomBytes;
    if (o.file === undefined) this.#key = this.#random(LOCAL_KEY_BYTES);
    else this.#file = { path: o.file, bytes: LOCAL_KEY_BYTES, what: 'local key' };
  }

  async generate(
    context: Context,
    o: GenerateOptions = {},
  ): Promise<{ key: Uint8Array; wrapped: WrappedKey }> {
    checkKeyLength(o.keyBytes ?? DATA_KEY_BYTES);
    return generateBy(this.#random, (key) => this.wrap(key, context, o));
  }

  wrap(dataKey: Uint8Array, context: Context, o: CallOptions = {}): Promise<WrappedKey> {
    return this.#with({ make: true, signal: o.signal }, (key) => {
      const sealed = sealUnder({ key, context }, dataKey, this.#random);
      const wrapped = Buffer.concat([Buffer.of(LAYOUT), sealed]).toString('base64');
      return { provider: this.id, id: keyFingerprint(key), wrapped };
    });
  }

  async unwrap(wrapped: WrappedKey, context: Context, o: UnwrapOptions = {}): Promise<Uint8Array> {
    o.signal?.throwIfAborted();
    const bytes = wrappedBytes(wrapped.wrapped);
    if (bytes?.length !== 1 + SEALED_BYTES || bytes[0] !== LAYOUT) throw damagedKey(this.label);
    if ((o.keyBytes ?? DATA_KEY_BYTES) !== DATA_KEY_BYTES) throw damagedKey(this.label);
    return this.#with({ make: false, signal: o.signal }, (key) => {
      const dataKey = openUnder({ key, context }, bytes.subarray(1));
      if (dataKey !== undefined) return dataKey;
      // The hint is unverified, but only chooses between two refusals.
      if (wrapped.id === keyFingerprint(key)) throw damagedKey(this.label);
      throw new LazycredError(
        'ERR_ACCESS',
        `the local key ${printable(this.#where)} did not wrap this data key`,
        {
          location: this.label,
          hint: 'add the key that did to decryptKeys, or restore its file',
        },
      );
    });
  }

  rank(wrapped: WrappedKey): 0 | 1 | 2 | undefined {
    if (wrapped.provider !== this.id) return undefined;
    if (this.#key === undefined) return 1;
    return wrapped.id === keyFingerprint(this.#key) ? 0 : 2;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#key?.fill(0);
    this.#key = undefined;
  }

  get #where(): string {
    return this.#file?.path ?? this.label;
  }

  /** Calls `use` with the key in the same turn in which it was seen to be there: `close` may zero it in any other. */
  async #with<T>(o: CallOptions & { make: boolean }, use: (key: Buffer) => T): Promise<T> {
    o.signal?.throwIfAborted();
    if (this.#key === undefined) {
      const read = await this.#read(o.make);
      // Calls at once each read; one copy stays.
      if (this.#key === undefined && !this.#closed) this.#key = read;
      else read.fill(0);
      o.signal?.throwIfAborted();
    }
    if (this.#key === undefined) throw new LazycredError('ERR_ACCESS', `the key ${this.label} is closed`);
    return use(this.#key);
  }

  async #read(make: boolean): Promise<Buffer> {
    if (this.#file === undefined) throw new LazycredError('ERR_ACCESS', `the key ${this.label} is closed`);
    const found = await readKeyFile(this.#file);
    if (found !== undefined) return found;
    if (make) return makeKeyFile(this.#file, this.#random);
    throw new LazycredError('ERR_ACCESS', `the local key ${printable(this.#where)} is missing`, {
      location: this.#where,
      hint: 'restore the file from a copy: no other key opens what it wrapped',
    });
  }
}
