import type { Backend, CallOptions } from './backend.js';
import { LazycredError } from './errors.js';
import type { KeyProvider } from './keys.js';
import { claimOf } from './record/claims.js';
import { storedName, writableName } from './record/names.js';
import type { StoredRecord } from './record.js';
import type { Secret } from './secret.js';
import { SecretLister } from './store/lister.js';
import { ManySecrets } from './store/many.js';
import { OperationRunner } from './store/operation.js';
import type {
  DestroyOptions,
  GetOptions,
  ListedSecret,
  ListOptions,
  ManyOptions,
  NamedVersion,
  PruneOptions,
  PutEntry,
  PutManyOptions,
  PutOptions,
  PutResult,
  Removed,
  RemoveOptions,
  StoreParts,
  VersionInfo,
  WatchOptions,
} from './store/options.js';
import { RecordReader } from './store/reader.js';
import { RecordRemover } from './store/remover.js';
import { StoreRules } from './store/rules.js';
import { SecretWatcher } from './store/watcher.js';
import { isGone, versionInfo } from './store/version-info.js';
import { RecordWriter } from './store/writer.js';

const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * Secrets under one codec in one backend: which version is next, who wins a race, what counts as
 * absent. Every method rejects with a `LazycredError` or, when its signal was aborted, with the
 * signal's reason.
 *
 * @example
 * const store = await openStore({ store: 's3://acme/creds/', key: 'kms:alias/acme', region: 'eu-west-1' });
 * const { version } = await store.put('db_credentials', JSON.stringify({ user, password }));
 * const db = await store.get('db_credentials');
 */
export class Store {
  /** Where the secrets are, for messages. */
  readonly location: string;
  /** The keys that new records are wrapped for, for messages. */
  readonly keyLabels: readonly string[];
  readonly #backend: Backend;
  readonly #keys: readonly KeyProvider[];
  readonly #rules: StoreRules;
  readonly #reader: RecordReader;
  readonly #writer: RecordWriter;
  readonly #remover: RecordRemover;
  readonly #lister: SecretLister;
  readonly #many: ManySecrets;
  readonly #watcher: SecretWatcher;
  readonly #operations: OperationRunner;

  constructor(parts: StoreParts) {
    const { backend, keys, decryptKeys = [] } = parts;
    this.location = backend.location;
    this.keyLabels = keys.map((key) => key.label);
    this.#backend = backend;
    this.#keys = [...keys, ...decryptKeys];
    this.#rules = new StoreRules(parts);
    this.#reader = new RecordReader(parts, this.#rules);
    this.#writer = new RecordWriter(parts, this.#rules, this.#reader);
    this.#remover = new RecordRemover(backend, this.#rules, this.#reader, this.#writer);
    const operations = new OperationRunner(backend.location, parts.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    this.#operations = operations;
    this.#lister = new SecretLister(backend, this.#rules, operations);
    this.#watcher = new SecretWatcher(backend, this.#reader, operations);
    const [rules, lister, writer] = [this.#rules, this.#lister, this.#writer];
    this.#many = new ManySecrets(this, { backend, rules, operations, lister, writer });
  }

  /**
   * The secret, newest version unless another is asked for: one storage request and one key request.
   *
   * @throws ERR_NOT_FOUND, ERR_INTEGRITY, ERR_UNSUPPORTED (a format that is not accepted), ERR_ACCESS,
   *   ERR_UNAVAILABLE, ERR_USAGE (the name or version)
   */
  get(name: string, o: GetOptions = {}): Promise<Secret> {
    return this.#operations.run(name, o, async (signal) => {
      const secret = storedName(name);
      if (o.version !== undefined) {
        const version = this.#rules.askedVersion(o.version);
        if (o.toReseal === true) return this.#reader.openToReseal(secret, version, signal);
        return this.#reader.openVersion(secret, version, signal);
      }
      const record = await this.#backend.get(secret, undefined, { signal });
      if (record === undefined) throw await this.#reader.notFound(secret, undefined, signal);
      if (o.toReseal === true) return this.#reader.openRecordToReseal(record, signal);
      return this.#reader.open(record, signal);
    });
  }

  /**
   * Whether a secret, or one of its versions, has a value: one storage request and no key request, so that it
   * needs no right to open it. Whether it does open, {@link get} alone tells.
   *
   * @throws ERR_ACCESS, ERR_UNAVAILABLE, ERR_USAGE (the name or version)
   * @example
   * if (!(await store.has('db_credentials'))) throw new Error('put db_credentials first');
   */
  has(name: string, o: GetOptions = {}): Promise<boolean> {
    return this.#operations.run(name, o, (signal) => {
      const version = o.version === undefined ? undefined : this.#rules.askedVersion(o.version);
      return this.#reader.has(storedName(name), version, signal);
    });
  }

  /**
   * Stores a value as the next version; survives races with other writers and lost answers.
   *
   * @param value bytes, or text as UTF-8; at most 256 KiB by default
   * @throws ERR_CONFLICT when `ifVersion` or `ifAbsent` doesn't hold, or the outcome can't be known
   *   any more; ERR_USAGE for the name, value or options, before anything is sent; ERR_UNSUPPORTED
   *   for what the format can't hold; ERR_ACCESS; ERR_UNAVAILABLE; ERR_INTEGRITY
   */
  put(name: string, value: string | Uint8Array, o: PutOptions = {}): Promise<PutResult> {
    return this.#operations.run(name, o, (signal) => {
      const { secret, bytes } = this.#rules.checkedPut(name, value, o);
      return this.#writer.put({ name: secret, value: bytes, options: o, signal });
    });
  }

  /**
   * Calls back with each new version of a secret, until the signal is aborted: one storage request about every
   * 30 s, and a key request only for what is new. A version between two looks is passed over. A look that
   * fails, and a secret that was deleted, end nothing: `failed` is told. A format without versions is gone by what
   * is stored.
   *
   * @returns a promise that never fulfils
   * @throws the signal's reason; ERR_NOT_FOUND when there is no such secret at the beginning; ERR_USAGE for `everyMs`
   *   or the name; what `changed` throws
   * @example
   * const stop = new AbortController();
   * void store.watch('db', (secret) => pool.setPassword(secret.text()), { signal: stop.signal }).catch(() => {});
   */
  watch(
    name: string,
    changed: (secret: Secret) => void | Promise<void>,
    o: WatchOptions = {},
  ): Promise<never> {
    return this.#watcher.watch(name, changed, o);
  }

  /** Every secret that is not deleted, each once, in the backend's order; nothing is opened. */
  list(o: ListOptions = {}): AsyncGenerator<ListedSecret, void, undefined> {
    return this.#lister.list(o);
  }

  /**
   * The versions of every secret, or of those that `match`, in no promised order, without what was
   * destroyed or pruned; nothing is opened. One pass over a DynamoDB table; elsewhere a listing a name.
   *
   * @throws ERR_UNSUPPORTED where the format keeps none
   */
  versions(o: Pick<ListOptions, 'match' | 'signal'> = {}): AsyncGenerator<NamedVersion, void, undefined> {
    return this.#lister.versions(o);
  }

  /**
   * The versions of a secret, newest first, without what was destroyed or pruned; nothing is opened.
   *
   * @throws ERR_NOT_FOUND when there never was one; ERR_UNSUPPORTED where the format keeps none
   */
  history(name: string, o: CallOptions = {}): Promise<VersionInfo[]> {
    return this.#operations.run(name, o, async (signal) => {
      const secret = storedName(name);
      this.#rules.needsVersions();
      const all = await this.#reader.versions(secret, signal);
      const versions = all.filter((v) => !isGone(v)).map(versionInfo);
      if (versions.length === 0) throw await this.#reader.notFound(secret, undefined, signal);
      return versions;
    });
  }

  /**
   * Deletes a secret: its newest version becomes a tombstone, its values stay and can be brought back.
   *
   * @returns the tombstone's version
   * @throws ERR_NOT_FOUND when there is no such secret, or it is deleted already; ERR_UNSUPPORTED where the
   *   format has no tombstones
   */
  delete(name: string, o: RemoveOptions = {}): Promise<PutResult> {
    return this.#operations.run(name, o, async (signal) => {
      this.#rules.needsStubs();
      const secret = writableName(name);
      const check = (newest: StoredRecord | undefined) => this.#reader.isThere(secret, newest, signal);
      return this.#writer.putStub({ name: secret, state: 'deleted', by: o.by, signal, check });
    });
  }

  /**
   * Brings back a deleted secret: its last value becomes the newest version again.
   *
   * @throws ERR_NOT_FOUND when there is nothing to bring back, ERR_CONFLICT when it isn't deleted
   */
  undelete(name: string, o: RemoveOptions = {}): Promise<PutResult> {
    return this.#operations.run(name, o, async (signal) => {
      this.#rules.needsStubs('what was removed from it is gone: put the value again');
      const secret = writableName(name);
      const newest = await this.#backend.get(secret, undefined, { signal });
      if (newest === undefined) throw await this.#reader.notFound(secret, undefined, signal);
      const state = claimOf(newest.fields)?.state;
      if (state === undefined) throw new LazycredError('ERR_CONFLICT', 'it is not deleted');
      for await (const { version, state: removed } of this.#backend.list({ name: secret, signal })) {
        if (version === undefined || removed !== undefined) continue;
        // Only if nobody else has put or brought back anything meanwhile.
        const options = { ...o, ifVersion: Number(newest.version) };
        return await this.#writer.copyVersion({ name: secret, version, options, signal });
      }
      throw new LazycredError('ERR_NOT_FOUND', 'none of its values is left', { hint: 'put a new one' });
    });
  }

  /**
   * Makes an older version's value the newest again, as a new version.
   *
   * @throws ERR_NOT_FOUND when there is no such version, or it has no value any more
   */
  rollback(name: string, version: number | string, o: RemoveOptions = {}): Promise<PutResult> {
    return this.#operations.run(name, o, (signal) => {
      this.#rules.needsVersions();
      const [secret, asked] = [writableName(name), this.#rules.askedVersion(version)];
      return this.#writer.copyVersion({ name: secret, version: asked, options: o, signal });
    });
  }

  /**
   * Removes values for good: overwrites them by stubs, so that their numbers are never used again.
   * All of them by default, behind a tombstone that can't be undeleted; the newest alone can't go
   * without becoming a tombstone either. Stopped half way, it can be run again.
   *
   * In a format without stubs, the records themselves are removed, oldest first, and the newest alone
   * can't be.
   *
   * @throws ERR_NOT_FOUND for a name or version that isn't there; ERR_ACCESS saying what remains where
   *   the service keeps what may not be removed; ERR_UNSUPPORTED for the newest alone, without stubs
   */
  destroy(name: string, o: DestroyOptions = {}): Promise<Removed> {
    return this.#operations.run(name, o, (signal) => this.#remover.destroy(name, o, signal));
  }

  /**
   * Removes old values for good, as {@link destroy} does; never the newest version.
   *
   * @throws ERR_NOT_FOUND when there is no such secret, ERR_USAGE when nothing says what to keep,
   *   ERR_UNSUPPORTED for `olderThan` in a format that keeps no times
   */
  prune(name: string, o: PruneOptions): Promise<Removed> {
    return this.#operations.run(name, o, (signal) => this.#remover.prune(name, o, signal));
  }

  /**
   * Several secrets' newest versions at once: all of them, or one error that names every failure.
   * The time limit is each one's own.
   */
  getMany(names: readonly string[], o: ManyOptions = {}): Promise<Map<string, Secret>> {
    return this.#many.getMany(names, o);
  }

  /**
   * Every secret that is not deleted, or those that `match` (a prefix or glob): all, or one error that
   * names every failure. One that is deleted between listing and reading is left out.
   */
  getAll(o: ManyOptions & { readonly match?: string | undefined } = {}): Promise<Map<string, Secret>> {
    return this.#many.getAll(o);
  }

  /**
   * Stores several secrets. Names, values and options are checked first, and nothing is written when
   * one of them is bad. A failure after that names each secret that was not written; the others were.
   */
  putMany(
    entries: readonly PutEntry[],
    o: ManyOptions & PutManyOptions = {},
  ): Promise<Map<string, PutResult>> {
    return this.#many.putMany(entries, o);
  }

  /**
   * The checks that {@link putMany} begins with, and nothing else.
   *
   * @throws ERR_USAGE or ERR_UNSUPPORTED, naming every entry that can't be stored
   */
  checkMany(entries: readonly PutEntry[], o: PutManyOptions = {}): Promise<void> {
    return this.#many.checkMany(entries, o);
  }

  /**
   * For each secret, whether {@link putMany} with `skipUnchanged` would write nothing: its newest version holds
   * the value, in the format that is written and for the keys that are configured. Asks for a data key a secret,
   * as putting does; writes nothing.
   *
   * @throws what `putMany` throws, naming every failure
   * @example
   * const unchanged = await store.unchangedMany([{ name: 'db', value: 'hunter2' }]);
   * if (unchanged.get('db') === false) console.log('db would be written');
   */
  unchangedMany(
    entries: readonly PutEntry[],
    o: ManyOptions & PutManyOptions = {},
  ): Promise<Map<string, boolean>> {
    return this.#many.unchangedMany(entries, o);
  }

  /** Frees sockets, timers and cached keys. */
  async close(): Promise<void> {
    await Promise.all([this.#backend, ...this.#keys].map((part) => part.close()));
  }

  /** As {@link close}: `await using store = await openStore(…)` closes it at the end of the block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
