import type { SecretName } from './record/names.js';
import type { Listed, StoredRecord } from './record.js';

/** Options of every call that may wait: the signal reaches the request underneath. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** What {@link Backend.list} lists. */
export interface BackendListOptions extends CallOptions {
  /** The versions of this name. */
  readonly name?: SecretName | undefined;
  /** Names that begin so. */
  readonly prefix?: string | undefined;
  /** Each version of every name, in no promised order, instead of each name once. */
  readonly versions?: boolean | undefined;
  /** Each name with its version and when that was made. */
  readonly details?: boolean | undefined;
}

/**
 * A place that keeps records. It never sees a plaintext, a key or the configuration.
 *
 * Failure contract of every method: `undefined` means absent and nothing else; every other failure
 * throws a `LazycredError` (ERR_ACCESS, ERR_UNAVAILABLE, ERR_INTEGRITY for what can't be parsed as a
 * record, ERR_USAGE for what the service can't hold, …). An aborted signal rejects with the signal's
 * reason. Nothing is swallowed, nothing is partial.
 */
export interface Backend {
  /** For messages: `s3://bucket/prefix/`, `dynamodb://table`, `file:///dir`, `memory:`. Never a credential. */
  readonly location: string;

  /**
   * The largest record that fits, in bytes, by the backend's own count; Infinity for no limit. The count includes
   * at least the names and values of the fields in UTF-8: the store refuses a value whose fields are larger than
   * that before it asks a key (ERR_USAGE), and {@link Backend.create} refuses the rest.
   */
  readonly maxRecordBytes: number;

  /** The record at `version` (canonical, or the stored string), or the newest one without it; read-your-writes. */
  get(name: SecretName, version?: string, o?: CallOptions): Promise<StoredRecord | undefined>;

  /**
   * The number after which the next version of `name` is to be made, given its newest record as
   * read: that record's version; 0 when there has never been one, or only CredStash's 0; undefined when `newest` was
   * replaced meanwhile, so read again. Costs a request only where the newest record doesn't tell (an
   * S3 head that is missing, or that LazyCred wrote).
   *
   * @throws ERR_CONFLICT when the name holds versions that no new number can follow, naming the row
   */
  numberBefore(
    name: SecretName,
    newest: StoredRecord | undefined,
    o?: CallOptions,
  ): Promise<number | undefined>;

  /**
   * Stores a new version, atomically and create-only.
   *
   * @param after the newest record as read before, or undefined for none
   * @throws ERR_CONFLICT unless `after` still is the newest: also when this very write had landed
   *   and its answer was lost, which the store tells by reading again
   */
  create(record: StoredRecord, after: StoredRecord | undefined, o?: CallOptions): Promise<void>;

  /**
   * Overwrites a version older than the newest by a stub, whatever it holds, so that its number is
   * never used again. Doing it twice is no failure. An ancestor's record that lies under another
   * spelling of the number is removed instead: no new version gets that.
   *
   * @param stub with the `revision` of what it overwrites, as that was listed
   */
  erase(stub: StoredRecord, o?: CallOptions): Promise<void>;

  /**
   * Removes one version for good, whatever it holds, so that its place is free again: for the formats
   * that have no stubs. One that isn't there is no failure.
   *
   * @param record as it was read or listed
   */
  remove(record: Pick<StoredRecord, 'name' | 'version' | 'revision'>, o?: CallOptions): Promise<void>;

  /**
   * Removes what is kept of erased versions beside their places, as far as there is such a thing: S3's
   * noncurrent object versions, and what killed writers left unfinished, whatever version that was to be.
   *
   * @param versions those that were erased, none of them where the name has no versions; undefined for
   *   everything that was ever under the name
   * @returns what stays for a while out of reach, for the user to know (DynamoDB's point-in-time
   *   window); undefined for nothing
   * @throws ERR_ACCESS when something remains because it may not be removed, saying what
   */
  purge(
    name: SecretName,
    versions: readonly string[] | undefined,
    o?: CallOptions,
  ): Promise<string | undefined>;

  /**
   * What is there: without `name`, each name once, as its newest version stands (tombstones
   * included, marked); with `name`, each of its versions, newest first (stubs included, marked); with
   * `versions`, those of every name.
   * Complete at any size, no duplicates, no values.
   *
   * `details`: each name with its version and when that was made, which costs a request a name on S3.
   */
  list(o?: BackendListOptions): AsyncIterable<Listed>;

  /** Frees sockets and timers; further calls fail. */
  close(): Promise<void>;
}
