import { expect } from '@jest/globals';
import type { Backend, BackendListOptions } from '../../src/backend.js';
import { isLazycredError } from '../../src/errors.js';
import type { SecretName } from '../../src/record/names.js';
import { sameFields, type Listed, type StoredRecord } from '../../src/record.js';
import type { FaultPlan } from './faults.js';
import { fakeRecord } from './records.js';

// Enough of the names that a case wrote to: a case about many names checks each itself.
const NAMES_TO_SETTLE = 2;

/**
 * The backend under test as a case sees it: every call carries the plan's signal, and every record
 * that was handed in is remembered, so that {@link settle} can tell what may be in the store.
 */
export class Ground {
  readonly backend: Backend;
  readonly #plan: FaultPlan | undefined;
  readonly #landed: StoredRecord[] = [];
  readonly #attempted: StoredRecord[] = [];

  constructor(backend: Backend, plan?: FaultPlan) {
    this.backend = backend;
    this.#plan = plan;
  }

  async create(record: StoredRecord, after: StoredRecord | undefined): Promise<void> {
    this.#attempted.push(record);
    await this.backend.create(record, after, this.#call());
    this.#landed.push(record);
  }

  /** Overwrites an older version; until that succeeded, either may be there. */
  async erase(stub: StoredRecord): Promise<void> {
    this.#forget(stub);
    this.#attempted.push(stub);
    await this.backend.erase(stub, this.#call());
    this.#landed.push(stub);
  }

  /** Removes a version; until that succeeded, it may be there. */
  async remove(record: StoredRecord): Promise<void> {
    this.#forget(record);
    await this.backend.remove(record, this.#call());
  }

  purge(name: SecretName, versions?: readonly string[]): Promise<string | undefined> {
    return this.backend.purge(name, versions, this.#call());
  }

  get(name: SecretName, version?: string): Promise<StoredRecord | undefined> {
    return this.backend.get(name, version, this.#call());
  }

  numberBefore(name: SecretName, newest: StoredRecord | undefined): Promise<number | undefined> {
    return this.backend.numberBefore(name, newest, this.#call());
  }

  /** A whole listing. */
  list(o: Omit<BackendListOptions, 'signal'> = {}): Promise<Listed[]> {
    return collect(this.backend.list({ ...o, ...this.#call() }));
  }

  /** Stores records one after another, undisturbed by faults: what a case begins with. */
  async seed(...records: readonly StoredRecord[]): Promise<void> {
    await this.#calmly(async () => {
      for (const record of records) await this.create(record, await this.get(record.name));
    });
  }

  /** The newest record, undisturbed. */
  newest(name: SecretName): Promise<StoredRecord | undefined> {
    return this.#calmly(() => this.get(name));
  }

  /** Expects `create` to conflict; a fault that was injected meanwhile goes on to the driver. */
  async conflict(record: StoredRecord, after: StoredRecord | undefined): Promise<void> {
    const failure: unknown = await this.create(record, after).then(
      () => 'nothing: it was stored',
      (e: unknown) => e,
    );
    if (this.#plan?.excuses(failure) === true) throw failure;
    expect(failure).toMatchObject({ name: 'LazycredError', code: 'ERR_CONFLICT' });
  }

  /**
   * Expects the store to be consistent, whatever was met on the way: what landed is there, what
   * failed is there whole or not at all, the newest is the greatest, and the next create works.
   */
  async settle(): Promise<void> {
    await this.#calmly(async () => {
      const names = new Set(this.#attempted.map((record) => record.name));
      for (const name of [...names].slice(0, NAMES_TO_SETTLE)) await this.#settleName(name);
    });
  }

  async #settleName(name: SecretName): Promise<void> {
    const own = (records: StoredRecord[]): StoredRecord[] => records.filter((record) => record.name === name);
    const listed = await this.list({ name });
    const versions = listed.map((l) => l.version ?? '');
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => Number(b) - Number(a)));
    expect(versions).toEqual(expect.arrayContaining(own(this.#landed).map((record) => record.version)));
    for (const version of versions) {
      const record = await this.get(name, version);
      expect(record?.version).toBe(version);
      const origin = own(this.#attempted).find((r) => sameFields(r.fields, record?.fields ?? {}));
      expect(origin?.version).toBe(version);
    }
    for (const { version, fields } of own(this.#landed)) {
      expect((await this.get(name, version))?.fields).toEqual(fields);
    }
    const newest = await this.get(name);
    expect(newest?.version).toBe(versions[0]);
    const base = await this.numberBefore(name, newest);
    expect(base).toBe(Number(versions[0] ?? 0));
    if (base === undefined || base === Number.MAX_SAFE_INTEGER) return;
    const next = fakeRecord(name, base + 1);
    await this.create(next, newest);
    expect((await this.get(name))?.fields).toEqual(next.fields);
  }

  #forget({ name, version }: StoredRecord): void {
    const place = this.#landed.findIndex((r) => r.name === name && r.version === version);
    if (place >= 0) this.#landed.splice(place, 1);
  }

  #call(): { signal?: AbortSignal } {
    const signal = this.#plan?.signal;
    return signal === undefined ? {} : { signal };
  }

  #calmly<T>(work: () => Promise<T>): Promise<T> {
    return this.#plan === undefined ? work() : this.#plan.calmly(work);
  }
}

/** All that an iterable gives (Node 20 has no `Array.fromAsync`). */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** The code of a rejection, `ok` for none: for counting the outcomes of a race. */
export async function outcome(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return 'ok';
  } catch (e) {
    return isLazycredError(e) ? e.code : `not ours: ${String(e)}`;
  }
}
