import type { Backend } from '../backend.js';
import { recordKind } from '../codec/detect.js';
import { LazycredError } from '../errors.js';
import { storedName } from '../record/names.js';
import type { Secret } from '../secret.js';
import { allOrError, forEach, type Outcome } from './bulk.js';
import { checkEntries, checkNames, checkOptions, copyOf } from './check-arguments.js';
import type { SecretLister } from './lister.js';
import type { OperationRunner } from './operation.js';
import type { GetOptions, ManyOptions, PutEntry, PutManyOptions, PutOptions, PutResult } from './options.js';
import type { StoreRules } from './rules.js';
import type { RecordWriter } from './writer.js';

/** The store's operations on one secret, of which those on many are made. */
export interface OneSecret {
  get(name: string, o: GetOptions): Promise<Secret>;
  put(name: string, value: string | Uint8Array, o: PutOptions): Promise<PutResult>;
}

/** What the operations on many secrets are made of. */
export interface ManyParts {
  readonly backend: Backend;
  readonly rules: StoreRules;
  readonly operations: OperationRunner;
  readonly lister: SecretLister;
  readonly writer: RecordWriter;
}

/** Reads and writes many secrets: all of them, or one error that names every failure. */
export class ManySecrets {
  readonly #one: OneSecret;
  readonly #parts: ManyParts;

  constructor(one: OneSecret, parts: ManyParts) {
    this.#one = one;
    this.#parts = parts;
  }

  /** See `Store.getMany`. */
  async getMany(names: readonly string[], o: ManyOptions): Promise<Map<string, Secret>> {
    checkNames(names);
    checkOptions(o);
    return allOrError(await this.#readEach([...new Set(names)], o), 'get');
  }

  /** See `Store.getAll`. */
  async getAll(o: ManyOptions & { readonly match?: string | undefined }): Promise<Map<string, Secret>> {
    checkOptions(o);
    const { match, signal } = o;
    const names: string[] = [];
    for await (const { name } of this.#parts.lister.list({ match, signal })) names.push(name);
    const outcomes = await this.#readEach(names, o);
    const gone = await this.#goneMeanwhile(outcomes, signal);
    return allOrError(
      outcomes.filter((x) => !gone.has(x.name)),
      'get',
    );
  }

  /** See `Store.putMany`. */
  async putMany(
    given: readonly PutEntry[],
    o: ManyOptions & PutManyOptions,
  ): Promise<Map<string, PutResult>> {
    checkEntries(given);
    checkOptions(o);
    const { progress, ...options } = o;
    // In memory of their own from now on: some wait for their turn after the caller has gone on.
    const entries = given.map((e) => ({
      ...e,
      value: typeof e.value === 'string' ? e.value : copyOf(e.value),
    }));
    await this.checkMany(entries, options);
    const names = entries.map((e) => e.name);
    const put = (name: string, i: number) =>
      this.#one.put(name, valueAt(entries, i), optionsOf(entries[i], options));
    const done = (n: number, failed: number) => progress?.(n, names.length, failed);
    return allOrError(await forEach(names, put, { done }), 'put');
  }

  /** See `Store.checkMany`. */
  async checkMany(entries: readonly PutEntry[], o: PutManyOptions): Promise<void> {
    checkEntries(entries);
    const names = new Set<string>();
    for (const { name } of entries) {
      if (names.has(name)) throw new LazycredError('ERR_USAGE', `"${name}" is there twice`, { name });
      names.add(name);
    }
    const check = (name: string, i: number) =>
      this.#parts.operations.run(name, o, async () =>
        this.#parts.rules.checkedPut(name, valueAt(entries, i), optionsOf(entries[i], o)),
      );
    allOrError(await forEach([...names], check), 'put');
  }

  /** See `Store.unchangedMany`. */
  async unchangedMany(
    entries: readonly PutEntry[],
    o: ManyOptions & PutManyOptions,
  ): Promise<Map<string, boolean>> {
    checkEntries(entries);
    checkOptions(o);
    const { progress, ...options } = o;
    const names = entries.map((e) => e.name);
    const isUnchanged = (name: string, i: number) =>
      this.#parts.operations.run(name, o, (signal) => {
        const value = valueAt(entries, i);
        const { secret, bytes } = this.#parts.rules.checkedPut(name, value, optionsOf(entries[i], options));
        return this.#parts.writer.isUnchanged({ name: secret, value: bytes, options, signal });
      });
    const done = (n: number, failed: number) => progress?.(n, names.length, failed);
    return allOrError(await forEach(names, isUnchanged, { done }), 'get');
  }

  #readEach(names: readonly string[], { progress, signal }: ManyOptions): Promise<Outcome<Secret>[]> {
    const done = (n: number, failed: number) => progress?.(n, names.length, failed);
    return forEach(names, (name) => this.#one.get(name, { signal }), {
      done,
      signal,
      patienceMs: this.#parts.operations.timeoutMs,
    });
  }

  /** The names that were listed, could not be read, and are not there any more. */
  async #goneMeanwhile(
    outcomes: readonly Outcome<Secret>[],
    signal: AbortSignal | undefined,
  ): Promise<ReadonlySet<string>> {
    const gone = new Set<string>();
    for (const outcome of outcomes) {
      if (!('error' in outcome) || outcome.error.code !== 'ERR_NOT_FOUND') continue;
      const { name } = outcome;
      const newest = await this.#parts.operations.run(name, { signal }, (s) =>
        this.#parts.backend.get(storedName(name), undefined, { signal: s }),
      );
      if (newest === undefined || recordKind(newest.fields) === 'stub') gone.add(name);
    }
    return gone;
  }
}

function optionsOf(entry: PutEntry | undefined, o: PutManyOptions): PutOptions {
  const { comment = o.comment, by = o.by, tags = o.tags, version } = entry ?? {};
  return { ...o, comment, by, tags, version };
}

// An entry's value as it was given. null and undefined stay what they are, for the check to refuse them.
function valueAt(entries: readonly PutEntry[], i: number): string | Uint8Array {
  return (entries[i] as PutEntry).value;
}
