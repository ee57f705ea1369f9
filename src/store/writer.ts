import type { Backend } from '../backend.js';
import { oncePerVersion, type Sealer } from '../codec/formats.js';
import { encodeStub } from '../codec/stub.js';
import { isLazycredError } from '../errors.js';
import type { KeyProvider } from '../keys.js';
import type { SecretName } from '../record/names.js';
import type { Fields, RemovedState, StoredRecord } from '../record.js';
import { backOff, createAfter, type BackOff, type Next } from './commit.js';
import { nextNumber, nextText, noVersion } from './next-version.js';
import type { PutOptions, PutResult, StoreParts } from './options.js';
import type { RecordReader } from './reader.js';
import type { StoreRules } from './rules.js';

/** A put whose name, bytes and options were checked. */
export interface Put {
  readonly name: SecretName;
  readonly value: Uint8Array;
  readonly options: PutOptions;
  readonly signal: AbortSignal;
}

/** A tombstone that is to become the newest version. */
export interface Removal {
  readonly name: SecretName;
  readonly state: RemovedState;
  readonly by: string | undefined;
  readonly signal: AbortSignal;
  /** Throws where the tombstone must not follow `newest`. */
  readonly check: (newest: StoredRecord | undefined) => Promise<void>;
}

/** An older version whose value is put again. */
export interface Copy {
  readonly name: SecretName;
  readonly version: string;
  readonly options: PutOptions;
  readonly signal: AbortSignal;
}

/** Makes versions: which comes next, who wins a race, whether a write landed. */
export class RecordWriter {
  readonly #backend: Backend;
  readonly #rules: StoreRules;
  readonly #reader: RecordReader;
  readonly #keys: readonly KeyProvider[];
  readonly #now: () => Date;
  readonly #backOff: BackOff;
  readonly #random: ((size: number) => Uint8Array) | undefined;

  constructor(parts: StoreParts, rules: StoreRules, reader: RecordReader) {
    this.#backend = parts.backend;
    this.#rules = rules;
    this.#reader = reader;
    this.#keys = parts.keys;
    this.#now = parts.now ?? (() => new Date());
    this.#backOff = parts.backOff ?? backOff;
    this.#random = parts.random;
  }

  /** Stores a value as the next version. */
  async put(put: Put): Promise<PutResult> {
    const { sealer, newest: read } = await this.#begin(put);
    try {
      return await this.#commit(put, read, (newest) => this.#nextRecord(put, sealer, newest));
    } finally {
      sealer.dispose();
    }
  }

  /**
   * Whether the newest record holds the value already, for the configured keys and in the written format: what
   * a put with `skipUnchanged` would not write again. Asks for a data key as a put does; writes nothing.
   */
  async isUnchanged(put: Put): Promise<boolean> {
    const { sealer, newest } = await this.#begin(put);
    try {
      const { value, signal } = put;
      return newest !== undefined && (await this.#reader.holds(newest, value, sealer.recipients, signal));
    } finally {
      sealer.dispose();
    }
  }

  /** Makes a tombstone the newest version. */
  async putStub(removal: Removal): Promise<PutResult> {
    const { name, state, by, signal, check } = removal;
    const fields = oncePerVersion((version) => this.#stubFields(version, state, by));
    const read = await this.#backend.get(name, undefined, { signal });
    return this.#commit(removal, read, async (newest) => {
      await check(newest);
      this.#rules.mayFollow(name, newest);
      const version = await this.#nextVersion(removal, newest, {});
      return version === undefined ? undefined : { create: { name, version, fields: fields(version) } };
    });
  }

  /** Puts the value of an older version again, with its comment and tags. */
  async copyVersion({ name, version, options, signal }: Copy): Promise<PutResult> {
    const opened = await this.#reader.openToReseal(name, version, signal);
    const { comment, tags } = opened;
    return this.put({ name, value: opened.bytes(), options: { ...options, comment, tags }, signal });
  }

  /** A tombstone or stub. */
  stub(name: SecretName, version: string, state: RemovedState, by: string | undefined): StoredRecord {
    return { name, version, fields: this.#stubFields(version, state, by) };
  }

  #stubFields(version: string, state: RemovedState, by: string | undefined): Fields {
    return encodeStub({ version, state, at: this.#now(), by }, this.#random);
  }

  /** Asks the key service for a data key and the store for the newest record, beside each other. */
  async #begin(put: Put): Promise<{ sealer: Sealer; newest: StoredRecord | undefined }> {
    const [sealing, reading] = await Promise.allSettled([this.#sealer(put), this.#readBeforePut(put)]);
    if (sealing.status === 'fulfilled' && reading.status === 'fulfilled') {
      return { sealer: sealing.value, newest: reading.value };
    }
    if (sealing.status === 'fulfilled') sealing.value.dispose();
    throw reading.status === 'rejected' ? reading.reason : (sealing as PromiseRejectedResult).reason;
  }

  /** Has a new data key wrapped for the value. */
  #sealer({ name, value, options, signal }: Put): Promise<Sealer> {
    const { by, comment, tags, digest } = options;
    const created = () => this.#now().toISOString();
    const context = this.#rules.context ?? {};
    const what = { name, context, created, by, comment, tags, digest, random: this.#random };
    return this.#rules.format.seal(value, what, this.#keys, { signal });
  }

  /**
   * The newest record; undefined where there is none, and where the store refuses to tell: S3 answers 403
   * for a missing name where listing is not allowed, and the conditional create decides then.
   */
  async #readBeforePut({ name, options, signal }: Put): Promise<StoredRecord | undefined> {
    try {
      return await this.#backend.get(name, undefined, { signal });
    } catch (e) {
      if (!isLazycredError(e, 'ERR_ACCESS') || (options.ifVersion ?? 0) > 0) throw e;
      return undefined;
    }
  }

  /** What a put makes of `newest`: the record that follows it, or nothing where it holds the value already. */
  async #nextRecord(put: Put, sealer: Sealer, newest: StoredRecord | undefined): Promise<Next | undefined> {
    const { name, value, options, signal } = put;
    this.#rules.mayFollow(name, newest);
    const version = await this.#nextVersion(put, newest, options);
    if (version === undefined) return undefined;
    const isUnchanged =
      options.skipUnchanged === true &&
      newest !== undefined &&
      (await this.#reader.holds(newest, value, sealer.recipients, signal));
    if (isUnchanged) return { keep: newest };
    const aside = options.backfill === true && options.version !== undefined;
    return { create: { name, version, fields: sealer.fields(version) }, aside };
  }

  /** The version that comes after `newest`, if the wishes hold; undefined where `newest` has to be read again. */
  async #nextVersion(
    { name, signal }: Pick<Put, 'name' | 'signal'>,
    newest: StoredRecord | undefined,
    wishes: PutOptions,
  ): Promise<string | undefined> {
    const { versions } = this.#rules.format;
    if (versions === 'none') return noVersion(newest, wishes);
    if (versions === 'texts') return nextText(name, newest, wishes);
    const base = await this.#backend.numberBefore(name, newest, { signal });
    return base === undefined ? undefined : nextNumber(newest, base, wishes);
  }

  async #commit(
    { name, signal }: Pick<Put, 'name' | 'signal'>,
    newest: StoredRecord | undefined,
    next: (newest: StoredRecord | undefined) => Promise<Next | undefined>,
  ): Promise<PutResult> {
    const write = { backend: this.#backend, name, signal, backOff: this.#backOff };
    const done = await createAfter(write, newest, next);
    if ('keep' in done) return { name, version: done.keep.version, unchanged: true };
    return { name, version: done.create.version };
  }
}
