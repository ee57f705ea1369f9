import type { Backend } from '../backend.js';
import { kindOf } from '../codec/detect.js';
import { LazycredError } from '../errors.js';
import { storedName } from '../record/names.js';
import type { Secret } from '../secret.js';
import { allOrError, forEach, type Outcome } from './bulk.js';
import type { SecretLister } from './lister.js';
import type { OperationRunner } from './operation.js';
import type { GetOptions, ManyOptions, PutEntry, PutManyOptions, PutOptions, PutResult } from './options.js';
import type { StoreRules } from './rules.js';

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
    return allOrError(await this.#readEach([...new Set(names)], o), 'get');
  }

  /** See `Store.getAll`. */
  async getAll(o: ManyOptions & { readonly match?: string | undefined }): Promise<Map<string, Secret>> {
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
    entries: readonly PutEntry[],
    { progress, ...options }: ManyOptions & PutManyOptions,
  ): Promise<Map<string, PutResult>> {
    await this.checkMany(entries, options);
    const names = entries.map((e) => e.name);
    const put = (name: string, i: number) =>
      this.#one.put(name, entries[i]?.value ?? '', optionsOf(entries[i], options));
    return allOrError(await forEach(names, put, { done: (n) => progress?.(n, names.length) }), 'put');
  }

  /** See `Store.checkMany`. */
  async checkMany(entries: readonly PutEntry[], o: PutManyOptions): Promise<void> {
    const names = new Set<string>();
    for (const { name } of entries) {
      if (names.has(name)) throw new LazycredError('ERR_USAGE', `"${name}" is there twice`, { name });
      names.add(name);
    }
    const check = (name: string, i: number) =>
      this.#parts.operations.run(name, o, async () =>
        this.#parts.rules.checkedPut(name, entries[i]?.value ?? '', optionsOf(entries[i], o)),
      );
    allOrError(await forEach([...names], check), 'put');
  }

  #readEach(names: readonly string[], { progress, signal }: ManyOptions): Promise<Outcome<Secret>[]> {
    const done = (n: number) => progress?.(n, names.length);
    return forEach(names, (name) => this.#one.get(name, { signal }), { done });
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
      if (newest === undefined || kindOf(newest.fields) === 'stub') gone.add(name);
    }
    return gone;
  }
}

function optionsOf(entry: PutEntry | undefined, o: PutManyOptions): PutOptions {
  return { ...o, comment: entry?.comment ?? o.comment };
}
