import type { Backend, CallOptions } from './backend.js';
import { allOrError, forEach } from './store/bulk.js';
import { kindOf } from './codec/detect.js';
import { Deadline } from './store/deadline.js';
import { isLazycredError, LazycredError } from './errors.js';
import { isGlob, parseGlob } from './text/glob.js';
import type { KeyProvider } from './keys.js';
import { claimOf } from './record/claims.js';
import { storedName } from './record/names.js';
import type { Listed } from './record.js';
import type { Secret } from './secret.js';
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
} from './store/options.js';
import { RecordReader } from './store/reader.js';
import { RecordRemover } from './store/remover.js';
import { StoreRules } from './store/rules.js';
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
  readonly #timeoutMs: number;

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
    this.#timeoutMs = parts.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  }

  /**
   * The secret, newest version unless another is asked for: one storage request and one key request.
   *
   * @throws ERR_NOT_FOUND, ERR_INTEGRITY, ERR_UNSUPPORTED (a format that is not accepted), ERR_ACCESS,
   *   ERR_UNAVAILABLE, ERR_USAGE (the name or version)
   */
  get(name: string, o: GetOptions = {}): Promise<Secret> {
    return this.#within(name, o, async (signal) => {
      const secret = storedName(name);
      if (o.version !== undefined)
        return this.#reader.openVersion(secret, this.#rules.askedVersion(o.version), signal);
      const record = await this.#backend.get(secret, undefined, { signal });
      if (record === undefined) throw await this.#reader.notFound(secret, undefined, signal);
      return this.#reader.open(record, signal);
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
    return this.#within(name, o, (signal) => {
      const { secret, bytes } = this.#rules.checkedPut(name, value, o);
      return this.#writer.put(secret, bytes, o, signal);
    });
  }

  /** Every secret that is not deleted, each once, in the backend's order; nothing is opened. */
  async *list(o: ListOptions = {}): AsyncGenerator<ListedSecret, void, undefined> {
    const { details } = o;
    const isWanted = async (listed: Listed, signal: AbortSignal) =>
      o.deleted === true ? this.#isDeleted(listed, signal) : listed.state === undefined;
    for await (const { name, modified, version, created } of this.#listing(o, { details }, isWanted)) {
      yield { name, modified, ...(details === true ? { version, created } : {}) };
    }
  }

  /**
   * The versions of every secret, or of those that `match`, in no promised order, without what was
   * destroyed or pruned; nothing is opened. One pass over a DynamoDB table; elsewhere a listing a name.
   *
   * @throws ERR_UNSUPPORTED where the format keeps none
   */
  async *versions(
    o: Pick<ListOptions, 'match' | 'signal'> = {},
  ): AsyncGenerator<NamedVersion, void, undefined> {
    this.#rules.needsVersions();
    const isWanted = (listed: Listed) => Promise.resolve(!isGone(listed));
    for await (const listed of this.#listing(o, { versions: true }, isWanted)) {
      yield { name: listed.name, ...versionInfo(listed) };
    }
  }

  /**
   * The versions of a secret, newest first, without what was destroyed or pruned; nothing is opened.
   *
   * @throws ERR_NOT_FOUND when there never was one; ERR_UNSUPPORTED where the format keeps none
   */
  history(name: string, o: CallOptions = {}): Promise<VersionInfo[]> {
    return this.#within(name, o, async (signal) => {
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
    return this.#within(name, o, async (signal) => {
      this.#rules.needsStubs();
      const secret = storedName(name);
      return this.#writer.putStub(secret, 'deleted', o.by, signal, (newest) =>
        this.#reader.isThere(secret, newest, signal),
      );
    });
  }

  /**
   * Brings back a deleted secret: its last value becomes the newest version again.
   *
   * @throws ERR_NOT_FOUND when there is nothing to bring back, ERR_CONFLICT when it isn't deleted
   */
  undelete(name: string, o: RemoveOptions = {}): Promise<PutResult> {
    return this.#within(name, o, async (signal) => {
      this.#rules.needsStubs('what was removed from it is gone: put the value again');
      const secret = storedName(name);
      const newest = await this.#backend.get(secret, undefined, { signal });
      if (newest === undefined) throw await this.#reader.notFound(secret, undefined, signal);
      const state = claimOf(newest.fields)?.state;
      if (state === undefined) throw new LazycredError('ERR_CONFLICT', 'it is not deleted');
      for await (const { version, state: removed } of this.#backend.list({ name: secret, signal })) {
        if (version === undefined || removed !== undefined) continue;
        // Only if nobody else has put or brought back anything meanwhile.
        return await this.#writer.copyVersion(
          secret,
          version,
          { ...o, ifVersion: Number(newest.version) },
          signal,
        );
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
    return this.#within(name, o, (signal) => {
      this.#rules.needsVersions();
      return this.#writer.copyVersion(storedName(name), this.#rules.askedVersion(version), o, signal);
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
    return this.#within(name, o, (signal) => this.#remover.destroy(name, o, signal));
  }

  /**
   * Removes old values for good, as {@link destroy} does; never the newest version.
   *
   * @throws ERR_NOT_FOUND when there is no such secret, ERR_USAGE when nothing says what to keep,
   *   ERR_UNSUPPORTED for `olderThan` in a format that keeps no times
   */
  prune(name: string, o: PruneOptions): Promise<Removed> {
    return this.#within(name, o, (signal) => this.#remover.prune(name, o, signal));
  }

  /**
   * Several secrets' newest versions at once: all of them, or one error that names every failure.
   * The time limit is each one's own.
   */
  async getMany(names: readonly string[], o: ManyOptions = {}): Promise<Map<string, Secret>> {
    const unique = [...new Set(names)];
    const done = (n: number) => o.progress?.(n, unique.length);
    return allOrError(await forEach(unique, (name) => this.get(name, { signal: o.signal }), { done }), 'get');
  }

  /**
   * Every secret that is not deleted, or those that `match` (a prefix or glob): all, or one error that
   * names every failure. One that is deleted between listing and reading is left out.
   */
  async getAll(o: ManyOptions & { readonly match?: string | undefined } = {}): Promise<Map<string, Secret>> {
    const names: string[] = [];
    for await (const { name } of this.list({ match: o.match, signal: o.signal })) names.push(name);
    const outcomes = await forEach(names, (name) => this.get(name, { signal: o.signal }), {
      done: (n) => o.progress?.(n, names.length),
    });
    const gone = await this.#goneMeanwhile(
      outcomes.flatMap((x) => ('error' in x ? [x] : [])),
      o.signal,
    );
    return allOrError(
      outcomes.filter((x) => !gone.has(x.name)),
      'get',
    );
  }

  /**
   * Stores several secrets. Names, values and options are checked first, and nothing is written when
   * one of them is bad. A failure after that names each secret that was not written; the others were.
   */
  async putMany(
    entries: readonly PutEntry[],
    o: ManyOptions & PutManyOptions = {},
  ): Promise<Map<string, PutResult>> {
    const { progress, ...options } = o;
    await this.checkMany(entries, options);
    const names = entries.map((e) => e.name);
    const put = (name: string, i: number) =>
      this.put(name, entries[i]?.value ?? '', optionsOf(entries[i], options));
    return allOrError(await forEach(names, put, { done: (n) => progress?.(n, names.length) }), 'put');
  }

  /**
   * The checks that {@link putMany} begins with, and nothing else.
   *
   * @throws ERR_USAGE or ERR_UNSUPPORTED, naming every entry that can't be stored
   */
  async checkMany(entries: readonly PutEntry[], o: PutManyOptions = {}): Promise<void> {
    const names = entries.map((e) => e.name);
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined)
      throw new LazycredError('ERR_USAGE', `"${twice}" is there twice`, { name: twice });
    const check = (name: string, i: number) =>
      this.#within(name, o, async () =>
        this.#rules.checkedPut(name, entries[i]?.value ?? '', optionsOf(entries[i], o)),
      );
    allOrError(await forEach(names, check), 'put');
  }

  /** Frees sockets, timers and cached keys. */
  async close(): Promise<void> {
    await Promise.all([this.#backend, ...this.#keys].map((part) => part.close()));
  }

  /** Whether a listed name is a tombstone that can be undone: a size or mark alone may also mean destroyed. */
  async #isDeleted(listed: Listed, signal: AbortSignal): Promise<boolean> {
    if (listed.state !== 'deleted') return false;
    const newest = await this.#backend.get(listed.name, undefined, { signal });
    return newest !== undefined && claimOf(newest.fields)?.state === 'deleted';
  }

  /** Of the listed names that could not be read: those that are not there any more. */
  async #goneMeanwhile(
    failed: readonly { readonly name: string; readonly error: LazycredError }[],
    signal: AbortSignal | undefined,
  ): Promise<ReadonlySet<string>> {
    const gone = new Set<string>();
    for (const { name, error } of failed) {
      if (error.code !== 'ERR_NOT_FOUND') continue;
      const newest = await this.#within(name, { signal }, (s) =>
        this.#backend.get(storedName(name), undefined, { signal: s }),
      );
      if (newest === undefined || kindOf(newest.fields) === 'stub') gone.add(name);
    }
    return gone;
  }

  /** What a listing gives that matches and is wanted, under the time limit. */
  async *#listing(
    o: Pick<ListOptions, 'match' | 'signal'>,
    what: Pick<Parameters<Backend['list']>[0] & object, 'versions' | 'details'>,
    isWanted: (listed: Listed, signal: AbortSignal) => Promise<boolean>,
  ): AsyncGenerator<Listed, void, undefined> {
    const glob = o.match !== undefined && isGlob(o.match) ? parseGlob(o.match) : undefined;
    const deadline = new Deadline(this.#timeoutMs, o.signal);
    const { signal } = deadline;
    try {
      const prefix = glob?.prefix ?? o.match;
      for await (const listed of this.#backend.list({ signal, prefix, ...what })) {
        if (glob?.matches(listed.name) === false || !(await isWanted(listed, signal))) continue;
        // The time that the caller spends between two names is not the backend's.
        deadline.pause();
        yield listed;
        deadline.resume();
      }
    } catch (e) {
      throw this.#located(e);
    } finally {
      deadline.pause();
    }
  }

  /** Runs one operation under the time limit; failures name the secret and the store. */
  async #within<T>(name: string, o: CallOptions, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    o.signal?.throwIfAborted();
    const deadline = new Deadline(this.#timeoutMs, o.signal);
    try {
      return await run(deadline.signal);
    } catch (e) {
      throw this.#located(e, name);
    } finally {
      deadline.pause();
    }
  }

  #located(e: unknown, name?: string): unknown {
    if (!isLazycredError(e) || (e.location !== undefined && (e.secret !== undefined || name === undefined)))
      return e;
    const { code, message, hint, cause } = e;
    const located = { name: e.secret ?? name, location: e.location ?? this.location, hint, cause };
    return new LazycredError(code, message, located);
  }
}

function optionsOf(entry: PutEntry | undefined, o: PutManyOptions): PutOptions {
  return { ...o, comment: entry?.comment ?? o.comment };
}
