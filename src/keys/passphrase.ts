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
import { awaitCheck, fits, readCheck, writeCheck } from './passphrase-check.js';
import { systemCode } from '../files/system-errors.js';
import { DATA_KEY_BYTES, damagedKey, wrappedBytes } from './wrapped-text.js';

export type { ScryptCost } from './scrypt-keys.js';

/** What {@link PassphraseKey} is made of. */
export interface PassphraseKeyOptions {
  /** Gives the passphrase, used as its UTF-8 bytes; called when first needed, and once at most. */
  readonly passphrase: () => Promise<string>;
  /**
   * Absolute path of the installation's scrypt salt: 16 random bytes as one line of base64, 0600.
   * Made, with its folder (0700), when something is wrapped for the first time; not needed to open.
   * Beside it lies `<saltFile>.check`, by which another passphrase is refused before anything is wrapped: made
   * with the salt, or for an older salt after the first record that was opened.
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
 * throws. A wrong passphrase is ERR_ACCESS: to wrap, where it is not the salt file's own; to open, as far as
 * it can be told from damage, by the fingerprint.
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
  /** What new wrapped keys begin with, once the passphrase is known to be the salt file's own. */
  #lead: Promise<Buffer> | undefined;
  #mayLackCheck = true;
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
    const lead = await unlessAborted(this.#checkedLead(), o.signal);
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
    const opened = await this.#with(lead, o.signal, (key) => {
      const dataKey = openUnder({ key, lead, context }, bytes.subarray(LEAD_BYTES));
      if (dataKey !== undefined) return dataKey;
      // The hint is unverified, but only chooses between two refusals.
      if (wrapped.id === keyFingerprint(key)) throw damagedKey(this.label);
      throw new LazycredError('ERR_ACCESS', `wrong passphrase for what ${this.label} is to open`, {
        location: this.label,
        hint: 'give the passphrase under which it was put',
      });
    });
    await this.#checkAfterOpening(lead);
    return opened;
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

  #checkedLead(): Promise<Buffer> {
    this.#lead ??= this.#checkPassphrase();
    const lead = this.#lead;
    lead.catch(() => {
      // Tried again by the next call: the file may have been mended.
      if (this.#lead === lead) this.#lead = undefined;
    });
    return lead;
  }

  /**
   * What wrapped keys begin with; makes salt and check where there is no salt yet.
   *
   * @throws ERR_ACCESS for a passphrase that is not the salt file's own
   */
  async #checkPassphrase(): Promise<Buffer> {
    const salt = (await readKeyFile(this.#saltFile)) ?? (await this.#makeSalt());
    const lead = leadOf(this.#cost, salt);
    const check = await awaitCheck(this.#saltFile.path, salt);
    // An older salt: which passphrase is its own, only a record can tell.
    if (check === undefined) return lead;
    const isOwn = await this.#with(check.lead, undefined, (key) => fits(check, key));
    if (!isOwn) throw this.#notItsOwn();
    if (!check.lead.equals(lead)) await this.#writeCheck(lead);
    return lead;
  }

  /** The salt in the file: a new one with its check, or that of whoever was faster. */
  async #makeSalt(): Promise<Buffer> {
    const salt = this.#random(SCRYPT_SALT_BYTES);
    const lead = leadOf(this.#cost, salt);
    // The key first, which takes long, so that the check follows the salt at once.
    await this.#with(lead, undefined, () => undefined);
    const made = await makeKeyFile(this.#saltFile, () => Buffer.from(salt));
    if (made.equals(salt)) await this.#writeCheck(lead);
    return made;
  }

  /** Makes the check of an older salt, since the passphrase has opened a record that was made with it. */
  async #checkAfterOpening(opened: Buffer): Promise<void> {
    if (!this.#mayLackCheck || this.#closed) return;
    this.#mayLackCheck = false;
    try {
      const salt = await readKeyFile(this.#saltFile);
      const lead = salt === undefined ? undefined : leadOf(this.#cost, salt);
      if (salt === undefined || lead?.equals(opened) !== true) return;
      if ((await readCheck(this.#saltFile.path, salt)) === undefined) await this.#writeCheck(lead);
    } catch (e) {
      // What was opened counts, also where the salt's file is nobody's to read.
      if (!(e instanceof LazycredError)) throw e;
    }
  }

  async #writeCheck(lead: Buffer): Promise<void> {
    const { path } = this.#saltFile;
    const salt = lead.subarray(LEAD_BYTES - SCRYPT_SALT_BYTES);
    const key = await this.#keys.get(lead);
    if (key === undefined || this.#closed) return;
    try {
      await writeCheck(path, salt, this.#cost, key);
    } catch (e) {
      // A folder that can't be written (a container's) only means that there is no check.
      if (systemCode(e) === undefined) throw e;
    }
  }

  #notItsOwn(): LazycredError {
    return new LazycredError('ERR_ACCESS', `this is not the passphrase of ${this.label}: nothing is sealed`, {
      location: this.label,
      hint: 'type it again; a second passphrase takes its own salt file: passphrase:FILE',
    });
  }

  /** Calls `use` in the same turn in which this was seen not to be closed: `close` may zero the key in any other. */
  async #with<T>(lead: Buffer, signal: AbortSignal | undefined, use: (key: Buffer) => T): Promise<T> {
    if (this.#closed) throw this.#closedError();
    const key = await unlessAborted(this.#keys.get(lead, signal), signal).catch((e: unknown) => {
      throw this.#closed ? this.#closedError() : e;
    });
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
