import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Backend, CallOptions, BackendListOptions } from '../backend.js';
import { LazycredError, isLazycredError } from '../errors.js';
import { STUB_BYTES, encodeBody } from '../record/body.js';
import { withoutValue } from '../record/ancestors.js';
import { claimOf, isRemoved } from '../record/claims.js';
import { printable, quote } from '../text/printable.js';
import { versionNumber } from '../record/versions.js';
import { refuseReserved, type SecretName } from '../record/names.js';
import type { Fields, Listed, RemovedState, StoredRecord } from '../record.js';
import { MAX_FILE_BYTES, withRecord, type RecordFile } from './local/files.js';
import { readNames, readVersions } from './local/folders.js';
import { encodeName, fileOf } from './local/names.js';
import { overwriteVersion, removeUnfinished, removeVersion, writeVersion } from './local/write.js';

/** Settings of a {@link LocalBackend}. */
export interface LocalBackendOptions {
  /** The store's folder; made with mode 0700 on the first write, never by reading. */
  readonly dir: string;
  /** How many files a listing reads at once, 16 by default. */
  readonly pageSize?: number | undefined;
}

const DEFAULT_PAGE_SIZE = 16;

/** How often the newest file may vanish under its reader before something is wrong: nothing of ours removes one. */
const MAX_VANISHED = 10;

/**
 * Keeps records as files of this machine: `<dir>/<encoded name>/<19 digits>.json`, each one flat JSON
 * object of strings (`local/names.ts` says how names are encoded). Folders have mode 0700, files
 * 0600. Versions are numbers.
 *
 * A version appears whole or not at all, also after a crash or a power cut: it is written to a
 * temporary file, flushed, and hard-linked to its place, which fails where that is taken. So the
 * file system must have hard links, and `link()` must be atomic between all writers.
 *
 * Failures: ERR_ACCESS (EACCES, EPERM, EROFS), ERR_CONFIG (not a folder), ERR_INTEGRITY (the file is
 * damaged, or not a regular one), ERR_UNSUPPORTED (no hard links), ERR_UNAVAILABLE (ENOSPC, EIO …).
 *
 * @example
 * const backend = new LocalBackend({ dir: '/var/lib/acme/secrets' });
 * const newest = await backend.get(parseName('db'));
 */
export class LocalBackend implements Backend {
  readonly location: string;
  readonly maxRecordBytes = MAX_FILE_BYTES;
  readonly #dir: string;
  readonly #pageSize: number;
  #closed = false;

  constructor(options: LocalBackendOptions) {
    this.#dir = resolve(options.dir);
    this.#pageSize = options.pageSize ?? DEFAULT_PAGE_SIZE;
    this.location = pathToFileURL(this.#dir).href;
  }

  async get(name: SecretName, version?: string, o: CallOptions = {}): Promise<StoredRecord | undefined> {
    this.#begin(o.signal);
    if (version === undefined) {
      const newest = await this.#newest(name, (file) => file.fields(), o.signal);
      return newest && { name, version: newest.version, fields: newest.value };
    }
    if (versionNumber(version) === undefined) return undefined;
    const fields = await this.#read(name, version, (file) => file.fields());
    o.signal?.throwIfAborted();
    return fields && { name, version, fields };
  }

  /** The newest record's number, without I/O. */
  async numberBefore(
    name: SecretName,
    newest: StoredRecord | undefined,
    o: CallOptions = {},
  ): Promise<number> {
    this.#begin(o.signal);
    return newest === undefined ? 0 : this.#number(name, newest.version);
  }

  /** @throws ERR_CONFLICT also where the new version is not greater than the newest; see {@link Backend.create} */
  async create(record: StoredRecord, after: StoredRecord | undefined, o: CallOptions = {}): Promise<void> {
    refuseReserved(record.name);
    this.#begin(o.signal);
    const { name, version, fields } = record;
    this.#number(name, version);
    await writeVersion({
      dir: this.#dir,
      folders: encodeName(name),
      name,
      version,
      after: after?.version,
      body: this.#body(name, fields),
      location: this.location,
      signal: o.signal,
    });
  }

  async erase(stub: StoredRecord, o: CallOptions = {}): Promise<void> {
    refuseReserved(stub.name);
    this.#begin(o.signal);
    const { name, version, fields } = stub;
    this.#number(name, version);
    await overwriteVersion(this.#folder(name), fileOf(version), this.#body(name, fields), name);
  }

  async remove(
    { name, version }: Pick<StoredRecord, 'name' | 'version'>,
    o: CallOptions = {},
  ): Promise<void> {
    refuseReserved(name);
    this.#begin(o.signal);
    this.#number(name, version);
    await removeVersion(this.#folder(name), fileOf(version), name);
  }

  /** Does nothing: what a disk keeps of overwritten files can't be reached through the file system. */
  async purge(
    name: SecretName,
    _versions: readonly string[] | undefined,
    o: CallOptions = {},
  ): Promise<undefined> {
    refuseReserved(name);
    this.#begin(o.signal);
    await removeUnfinished(this.#folder(name), name);
    return undefined;
  }

  async *list(o: BackendListOptions = {}): AsyncIterable<Listed> {
    this.#begin(o.signal);
    const { name, signal } = o;
    if (name !== undefined) {
      yield* this.#listVersions(name, signal);
      return;
    }
    const names = await readNames(this.#dir, o.prefix ?? '', signal);
    if (names === undefined) {
      throw new LazycredError(
        'ERR_NOT_FOUND',
        `there is no store in ${this.location}: the folder does not exist`,
        {
          location: this.location,
          hint: 'check the path; the first put makes the folder',
        },
      );
    }
    if (o.versions === true) for (const each of names) yield* this.#listVersions(each, signal);
    else {
      yield* this.#each(names, (each) => this.#listNewest(each, o.details === true, signal), signal);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #begin(signal: AbortSignal | undefined): void {
    if (this.#closed)
      throw new LazycredError('ERR_USAGE', 'the store is closed', { location: this.location });
    signal?.throwIfAborted();
  }

  #folder(name: SecretName): string {
    return join(this.#dir, ...encodeName(name));
  }

  #read<T>(name: SecretName, version: string, use: (file: RecordFile) => Promise<T>): Promise<T | undefined> {
    return withRecord(join(this.#folder(name), fileOf(version)), name, use);
  }

  #number(name: SecretName, version: string): number {
    const number = versionNumber(version);
    if (number !== undefined) return number;
    const message = `bad version ${quote(version)}: local files keep numbers from 1 only`;
    throw new LazycredError('ERR_USAGE', message, { name, location: this.location });
  }

  #body(name: SecretName, fields: Fields): Buffer {
    const body = encodeBody(fields);
    // A listing reads files of that size alone.
    if (!isRemoved(fields) || body.length === STUB_BYTES) return body;
    const message = `a record without a value is larger than ${STUB_BYTES} bytes`;
    throw new LazycredError('ERR_USAGE', message, { name, location: this.location });
  }

  async #newest<T>(
    name: SecretName,
    use: (file: RecordFile) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<{ version: string; value: T } | undefined> {
    const folder = this.#folder(name);
    for (let i = 0; i < MAX_VANISHED; i++) {
      signal?.throwIfAborted();
      const version = (await readVersions(folder, name)).versions.at(-1);
      if (version === undefined) return undefined;
      signal?.throwIfAborted();
      const value = await this.#read(name, version, async (file) => ({ version, value: await use(file) }));
      if (value !== undefined) return value;
    }
    const message = `files of ${printable(folder)} vanish while they are read`;
    throw new LazycredError('ERR_UNAVAILABLE', message, { name, location: this.location });
  }

  async #listNewest(
    name: SecretName,
    details: boolean,
    signal: AbortSignal | undefined,
  ): Promise<Listed | undefined> {
    const use = async (file: RecordFile) => ({
      modified: file.modified,
      fields: await (details ? readable(file) : stubFields(file)),
    });
    let newest;
    try {
      newest = await this.#newest(name, use, signal);
    } catch (e) {
      // `get` of that name tells what is wrong with the file; one such file must not end the whole listing.
      if (isOdd(e)) return { name };
      throw e;
    }
    if (newest === undefined) return undefined;
    const { version, value } = newest;
    return { name, version, modified: value.modified, ...claimsOf(version, value.fields) };
  }

  async *#listVersions(name: SecretName, signal: AbortSignal | undefined): AsyncIterable<Listed> {
    const { versions } = await readVersions(this.#folder(name), name);
    yield* this.#each(versions.toReversed(), (version) => this.#listVersion(name, version), signal);
  }

  #listVersion(name: SecretName, version: string): Promise<Listed | undefined> {
    return this.#read(name, version, async (file) => {
      const all = await file.fields();
      return { name, version, modified: file.modified, fields: withoutValue(all), ...claimsOf(version, all) };
    });
  }

  // Reads a page at a time and keeps the order; an item whose file has vanished meanwhile is left out.
  async *#each<T>(
    items: readonly T[],
    read: (item: T) => Promise<Listed | undefined>,
    signal: AbortSignal | undefined,
  ): AsyncIterable<Listed> {
    for (let i = 0; i < items.length; i += this.#pageSize) {
      signal?.throwIfAborted();
      const page = await Promise.all(items.slice(i, i + this.#pageSize).map(read));
      signal?.throwIfAborted();
      yield* page.filter((listed) => listed !== undefined);
    }
  }
}

// Failures that concern the files of one name: a file that is no plain one, or may not be read, or a folder that
// is a link to something else.
const ODD: ReadonlySet<string> = new Set(['ERR_INTEGRITY', 'ERR_ACCESS', 'ERR_CONFIG']);

function isOdd(e: unknown): boolean {
  return isLazycredError(e) && ODD.has(e.code);
}

// The fields of a file that has a stub's size; other files are not read.
function stubFields(file: RecordFile): Promise<Fields> {
  return file.size === STUB_BYTES ? readable(file) : Promise.resolve({});
}

// The fields of a record; none for a file that is no record: `get` tells what is wrong with it.
async function readable(file: RecordFile): Promise<Fields> {
  try {
    return await file.fields();
  } catch (e) {
    if (isLazycredError(e, 'ERR_INTEGRITY')) return {};
    throw e;
  }
}

function claimsOf(version: string, fields: Fields): { state?: RemovedState; created?: Date } {
  const claim = claimOf(fields);
  if (claim?.version !== version) return {};
  const { state, created } = claim;
  return { ...(state === undefined ? {} : { state }), ...(created === undefined ? {} : { created }) };
}
