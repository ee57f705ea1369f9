import type { Backend, CallOptions } from './backend.js';
import { allOrError, forEach } from './bulk.js';
import { credstashVersionKeys } from './codec/credstash-versions.js';
import { kindOf, type RecordKind } from './codec/detect.js';
import { RECORD_FORMATS, type Extra, type RecordFormat, type Sealer, type Unwrap } from './codec/formats.js';
import { contextFault, decodeHeader } from './codec/header.js';
import { Deadline } from './deadline.js';
import { damaged } from './codec/native.js';
import { unwrapWithAny } from './codec/recipients.js';
import { decodeStub, encodeStub } from './codec/stub.js';
import { backOff, createAfter, type BackOff, type Next } from './commit.js';
import { isLazycredError, LazycredError } from './errors.js';
import { isGlob, parseGlob } from './glob.js';
import type { Context, KeyProvider } from './keys.js';
import { nextNumber, nextText, noVersion } from './next-version.js';
import {
  claimOf,
  DEFAULT_MAX_VALUE_BYTES,
  numberOf,
  printable,
  quote,
  storedName,
  versionNumber,
  type Format,
  type Listed,
  type RemovedState,
  type SecretName,
  type StoredRecord,
} from './record.js';
import type { Secret } from './secret.js';
import type {
  GetOptions,
  ListOptions,
  ListedSecret,
  ManyOptions,
  NamedVersion,
  PruneOptions,
  PutEntry,
  PutManyOptions,
  PutOptions,
  PutResult,
  RemoveOptions,
  Removed,
  StoreParts,
  VersionInfo,
} from './store-options.js';

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
  readonly #backend: Backend;
  readonly #keys: readonly KeyProvider[];
  readonly #opening: readonly KeyProvider[];
  readonly #format: Format;
  readonly #rules: RecordFormat;
  /** Whether the format was asked for, so that an ancestor's record may be followed by a native one. */
  readonly #converts: boolean;
  readonly #pinned: boolean;
  readonly #accept: readonly Format[];
  readonly #context: Context | undefined;
  readonly #timeoutMs: number;
  readonly #maxBytes: number;
  readonly #now: () => Date;
  readonly #backOff: BackOff;
  readonly #random: ((size: number) => Uint8Array) | undefined;

  constructor(parts: StoreParts) {
    this.#backend = parts.backend;
    this.#keys = parts.keys;
    this.#opening = [...parts.keys, ...(parts.decryptKeys ?? [])];
    this.#format = parts.format ?? 'native';
    this.#rules = RECORD_FORMATS[this.#format];
    this.#converts = parts.format !== undefined;
    this.#pinned = (parts.decryptKeys ?? []).length > 0;
    this.#accept = parts.accept ?? [this.#format];
    this.#context = parts.context;
    this.#timeoutMs = parts.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#maxBytes = parts.maxBytes ?? DEFAULT_MAX_VALUE_BYTES;
    this.#now = parts.now ?? (() => new Date());
    this.#backOff = parts.backOff ?? backOff;
    this.#random = parts.random;
    const checked = this.#reads('native') ? parts.context : undefined;
    const fault = checked === undefined ? undefined : contextFault(checked);
    if (fault !== undefined) throw new LazycredError('ERR_CONFIG', `context has ${fault}`);
  }

  /** Where the secrets are, for messages. */
  get location(): string {
    return this.#backend.location;
  }

  /** The keys that new records are wrapped for, for messages. */
  get keyLabels(): readonly string[] {
    return this.#keys.map((key) => key.label);
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
      if (o.version !== undefined) return this.#openVersion(secret, this.#askedVersion(o.version), signal);
      const record = await this.#backend.get(secret, undefined, { signal });
      if (record === undefined) throw await this.#notFound(secret, undefined, signal);
      return this.#open(record, signal);
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
      const { secret, bytes } = this.#checkedPut(name, value, o);
      return this.#put(secret, bytes, o, signal);
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
    this.#needsVersions();
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
      this.#needsVersions();
      const all = await this.#versions(secret, signal);
      const versions = all.filter((v) => !isGone(v)).map(versionInfo);
      if (versions.length === 0) throw await this.#notFound(secret, undefined, signal);
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
      this.#needsStubs();
      const secret = storedName(name);
      return this.#putStub(secret, 'deleted', o.by, signal, (newest) =>
        this.#isThere(secret, newest, signal),
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
      this.#needsStubs();
      const secret = storedName(name);
      const newest = await this.#backend.get(secret, undefined, { signal });
      if (newest === undefined) throw await this.#notFound(secret, undefined, signal);
      const state = claimOf(newest.fields)?.state;
      if (state === undefined) throw new LazycredError('ERR_CONFLICT', 'it is not deleted');
      for await (const { version, state: removed } of this.#backend.list({ name: secret, signal })) {
        if (version === undefined || removed !== undefined) continue;
        // Only if nobody else has put or brought back anything meanwhile.
        return await this.#copyVersion(secret, version, { ...o, ifVersion: Number(newest.version) }, signal);
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
      this.#needsVersions();
      return this.#copyVersion(storedName(name), this.#askedVersion(version), o, signal);
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
   * @param o `versions`: only these
   * @throws ERR_NOT_FOUND for a name or version that isn't there; ERR_ACCESS saying what remains where
   *   the service keeps what may not be removed; ERR_UNSUPPORTED for the newest alone, without stubs
   */
  destroy(
    name: string,
    o: RemoveOptions & { readonly versions?: readonly (number | string)[] | undefined } = {},
  ): Promise<Removed> {
    return this.#within(name, o, async (signal) => {
      if (o.versions !== undefined) this.#needsVersions();
      const secret = storedName(name);
      const wanted = o.versions?.map((v) => this.#askedVersion(v));
      const there = await this.#removable(secret, signal);
      const [newest] = there;
      if (newest === undefined) throw await this.#notFound(secret, undefined, signal);
      const asked: string[] | undefined = wanted && [];
      for (const version of wanted ?? []) {
        const found = findVersion(there, version);
        if (found === undefined) throw await this.#notFound(secret, version, signal);
        asked?.push(found);
      }
      const chosen = (v: Listed) => asked?.includes(v.version ?? '') !== false;
      let last = newest.version;
      if (this.#rules.stubs) last = (await this.#hideNewest(secret, there, chosen, o.by, signal)) ?? last;
      else if (chosen(newest) && !there.every(chosen)) {
        throw new LazycredError(
          'ERR_UNSUPPORTED',
          'without the newest version an older value would be the newest',
          {
            hint: 'put a new value first, or destroy all of it',
          },
        );
      }
      const goes = (v: Listed) => chosen(v) && (asked !== undefined || v.state !== 'deleted');
      const versions = await this.#erase(secret, 'destroyed', goes, { by: o.by, last }, signal);
      return { versions, remains: await this.#backend.purge(secret, asked, { signal }) };
    });
  }

  /**
   * Removes old values for good, as {@link destroy} does; never the newest version.
   *
   * @throws ERR_NOT_FOUND when there is no such secret, ERR_USAGE when nothing says what to keep,
   *   ERR_UNSUPPORTED for `olderThan` in a format that keeps no times
   */
  prune(name: string, o: PruneOptions): Promise<Removed> {
    return this.#within(name, o, async (signal) => {
      this.#needsVersions();
      const { keep, olderThan } = o;
      if (keep === undefined && olderThan === undefined) {
        throw new LazycredError('ERR_USAGE', 'prune needs to know how many versions or since when to keep');
      }
      if (keep !== undefined && !(Number.isSafeInteger(keep) && keep >= 1)) {
        throw new LazycredError('ERR_USAGE', `at least 1 version must be kept, not ${keep}`);
      }
      if (olderThan !== undefined && !this.#rules.stubs) {
        throw this.#unsupported('does not keep when a version was made');
      }
      const secret = storedName(name);
      const there = await this.#removable(secret, signal);
      if (there.length === 0) throw await this.#notFound(secret, undefined, signal);
      const values = there.filter((v) => v.state === undefined);
      const spared = new Set(values.slice(0, keep ?? 0).map((v) => v.version));
      const isOld = (v: Listed) =>
        olderThan === undefined || (versionInfo(v).created ?? olderThan) < olderThan;
      const goes = new Set(values.filter((v) => !spared.has(v.version) && isOld(v)).map((v) => v.version));
      goes.delete(there[0]?.version);
      const last = there[0]?.version;
      const chosen = (v: Listed) => goes.has(v.version);
      const versions = await this.#erase(secret, 'pruned', chosen, { by: o.by, last }, signal);
      // What was erased before it was stopped half way may still be kept by the service.
      const pruned = there.filter((v) => v.state === 'pruned').map((v) => v.version ?? '');
      return { versions, remains: await this.#backend.purge(secret, [...pruned, ...versions], { signal }) };
    });
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
        this.#checkedPut(name, entries[i]?.value ?? '', optionsOf(entries[i], o)),
      );
    allOrError(await forEach(names, check), 'put');
  }

  /** Frees sockets, timers and cached keys. */
  async close(): Promise<void> {
    await Promise.all([this.#backend, ...this.#opening].map((part) => part.close()));
  }

  async #openVersion(name: SecretName, version: string, signal: AbortSignal): Promise<Secret> {
    // A number is found under either spelling by the backend.
    const isNumber = versionNumber(version) !== undefined;
    for (const place of isNumber ? [version] : credstashVersionKeys(version)) {
      const record = await this.#backend.get(name, place, { signal });
      if (record === undefined) continue;
      // Of an older tombstone there is nothing to undelete.
      if (kindOf(record.fields) === 'stub')
        throw this.#removed(record, 'lazy history shows what has a value');
      return this.#open(record, signal);
    }
    throw await this.#notFound(name, version, signal);
  }

  /** Opens a record under the version that its place tells. */
  #open(record: StoredRecord, signal: AbortSignal): Promise<Secret> {
    const { name, version, fields } = record;
    const kind = kindOf(fields);
    if (kind === 'stub') throw this.#removed(record);
    if (kind === 'broken') throw damaged(name);
    if (kind === 'newer' || !this.#reads(kind)) throw this.#notAccepted(kind);
    const anyKey = kind === 'native' || this.#pinned ? undefined : true;
    const unwrap: Unwrap = (keys, context, keyBytes) =>
      unwrapWithAny(this.#opening, keys, context, { signal, keyBytes, anyKey });
    const wanted = { version, context: this.#context, maxBytes: this.#maxBytes };
    return RECORD_FORMATS[kind].open(record, wanted, unwrap);
  }

  #reads(format: Format): boolean {
    return this.#accept.includes(format);
  }

  #put(name: SecretName, value: Uint8Array, o: PutOptions, signal: AbortSignal): Promise<PutResult> {
    return this.#withSealer(name, value, o, signal, (sealer, newest) => {
      let sealed: StoredRecord | undefined;
      return this.#commit(name, newest, signal, async (current) => {
        this.#mayFollow(name, current);
        const version = await this.#nextVersion(name, current, o, signal);
        if (version === undefined) return undefined;
        if (
          o.skipUnchanged === true &&
          current !== undefined &&
          (await this.#holds(current, value, signal))
        ) {
          return { keep: current };
        }
        // Sealed once a version: a resend must be byte-identical to be known as one's own.
        if (sealed?.version !== version) sealed = { name, version, fields: sealer.fields(version) };
        return { create: sealed, aside: o.backfill };
      });
    });
  }

  /** The version that a put makes after `newest`, if its wishes hold; undefined to look again. */
  async #nextVersion(
    name: SecretName,
    newest: StoredRecord | undefined,
    o: PutOptions,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    if (this.#rules.versions === 'none') return noVersion(newest, o);
    if (this.#rules.versions === 'texts') return nextText(name, newest, o);
    const base = await this.#backend.base(name, newest, { signal });
    return base === undefined ? undefined : nextNumber(newest, base, o);
  }

  /** Makes a tombstone the newest version, if `check` doesn't throw at what it would follow. */
  async #putStub(
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
      this.#mayFollow(name, current);
      const version = await this.#nextVersion(name, current, {}, signal);
      if (version === undefined) return undefined;
      if (stub?.version !== version) stub = this.#stub(name, version, state, by);
      return { create: stub };
    });
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

  #stub(name: SecretName, version: string, state: RemovedState, by: string | undefined): StoredRecord {
    return { name, version, fields: encodeStub({ version, state, at: this.#now(), by }, this.#random) };
  }

  /**
   * First what get sees: no older value comes back, wherever destroying is stopped. Gives the version
   * that was made for it.
   */
  async #hideNewest(
    name: SecretName,
    there: readonly Listed[],
    chosen: (version: Listed) => boolean,
    by: string | undefined,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const [newest] = there;
    if (newest === undefined) return undefined;
    if (there.every((v) => v.state !== undefined || chosen(v)) && newest.state !== 'destroyed') {
      const made = await this.#putStub(name, 'destroyed', by, signal, () => Promise.resolve());
      return made.version;
    }
    if (newest.state === undefined && chosen(newest)) {
      return (
        await this.#putStub(name, 'deleted', by, signal, async (current) => {
          await this.#isThere(name, current, signal);
          if (current?.version === newest.version) return;
          throw new LazycredError('ERR_CONFLICT', 'a newer version was put meanwhile', {
            hint: 'run it again',
          });
        })
      ).version;
    }
    return undefined;
  }

  /**
   * Removes the versions that are `chosen`, oldest first: stopped half way, no older value is newest.
   * Where there are stubs, the newest is one by now and stays, and what has a number becomes one.
   *
   * @param o `last`: the newest that was meant; what somebody puts after it stays
   */
  async #erase(
    name: SecretName,
    state: RemovedState,
    chosen: (version: Listed) => boolean,
    o: { readonly by: string | undefined; readonly last: string | undefined },
    signal: AbortSignal,
  ): Promise<string[]> {
    const { stubs } = this.#rules;
    const all = await this.#removable(name, signal);
    // By its place: an old CredStash's 9 is newer than its 10.
    const there = all.slice(
      Math.max(
        0,
        all.findIndex(({ version }) => version === o.last),
      ),
    );
    const erased: string[] = [];
    for (const listed of there.slice(stubs ? 1 : 0).reverse()) {
      const { version = '' } = listed;
      if (!chosen(listed) || listed.state === 'destroyed' || listed.state === state) continue;
      const number = numberOf(version);
      if (stubs && number !== undefined) {
        const stub = this.#stub(name, String(number), state, o.by);
        await this.#backend.erase({ ...stub, revision: listed.revision }, { signal });
      } else await this.#backend.remove({ ...listed, version }, { signal });
      erased.push(version);
    }
    return erased;
  }

  /** All versions, newest first, stubs included. */
  async #versions(name: SecretName, signal: AbortSignal): Promise<Listed[]> {
    const versions: Listed[] = [];
    for await (const listed of this.#backend.list({ name, signal })) versions.push(listed);
    return versions;
  }

  /**
   * As {@link #versions}; without them, the one record. Refused where another format's would lose its
   * number, or become a stub unasked.
   */
  async #removable(name: SecretName, signal: AbortSignal): Promise<Listed[]> {
    if (this.#rules.stubs) {
      const versions = await this.#versions(name, signal);
      if (versions[0]?.fields?.['lazycred'] === undefined) {
        this.#mayFollow(name, await this.#backend.get(name, undefined, { signal }));
      }
      return versions;
    }
    const there =
      this.#rules.versions === 'none' ? await this.#only(name, signal) : await this.#versions(name, signal);
    if (there.some(({ fields = {} }) => fields['lazycred'] !== undefined)) {
      throw this.#unsupported('has no part in the native record that is there');
    }
    return there;
  }

  // What can't be read as a record (LazyCred's `"key": null`) can be removed all the same.
  async #only(name: SecretName, signal: AbortSignal): Promise<Listed[]> {
    try {
      const record = await this.#backend.get(name, undefined, { signal });
      return record === undefined ? [] : [record];
    } catch (e) {
      if (!isLazycredError(e, 'ERR_INTEGRITY')) throw e;
      return [{ name, version: '' }];
    }
  }

  /** Puts the value of an older version again, with its comment and tags. */
  async #copyVersion(
    name: SecretName,
    version: string,
    o: PutOptions,
    signal: AbortSignal,
  ): Promise<PutResult> {
    const opened = await this.#openVersion(name, version, signal);
    const { comment, tags } = opened;
    return this.#put(name, opened.bytes(), { ...o, comment, tags }, signal);
  }

  /** Throws ERR_NOT_FOUND unless the newest record has a value. */
  async #isThere(name: SecretName, newest: StoredRecord | undefined, signal: AbortSignal): Promise<void> {
    if (newest === undefined) throw await this.#notFound(name, undefined, signal);
    if (kindOf(newest.fields) === 'stub') throw this.#removed(newest);
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

  /** Whether the newest record opens to just this value. */
  async #holds(newest: StoredRecord, value: Uint8Array, signal: AbortSignal): Promise<boolean> {
    if (kindOf(newest.fields) === 'stub') return false;
    const secret = await this.#open(newest, signal);
    return Buffer.compare(secret.bytes(), value) === 0;
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
    const what = { name, context: this.#context ?? {}, ...beside };
    const [sealer, newest] = await Promise.allSettled([
      this.#rules.seal(value, what, this.#keys, { signal }),
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

  /** Whether a new record may be written after `newest`, whose bytes must not be lost to a reader of its format. */
  #mayFollow(name: SecretName, newest: StoredRecord | undefined): void {
    if (newest === undefined) return;
    const kind = kindOf(newest.fields);
    if (kind === this.#format || (kind === 'stub' && this.#rules.stubs)) return;
    if (kind === 'newer') throw this.#notAccepted(kind);
    if (kind === 'broken') {
      // It may be superseded where its place tells its version: it is kept as it is.
      if (this.#rules.versions !== 'none' && newest.version !== '') return;
      throw damaged(name);
    }
    if (this.#format !== 'native') throw this.#unsupported(`cannot follow the ${kind} record that is there`);
    if (this.#converts) return;
    throw new LazycredError(
      'ERR_UNSUPPORTED',
      `a ${kind} record is there, and nothing is converted unasked`,
      {
        hint: `set format: ${kind} to go on in its format, or format: native to keep it and put native versions after it`,
      },
    );
  }

  /** The name and bytes of a put, checked as far as they can be without a request. */
  #checkedPut(
    name: string,
    value: string | Uint8Array,
    o: PutOptions,
  ): { secret: SecretName; bytes: Uint8Array } {
    const bytes = this.#checkedValue(value);
    const secret = this.#rules.parseName(name);
    if (o.version !== undefined || o.ifVersion !== undefined) this.#needsVersions();
    if (o.version !== undefined && this.#rules.versions === 'numbers') numberedVersion(o.version);
    if (o.backfill === true && this.#rules.versions !== 'texts') {
      throw this.#unsupported('takes new versions after the newest only');
    }
    const given: readonly Extra[] = (['by', 'comment', 'tags', 'digest'] as const).filter(
      (e) => o[e] !== undefined,
    );
    const surplus = given.find((extra) => !this.#rules.extras.includes(extra));
    if (surplus !== undefined) throw this.#unsupported(`keeps no ${EXTRA_WORDS[surplus]}`);
    if (!this.#rules.context && Object.keys(this.#context ?? {}).length > 0) {
      throw this.#unsupported(
        'takes no context',
        'leave it out, or give the store one of its own: context: {}',
      );
    }
    this.#rules.check(bytes, o);
    return { secret, bytes };
  }

  #needsVersions(): void {
    if (this.#rules.versions === 'none') throw this.#unsupported('has no versions');
  }

  #needsStubs(): void {
    if (this.#rules.stubs) return;
    throw this.#unsupported('cannot mark a secret as deleted', 'lazy destroy removes it for good');
  }

  #unsupported(what: string, hint = 'format: native can'): LazycredError {
    return new LazycredError('ERR_UNSUPPORTED', `the ${this.#format} format ${what}`, { hint });
  }

  #checkedValue(value: string | Uint8Array): Uint8Array {
    if (typeof value === 'string' && !value.isWellFormed()) {
      throw new LazycredError('ERR_USAGE', 'the value is not well-formed Unicode; give bytes instead');
    }
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    if (bytes.length > this.#maxBytes) {
      throw new LazycredError(
        'ERR_USAGE',
        `the value is ${bytes.length} bytes; at most ${this.#maxBytes} can be stored`,
      );
    }
    return bytes;
  }

  #askedVersion(version: number | string): string {
    if (this.#reads('credstash')) return storedVersion(version);
    if (!this.#reads('native')) throw this.#unsupported('has no versions');
    return numberedVersion(version);
  }

  async #notFound(
    name: SecretName,
    version: string | undefined,
    signal: AbortSignal,
  ): Promise<LazycredError> {
    if (version === undefined) {
      return new LazycredError('ERR_NOT_FOUND', `not found in ${this.location}`, {
        hint: 'lazy list shows what is there',
      });
    }
    const newest = await this.#backend.get(name, undefined, { signal });
    const message = newest === undefined ? 'not found' : `version ${printable(version)} not found`;
    const hint =
      newest === undefined
        ? 'lazy list shows what is there'
        : `the newest version is ${printable(newest.version)}`;
    return new LazycredError('ERR_NOT_FOUND', `${message} in ${this.location}`, { hint });
  }

  #removed(
    { name, version, fields }: StoredRecord,
    hint = 'its values remain: lazy undelete brings the last one back',
  ): LazycredError {
    const stub = decodeStub(fields);
    if (stub === undefined || stub.version !== version) return damaged(name);
    const message = `version ${stub.version} was ${stub.state} at ${stub.at.toISOString()}`;
    return new LazycredError('ERR_NOT_FOUND', message, { hint: stub.state === 'deleted' ? hint : undefined });
  }

  #notAccepted(kind: RecordKind): LazycredError {
    if (kind === 'newer') {
      return new LazycredError('ERR_UNSUPPORTED', 'the record is of a newer format', {
        hint: 'upgrade lazycred',
      });
    }
    return new LazycredError(
      'ERR_UNSUPPORTED',
      `a ${kind} record; this store accepts ${this.#accept.join(', ')}`,
      { hint: `to read it, set accept: [${[...this.#accept, kind].join(', ')}]` },
    );
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

const EXTRA_WORDS: Readonly<Record<Extra, string>> = {
  by: 'author',
  comment: 'comments',
  tags: 'tags',
  digest: 'choice of digest',
};

function optionsOf(entry: PutEntry | undefined, o: PutManyOptions): PutOptions {
  return { ...o, comment: entry?.comment ?? o.comment };
}

function numberedVersion(version: number | string): string {
  const text = String(version);
  if (versionNumber(text) !== undefined) return text;
  throw new LazycredError('ERR_USAGE', `bad version ${quote(text)}: a version is an integer from 1`);
}

function storedVersion(version: number | string): string {
  const text = String(version);
  if (text !== '' && text.isWellFormed()) return text;
  throw new LazycredError('ERR_USAGE', `bad version ${quote(text)}: it is empty, or not well-formed Unicode`);
}

/** As a listing shows the version that is asked for. */
function findVersion(there: readonly Listed[], asked: string): string | undefined {
  const number = numberOf(asked);
  const places = [...credstashVersionKeys(asked), ...(number === undefined ? [] : [String(number)])];
  return places.find((place) => there.some(({ version }) => version === place));
}

function isGone({ state }: Listed): boolean {
  return state === 'destroyed' || state === 'pruned';
}

function versionInfo({ version = '', fields = {}, state = undefined, modified }: Listed): VersionInfo {
  const header = decodeHeader(fields['header'] ?? '');
  const stub = decodeStub(fields);
  const created = header === undefined ? (stub?.at ?? modified) : new Date(header.created);
  const comment = header?.comment ?? (fields['lazycred'] === undefined ? fields['comment'] : undefined);
  return { version, created, by: header?.by ?? stub?.by, comment, state: state ?? 'value' };
}
