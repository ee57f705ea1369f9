import type { Backend } from '../backend.js';
import type { Sealer } from '../codec/formats.js';
import { encodeStub } from '../codec/stub.js';
import { isLazycredError } from '../errors.js';
import type { KeyProvider } from '../keys.js';
import type { SecretName } from '../record/names.js';
import type { RemovedState, StoredRecord } from '../record.js';
import { backOff, createAfter, type BackOff, type Next } from './commit.js';
import { nextNumber, nextText, noVersion } from './next-version.js';
import type { PutOptions, PutResult, StoreParts } from './options.js';
import type { RecordReader } from './reader.js';
import type { StoreRules } from './rules.js';

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

  /** Stores a value whose name, bytes and options were checked. */
  put(name: SecretName, value: Uint8Array, o: PutOptions, signal: AbortSignal): Promise<PutResult> {
    return this.#withSealer(name, value, o, signal, (sealer, newest) => {
      let sealed: StoredRecord | undefined;
      return this.#commit(name, newest, signal, async (current) => {
        this.#rules.mayFollow(name, current);
        const version = await this.#nextVersion(name, current, o, signal);
        if (version === undefined) return undefined;
        if (
          o.skipUnchanged === true &&
          current !== undefined &&
          (await this.#reader.holds(current, value, signal))
        ) {
          return { keep: current };
        }
        // Sealed once a version: a resend must be byte-identical to be known as one's own.
        if (sealed?.version !== version) sealed = { name, version, fields: sealer.fields(version) };
        return { create: sealed, aside: o.backfill === true && o.version !== undefined };
      });
    });
  }

  /** Makes a tombstone the newest version, if `check` doesn't throw at what it would follow. */
  async putStub(
    name: SecretName,
    state: RemovedState,
    by: string | undefined,
    signal: AbortSignal,
    check: (newest: StoredRecord | undefined) => Promise<void>,
  ): Promise<PutResult> {
    let stub: StoredRecord | undefined;
    const newest = await this.#backend.get(name, undefined, { signal });
    return this.#commit(name, newest, signal, async (current) => {
      await check(current);
      this.#rules.mayFollow(name, current);
      const version = await this.#nextVersion(name, current, {}, signal);
      if (version === undefined) return undefined;
      if (stub?.version !== version) stub = this.stub(name, version, state, by);
      return { create: stub };
    });
  }

  /** Puts the value of an older version again, with its comment and tags. */
  async copyVersion(
    name: SecretName,
    version: string,
    o: PutOptions,
    signal: AbortSignal,
  ): Promise<PutResult> {
    const opened = await this.#reader.openVersion(name, version, signal);
    const { comment, tags } = opened;
    return this.put(name, opened.bytes(), { ...o, comment, tags }, signal);
  }

  /** A tombstone or stub. */
  stub(name: SecretName, version: string, state: RemovedState, by: string | undefined): StoredRecord {
    return { name, version, fields: encodeStub({ version, state, at: this.#now(), by }, this.#random) };
  }

  /** The version that a put makes after `newest`, if its wishes hold; undefined to look again. */
  async #nextVersion(
    name: SecretName,
    newest: StoredRecord | undefined,
    o: PutOptions,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    if (this.#rules.of.versions === 'none') return noVersion(newest, o);
    if (this.#rules.of.versions === 'texts') return nextText(name, newest, o);
    const base = await this.#backend.numberBefore(name, newest, { signal });
    return base === undefined ? undefined : nextNumber(newest, base, o);
  }

  async #commit(
    name: SecretName,
    newest: StoredRecord | undefined,
    signal: AbortSignal,
    next: (newest: StoredRecord | undefined) => Promise<Next | undefined>,
  ): Promise<PutResult> {
    const done = await createAfter(this.#backend, name, newest, next, { signal, backOff: this.#backOff });
    if ('keep' in done) return { name, version: done.keep.version, unchanged: true };
    return { name, version: done.create.version };
  }

  /** Runs `use` with a new data key and the newest record, fetched beside each other; then zeroes the key. */
  async #withSealer<T>(
    name: SecretName,
    value: Uint8Array,
    o: PutOptions,
    signal: AbortSignal,
    use: (sealer: Sealer, newest: StoredRecord | undefined) => Promise<T>,
  ): Promise<T> {
    const { by, comment, tags, digest } = o;
    const beside = {
      by,
      comment,
      tags,
      digest,
      created: () => this.#now().toISOString(),
      random: this.#random,
    };
    const what = { name, context: this.#rules.context ?? {}, ...beside };
    const [sealer, newest] = await Promise.allSettled([
      this.#rules.of.seal(value, what, this.#keys, { signal }),
      this.#readBeforePut(name, o, signal),
    ]);
    try {
      if (newest.status === 'rejected') throw newest.reason;
      if (sealer.status === 'rejected') throw sealer.reason;
      return await use(sealer.value, newest.value);
    } finally {
      if (sealer.status === 'fulfilled') sealer.value.dispose();
    }
  }

  /**
   * The newest record, or undefined where there is none, or perhaps none: S3 answers 403 for a
   * missing name where listing is not allowed, and the conditional create decides then.
   */
  async #readBeforePut(
    name: SecretName,
    o: PutOptions,
    signal: AbortSignal,
  ): Promise<StoredRecord | undefined> {
    try {
      return await this.#backend.get(name, undefined, { signal });
    } catch (e) {
      if (!isLazycredError(e, 'ERR_ACCESS') || (o.ifVersion ?? 0) > 0) throw e;
      return undefined;
    }
  }
}
