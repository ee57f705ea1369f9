import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend, CallOptions } from './backend.js';
import { kindOf, type RecordKind } from './codec/detect.js';
import { contextFault, decodeHeader } from './codec/header.js';
import { openLazycred, sealLazycred } from './codec/lazycred.js';
import { Deadline } from './deadline.js';
import { damaged, effectiveContext, openNative, sealNative } from './codec/native.js';
import { generateForAll, unwrapWithAny, type DataKey } from './codec/recipients.js';
import { decodeStub } from './codec/stub.js';
import { isLazycredError, LazycredError } from './errors.js';
import type { Context, KeyProvider, WrappedKey } from './keys.js';
import {
  claimOf,
  DEFAULT_MAX_VALUE_BYTES,
  FORMATS,
  MAX_VERSION,
  parseName,
  quote,
  RESERVED_SEGMENT,
  sameFields,
  storedName,
  versionNumber,
  type Format,
  type Listed,
  type RemovedState,
  type SecretName,
  type StoredRecord,
} from './record.js';
import { Secret, type SecretInfo } from './secret.js';

/** What a store is made of. */
export interface StoreParts {
  readonly backend: Backend;
  /** The recipients of every new record, at least one. */
  readonly keys: readonly KeyProvider[];
  /** Further keys that may open a record. */
  readonly decryptKeys?: readonly KeyProvider[];
  /** The format that is written. */
  readonly format?: Format;
  /** The formats that are read; the written one alone by default. */
  readonly accept?: readonly Format[];
  /** Bound into every record and demanded of each; none by default. */
  readonly context?: Context | undefined;
  /** How long one operation may take, in milliseconds; 30,000 by default. */
  readonly timeoutMs?: number;
  /** Largest value, in bytes; 256 KiB by default. */
  readonly maxBytes?: number;
  /** The clock, for tests. */
  readonly now?: () => Date;
  /** How long to wait after a lost race, for tests; random and growing by default. */
  readonly backOff?: (attempt: number, signal: AbortSignal) => Promise<void>;
  /** The source of salts, for tests: anything but cryptographic randomness breaks records. */
  readonly random?: (size: number) => Uint8Array;
}

/** Options of {@link Store.get}. */
export interface GetOptions extends CallOptions {
  /** A version to read instead of the newest: an integer from 1. */
  readonly version?: number | string | undefined;
}

/** Options of {@link Store.put}. */
export interface PutOptions extends CallOptions {
  /** Only if this version is the newest (a tombstone counts as its version); 0: only if there never was one. */
  readonly ifVersion?: number | undefined;
  /** Only if there is no such secret, or it was deleted. */
  readonly ifAbsent?: boolean | undefined;
  /** A note kept with this version, authenticated but not secret; at most 4 KiB. */
  readonly comment?: string | undefined;
  /** Who wrote it, authenticated but not secret; at most 256 bytes. */
  readonly by?: string | undefined;
}

/** What {@link Store.put} made. */
export interface PutResult {
  readonly name: SecretName;
  /** Canonical decimal; '' in a format that keeps no versions. */
  readonly version: string;
}

/** One name of {@link Store.list}. Not authenticated: nothing was opened. */
export interface ListedSecret {
  readonly name: SecretName;
  readonly modified: Date | undefined;
}

/** One version of {@link Store.history}. Not authenticated: nothing was opened. */
export interface VersionInfo {
  readonly version: string;
  readonly created: Date | undefined;
  readonly by: string | undefined;
  readonly comment: string | undefined;
  readonly state: 'value' | RemovedState;
}

const DEFAULT_TIMEOUT_MS = 30_000;

// After a lost race: full jitter up to a ceiling that doubles from the first to the last.
const FIRST_BACKOFF_MS = 20;
const LAST_BACKOFF_MS = 1_000;

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
  readonly #accept: readonly RecordKind[];
  readonly #context: Context | undefined;
  readonly #timeoutMs: number;
  readonly #maxBytes: number;
  readonly #now: () => Date;
  readonly #backOff: (attempt: number, signal: AbortSignal) => Promise<void>;
  readonly #random: ((size: number) => Uint8Array) | undefined;

  constructor(parts: StoreParts) {
    this.#backend = parts.backend;
    this.#keys = parts.keys;
    this.#opening = [...parts.keys, ...(parts.decryptKeys ?? [])];
    this.#format = parts.format ?? 'native';
    this.#accept = parts.accept ?? [this.#format];
    this.#context = parts.context;
    this.#timeoutMs = parts.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#maxBytes = parts.maxBytes ?? DEFAULT_MAX_VALUE_BYTES;
    this.#now = parts.now ?? (() => new Date());
    this.#backOff = parts.backOff ?? backOff;
    this.#random = parts.random;
    const fault = parts.context === undefined ? undefined : contextFault(parts.context);
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
      const version = o.version === undefined ? undefined : this.#askedVersion(o.version);
      const record = await this.#backend.get(secret, version, { signal });
      if (record === undefined) throw await this.#notFound(secret, version, signal);
      return this.#open(record, version ?? record.version, signal);
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
      const bytes = this.#checkedValue(value);
      return this.#format === 'lazycred'
        ? this.#putLazycred(storedName(name), bytes, o, signal)
        : this.#putNative(parseName(name), bytes, o, signal);
    });
  }

  /** Every secret that is not deleted, each once, in the backend's order; nothing is opened. */
  async *list(
    o: CallOptions & { readonly prefix?: string } = {},
  ): AsyncGenerator<ListedSecret, void, undefined> {
    const deadline = new Deadline(this.#timeoutMs, o.signal);
    try {
      const { prefix } = o;
      const listed = this.#backend.list({
        signal: deadline.signal,
        ...(prefix === undefined ? {} : { prefix }),
      });
      for await (const { name, modified, state } of listed) {
        // The time that the caller spends between two names is not the backend's.
        deadline.pause();
        if (state === undefined) yield { name, modified };
        deadline.resume();
      }
    } catch (e) {
      throw this.#located(e);
    } finally {
      deadline.pause();
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
      if (this.#format === 'lazycred') throw unsupported('has no versions');
      const versions: VersionInfo[] = [];
      for await (const listed of this.#backend.list({ name: secret, signal })) {
        if (listed.state !== 'destroyed' && listed.state !== 'pruned') versions.push(versionInfo(listed));
      }
      if (versions.length === 0) throw await this.#notFound(secret, undefined, signal);
      return versions;
    });
  }

  /** Frees sockets, timers and cached keys. */
  async close(): Promise<void> {
    await Promise.all([this.#backend, ...this.#opening].map((part) => part.close()));
  }

  async #open(record: StoredRecord, version: string, signal: AbortSignal): Promise<Secret> {
    const { name, fields } = record;
    const kind = kindOf(fields);
    const unwrap = (keys: readonly WrappedKey[], context: Context, keyBytes?: number) =>
      unwrapWithAny(this.#opening, keys, context, { signal, keyBytes });
    if (kind === 'stub') throw this.#removed(record, version);
    if (kind === 'broken') throw damaged(name);
    if (!this.#accept.includes(kind)) throw this.#notAccepted(kind);
    if (kind === 'lazycred') {
      return new Secret(bareInfo(name, record.version), await openLazycred(fields, name, unwrap));
    }
    const expected = { name, version, context: this.#context, maxBytes: this.#maxBytes };
    const { header, value } = await openNative(fields, expected, unwrap);
    const { created, by, comment, tags } = header;
    return new Secret({ name, version, created: new Date(created), by, comment, tags: tags ?? {} }, value);
  }

  #putNative(name: SecretName, value: Uint8Array, o: PutOptions, signal: AbortSignal): Promise<PutResult> {
    const context = this.#context ?? {};
    return this.#withDataKey(name, context, o, signal, (dataKey, newest) => {
      let record: StoredRecord | undefined;
      return this.#createAfter(name, newest, signal, async (current) => {
        this.#mayFollow(name, current);
        const base = await this.#backend.base(name, current, { signal });
        if (base === undefined) return undefined;
        checkConditions(current, base, o);
        const version = String(nextVersion(base));
        // Sealed once a version: a resend must be byte-identical to be known as one's own.
        if (record?.version === version) return record;
        const what = {
          name,
          version,
          context,
          created: this.#now().toISOString(),
          by: o.by,
          comment: o.comment,
        };
        record = { name, version, fields: sealNative(what, value, dataKey.key, dataKey.keys, this.#random) };
        return record;
      });
    });
  }

  async #putLazycred(
    name: SecretName,
    value: Uint8Array,
    o: PutOptions,
    signal: AbortSignal,
  ): Promise<PutResult> {
    if (o.ifVersion !== undefined) throw unsupported('has no versions');
    if (o.comment !== undefined) throw unsupported('has no comments');
    // Any other name that LazyCred took is taken, but native records' archives are not to be written over.
    if (name.split('/').includes(RESERVED_SEGMENT)) parseName(name);
    const [key] = this.#keys;
    if (key === undefined || this.#keys.length > 1) throw unsupported('takes exactly one key');
    const record = { name, version: '', fields: await sealLazycred(value, key, { signal }) };
    const newest = await this.#readBeforePut(name, o, signal);
    return this.#createAfter(name, newest, signal, (current) => {
      this.#mayFollow(name, current);
      if (current !== undefined && o.ifAbsent === true)
        throw new LazycredError('ERR_CONFLICT', 'it exists already');
      return Promise.resolve(record);
    });
  }

  /** Runs `use` with a new data key and the newest record, fetched beside each other; then zeroes the key. */
  async #withDataKey<T>(
    name: SecretName,
    context: Context,
    o: PutOptions,
    signal: AbortSignal,
    use: (dataKey: DataKey, newest: StoredRecord | undefined) => Promise<T>,
  ): Promise<T> {
    const [dataKey, newest] = await Promise.allSettled([
      generateForAll(this.#keys, effectiveContext(context, name), { signal }),
      this.#readBeforePut(name, o, signal),
    ]);
    try {
      if (newest.status === 'rejected') throw newest.reason;
      if (dataKey.status === 'rejected') throw dataKey.reason;
      return await use(dataKey.value, newest.value);
    } finally {
      if (dataKey.status === 'fulfilled') dataKey.value.key.fill(0);
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

  /**
   * Creates what `next` makes after `newest`, or after whatever has become the newest meanwhile.
   * `next` gives undefined to look again, and throws to end it.
   */
  async #createAfter(
    name: SecretName,
    newest: StoredRecord | undefined,
    signal: AbortSignal,
    next: (newest: StoredRecord | undefined) => Promise<StoredRecord | undefined>,
  ): Promise<PutResult> {
    let current = newest;
    for (let attempt = 0; ; attempt++) {
      const record = await next(current);
      const failure = record === undefined ? undefined : await this.#tryCreate(record, current, signal);
      if (record !== undefined && failure === undefined) return { name, version: record.version };
      current = await this.#backend.get(name, undefined, { signal });
      if (record !== undefined && (await this.#landed(record, current, signal))) {
        return { name, version: record.version };
      }
      if (failure?.code === 'ERR_UNAVAILABLE') throw failure;
      await this.#backOff(attempt, signal);
    }
  }

  // Undefined when it succeeded; the failure when somebody else may have won, or the answer was lost.
  async #tryCreate(
    record: StoredRecord,
    newest: StoredRecord | undefined,
    signal: AbortSignal,
  ): Promise<LazycredError | undefined> {
    try {
      await this.#backend.create(record, newest, { signal });
      return undefined;
    } catch (e) {
      if (signal.aborted) throw e;
      if (isLazycredError(e, 'ERR_CONFLICT') || isLazycredError(e, 'ERR_UNAVAILABLE')) return e;
      throw e;
    }
  }

  /** Whether our write had landed although it reported otherwise: the stored bytes are ours. */
  async #landed(
    record: StoredRecord,
    newest: StoredRecord | undefined,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (newest === undefined) return false;
    if (sameFields(newest.fields, record.fields)) return true;
    const theirs = versionNumber(newest.version);
    if (theirs === undefined || theirs <= Number(record.version)) return false;
    const stored = await this.#backend.get(record.name, record.version, { signal });
    if (stored === undefined || kindOf(stored.fields) === 'stub') {
      throw new LazycredError(
        'ERR_CONFLICT',
        `version ${record.version} was removed meanwhile, outcome unknown`,
        {
          hint: 'see lazy history, and put again if the value is not there',
        },
      );
    }
    return sameFields(stored.fields, record.fields);
  }

  /** Whether a new record may be written after `newest`, whose bytes must not be lost to a reader of its format. */
  #mayFollow(name: SecretName, newest: StoredRecord | undefined): void {
    if (newest === undefined) return;
    const kind = kindOf(newest.fields);
    if (kind === 'newer') throw this.#notAccepted(kind);
    if (this.#format === 'lazycred') {
      if (kind === 'lazycred') return;
      throw kind === 'broken' ? damaged(name) : unsupported(`cannot follow the ${kind} record that is there`);
    }
    if (kind === 'native' || kind === 'stub') return;
    // A broken record may be superseded where its place tells its number: it is kept as it is.
    if (kind === 'broken' && versionNumber(newest.version) !== undefined) return;
    if (kind === 'broken') throw damaged(name);
    if (!this.#accept.includes(kind)) throw this.#notAccepted(kind);
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
    if (!this.#accept.includes('native')) throw unsupported('has no versions');
    const text = String(version);
    if (versionNumber(text) === undefined) {
      throw new LazycredError('ERR_USAGE', `bad version ${quote(text)}: a version is an integer from 1`);
    }
    return text;
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
    const message = newest === undefined ? 'not found' : `version ${version} not found`;
    const hint =
      newest === undefined ? 'lazy list shows what is there' : `the newest version is ${newest.version}`;
    return new LazycredError('ERR_NOT_FOUND', `${message} in ${this.location}`, { hint });
  }

  #removed({ name, fields }: StoredRecord, version: string): LazycredError {
    const stub = decodeStub(fields);
    if (stub === undefined || stub.version !== version) return damaged(name);
    const message = `version ${stub.version} was ${stub.state} at ${stub.at.toISOString()}`;
    const hint =
      stub.state === 'deleted' ? 'older versions remain: lazy history, then lazy get -v N' : undefined;
    return new LazycredError('ERR_NOT_FOUND', message, { hint });
  }

  #notAccepted(kind: RecordKind): LazycredError {
    if (kind === 'newer') {
      return new LazycredError('ERR_UNSUPPORTED', 'the record is of a newer format', {
        hint: 'upgrade lazycred',
      });
    }
    const known = FORMATS.some((format) => format === kind);
    return new LazycredError(
      'ERR_UNSUPPORTED',
      `a ${kind} record; this store accepts ${this.#accept.join(', ')}`,
      {
        hint: known ? `to read it, set accept: [${[...this.#accept, kind].join(', ')}]` : undefined,
      },
    );
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

function checkConditions(newest: StoredRecord | undefined, base: number, o: PutOptions): void {
  const state = newest === undefined ? 'absent' : claimOf(newest.fields)?.state;
  const current = newest === undefined ? 0 : base;
  if (o.ifVersion !== undefined && o.ifVersion !== current) {
    const is = newest === undefined ? 'there is none yet' : `the newest is ${current}`;
    throw new LazycredError('ERR_CONFLICT', `it is not at version ${o.ifVersion}: ${is}`, {
      hint: 'read the newest version, and decide again',
    });
  }
  if (o.ifAbsent === true && state === undefined) {
    throw new LazycredError('ERR_CONFLICT', `it exists already, at version ${current}`);
  }
}

function nextVersion(base: number): number {
  if (base >= MAX_VERSION) throw new LazycredError('ERR_USAGE', `there is no version after ${base}`);
  return base + 1;
}

function unsupported(what: string): LazycredError {
  return new LazycredError('ERR_UNSUPPORTED', `the lazycred format ${what}`, {
    hint: 'format: native has them',
  });
}

function bareInfo(name: SecretName, version: string): SecretInfo {
  return { name, version, created: undefined, by: undefined, comment: undefined, tags: {} };
}

function versionInfo({ version = '', fields = {}, state = undefined, modified }: Listed): VersionInfo {
  const header = decodeHeader(fields['header'] ?? '');
  const stub = decodeStub(fields);
  const created = header === undefined ? (stub?.at ?? modified) : new Date(header.created);
  return { version, created, by: header?.by ?? stub?.by, comment: header?.comment, state: state ?? 'value' };
}

async function backOff(attempt: number, signal: AbortSignal): Promise<void> {
  const ms = Math.random() * Math.min(LAST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** attempt);
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    // Only the signal ends a sleep early; its own reason says more than the timer's AbortError.
    signal.throwIfAborted();
  }
}
