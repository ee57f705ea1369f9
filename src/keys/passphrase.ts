import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { CallOptions } from '../backend.js';
import { LazycredError } from '../errors.js';
import type { Context, GenerateOptions, KeyProvider, UnwrapOptions, WrappedKey } from '../keys.js';
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
import {
  DEFAULT_COST,
  LEAD_BYTES,
  leadOf,
  SCRYPT_SALT_BYTES,
  ScryptKeys,
  type ScryptCost,
} from './scrypt-keys.js';
import { DATA_KEY_BYTES, damagedKey, wrappedBytes } from './wrapped-text.js';

export type { ScryptCost } from './scrypt-keys.js';

/** What {@link PassphraseKey} is made of. */
export interface PassphraseKeyOptions {
  /** Gives the passphrase, used as its UTF-8 bytes; called when first needed, and once at most. */
  readonly passphrase: () => Promise<string>;
  /**
   * Absolute path of the installation's scrypt salt: 16 random bytes as one line of base64, 0600.
   * Made, with its folder (0700), when something is wrapped for the first time; not needed to open.
   */
  readonly saltFile: string;
  /** For messages; `passphrase:` by default. */
  readonly label?: string | undefined;
  /** scrypt's cost of what is wrapped: log2N 15…20 (17), r 8, p 1…4 (1). Less than the default is for tests. */
  readonly cost?: ScryptCost | undefined;
  /** Source of randomness; `crypto.randomBytes` by default. For vectors. */
  readonly random?: ((n: number) => Buffer) | undefined;
}

/**
 * A key that scrypt makes of a passphrase. `wrapped` is base64 of 0x02 ‖ log2N ‖ r ‖ p ‖ salt (16)
 * ‖ what a local key would have sealed, those 20 bytes put before its AAD; `id` is the fingerprint
 * of the derived key. Each salt and cost met is derived once and kept until `close`, 32 at most.
 *
 * Beside the interface's contract: ERR_USAGE when the passphrase is empty, and whatever `passphrase`
 * throws. A wrong passphrase is ERR_ACCESS, as far as it can be told from damage: by the fingerprint.
 *
 * @example
 * const key = new PassphraseKey({ passphrase: async () => ask('passphrase: '), saltFile });
 */
export class PassphraseKey implements KeyProvider {
  readonly id = 'passphrase';
  readonly label: string;
  readonly #ask: () => Promise<string>;
  readonly #saltFile: KeyFile;
  readonly #cost: ScryptCost;
  readonly #random: (n: number) => Buffer;
  readonly #keys: ScryptKeys;
  readonly #ids = new Set<string>();
  #passphrase: Promise<Buffer> | undefined;
  #lead: Buffer | undefined;
  #closed = false;

  constructor(o: PassphraseKeyOptions) {
    this.label = o.label ?? 'passphrase:';
    this.#ask = o.passphrase;
    this.#saltFile = { path: o.saltFile, bytes: SCRYPT_SALT_BYTES, what: 'passphrase salt' };
    this.#cost = o.cost ?? DEFAULT_COST;
    this.#random = o.random ?? randomBytes;
    // Kept also when it failed: nobody wants to be asked again for every record.
    this.#keys = new ScryptKeys(() => (this.#passphrase ??= this.#askOnce()));
  }

  async generate(
    context: Context,
    o: GenerateOptions = {},
  ): Promise<{ key: Uint8Array; wrapped: WrappedKey }> {
    checkKeyLength(o.keyBytes ?? DATA_KEY_BYTES);
    return generateBy(this.#random, (key) => this.wrap(key, context, o));
  }

  async wrap(dataKey: Uint8Array, context: Context, o: CallOptions = {}): Promise<WrappedKey> {
    o.signal?.throwIfAborted();
    const file = this.#saltFile;
    this.#lead ??= leadOf(this.#cost, (await readKeyFile(file)) ?? (await makeKeyFile(file, this.#random)));
    const lead = this.#lead;
    return this.#with(lead, o.signal, (key) => {
      const sealed = sealUnder({ key, lead, context }, dataKey, this.#random);
      const wrapped = Buffer.concat([lead, sealed]).toString('base64');
      return { provider: this.id, id: keyFingerprint(key), wrapped };
    });
  }

  async unwrap(wrapped: WrappedKey, context: Context, o: UnwrapOptions = {}): Promise<Uint8Array> {
    o.signal?.throwIfAborted();
    const bytes = wrappedBytes(wrapped.wrapped);
    if (bytes?.length !== LEAD_BYTES + SEALED_BYTES) throw damagedKey(this.label);
    if ((o.keyBytes ?? DATA_KEY_BYTES) !== DATA_KEY_BYTES) throw damagedKey(this.label);
    const lead = bytes.subarray(0, LEAD_BYTES);
    return this.#with(lead, o.signal, (key) => {
      const dataKey = openUnder({ key, lead, context }, bytes.subarray(LEAD_BYTES));
      if (dataKey !== undefined) return dataKey;
      // The hint is unverified, but only chooses between two refusals.
      if (wrapped.id === keyFingerprint(key)) throw damagedKey(this.label);
      throw new LazycredError('ERR_ACCESS', `wrong passphrase for what ${this.label} is to open`, {
        location: this.label,
        hint: 'give the passphrase under which it was put',
      });
    });
  }

  /** 1 until the key that wrapped it has been derived: the hint can't be judged before. */
  rank(wrapped: WrappedKey): 0 | 1 | undefined {
    if (wrapped.provider !== this.id) return undefined;
    return this.#ids.has(wrapped.id) ? 0 : 1;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#keys.forget();
    this.#passphrase?.then(
      (bytes) => bytes.fill(0),
      () => undefined,
    );
    this.#passphrase = undefined;
  }

  /** Calls `use` in the same turn in which this was seen not to be closed: `close` may zero the key in any other. */
  async #with<T>(lead: Buffer, signal: AbortSignal | undefined, use: (key: Buffer) => T): Promise<T> {
    if (this.#closed) throw this.#closedError();
    const key = await unlessAborted(this.#keys.get(lead), signal);
    if (this.#closed) throw this.#closedError();
    if (key === undefined) throw damagedKey(this.label);
    this.#ids.add(keyFingerprint(key));
    return use(key);
  }

  #closedError(): LazycredError {
    return new LazycredError('ERR_ACCESS', `the key ${this.label} is closed`);
  }

  async #askOnce(): Promise<Buffer> {
    const text = await this.#ask();
    if (text === '') {
      throw new LazycredError('ERR_USAGE', 'the passphrase is empty', { location: this.label });
    }
    return Buffer.from(text);
  }
}

/** The outcome of `work`, or the signal's reason as soon as it is aborted: scrypt itself can't be stopped. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  signal.throwIfAborted();
  const done = new AbortController();
  try {
    await Promise.race([work, once(signal, 'abort', { signal: done.signal })]);
  } finally {
    done.abort();
  }
  signal.throwIfAborted();
  return work;
}
