import type { Backend, CallOptions, BackendListOptions } from '../backend.js';
import { LazycredError } from '../errors.js';
import { withoutValue } from '../record/ancestors.js';
import { claimOf } from '../record/claims.js';
import { padVersion, versionNumber } from '../record/versions.js';
import { quote } from '../text/printable.js';
import { refuseReserved, type SecretName } from '../record/names.js';
import { sameFields, type Listed, type StoredRecord } from '../record.js';

interface Entry {
  readonly record: StoredRecord;
  readonly modified: Date;
}

/**
 * Keeps records in this process's memory, gone with it: for tests of code that uses a store.
 *
 * Holds native records (and tombstones) of any number and size. Every call takes effect at once, so
 * concurrent writers see the same conflicts as on a real store.
 *
 * @example
 * const store = new Store({ backend: new MemoryBackend(), keys: [new LocalKey({})] });
 */
export class MemoryBackend implements Backend {
  readonly location = 'memory:';
  readonly maxRecordBytes = Infinity;
  // By name, then by padded version, oldest first: a version is only ever added at the end.
  readonly #names = new Map<SecretName, Map<string, Entry>>();
  #closed = false;

  async get(name: SecretName, version?: string, o?: CallOptions): Promise<StoredRecord | undefined> {
    this.#ready(o);
    const versions = this.#names.get(name);
    const entry = version === undefined ? newestOf(versions) : versions?.get(padVersion(version));
    if (entry === undefined || (version !== undefined && entry.record.version !== version)) return undefined;
    return copy(entry.record);
  }

  async numberBefore(
    name: SecretName,
    newest: StoredRecord | undefined,
    o?: CallOptions,
  ): Promise<number | undefined> {
    this.#ready(o);
    if (!this.#isNewest(name, newest)) return undefined;
    return newest === undefined ? 0 : Number(newest.version);
  }

  /**
   * @throws ERR_CONFLICT as every backend does, also for a version that is not greater than the newest
   * @throws ERR_USAGE when the version is not canonical decimal
   */
  async create(record: StoredRecord, after: StoredRecord | undefined, o?: CallOptions): Promise<void> {
    refuseReserved(record.name);
    this.#ready(o);
    const { name, version } = record;
    if (versionNumber(version) === undefined) {
      const message = `cannot keep version ${quote(version)} of ${quote(name)} in memory: not a version number`;
      throw new LazycredError('ERR_USAGE', message, { name, location: this.location });
    }
    const key = padVersion(version);
    const follows = after === undefined || key > padVersion(after.version);
    if (!follows || !this.#isNewest(name, after)) throw this.#conflict(name);
    const versions = this.#names.get(name) ?? new Map<string, Entry>();
    versions.set(key, { record: copy(record), modified: new Date() });
    this.#names.set(name, versions);
  }

  async erase(stub: StoredRecord, o?: CallOptions): Promise<void> {
    refuseReserved(stub.name);
    this.#ready(o);
    this.#names.get(stub.name)?.set(padVersion(stub.version), { record: copy(stub), modified: new Date() });
  }

  async remove({ name, version }: Pick<StoredRecord, 'name' | 'version'>, o?: CallOptions): Promise<void> {
    refuseReserved(name);
    this.#ready(o);
    this.#names.get(name)?.delete(padVersion(version));
    if (this.#names.get(name)?.size === 0) this.#names.delete(name);
  }

  /** Nothing is kept of what was erased. */
  async purge(
    name: SecretName,
    _versions: readonly string[] | undefined,
    o?: CallOptions,
  ): Promise<undefined> {
    refuseReserved(name);
    this.#ready(o);
    return undefined;
  }

  async *list(o?: BackendListOptions): AsyncGenerator<Listed> {
    this.#ready(o);
    // Taken at once, so that writes between two steps neither repeat nor hide anything.
    const names = o?.name === undefined ? this.#namesFrom(o?.prefix ?? '') : [o.name];
    const each = o?.name !== undefined || o?.versions === true;
    const found = names.flatMap((name) => (each ? this.#versionsOf(name) : this.#newestOf(name)));
    for (const listed of found) {
      this.#ready(o);
      yield listed;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #namesFrom(prefix: string): SecretName[] {
    return [...this.#names.keys()].filter((name) => name.startsWith(prefix));
  }

  #newestOf(name: SecretName): Listed[] {
    const newest = newestOf(this.#names.get(name));
    return newest === undefined ? [] : [describe(newest)];
  }

  #versionsOf(name: SecretName): Listed[] {
    return [...(this.#names.get(name)?.values() ?? [])]
      .reverse()
      .map((entry) => ({ ...describe(entry), fields: withoutValue(entry.record.fields) }));
  }

  #isNewest(name: SecretName, expected: StoredRecord | undefined): boolean {
    const newest = newestOf(this.#names.get(name))?.record;
    if (newest === undefined || expected === undefined) return newest === expected;
    return newest.version === expected.version && sameFields(newest.fields, expected.fields);
  }

  #conflict(name: SecretName): LazycredError {
    const message = `${quote(name)} has changed meanwhile in ${this.location}`;
    return new LazycredError('ERR_CONFLICT', message, {
      name,
      location: this.location,
      hint: 'read it again',
    });
  }

  #ready(o: CallOptions | undefined): void {
    o?.signal?.throwIfAborted();
    if (this.#closed)
      throw new LazycredError('ERR_USAGE', `${this.location} is closed`, { location: this.location });
  }
}

function newestOf(versions: ReadonlyMap<string, Entry> | undefined): Entry | undefined {
  return [...(versions?.values() ?? [])].at(-1);
}

// Records are flat: a new object for the fields is a deep copy.
function copy({ name, version, fields }: StoredRecord): StoredRecord {
  return { name, version, fields: { ...fields } };
}

function describe({ record, modified }: Entry): Listed {
  const { state, created } = claimOf(record.fields) ?? {};
  return {
    name: record.name,
    version: record.version,
    modified: new Date(modified),
    ...(created === undefined ? {} : { created }),
    ...(state === undefined ? {} : { state }),
  };
}
