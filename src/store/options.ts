import type { Backend, CallOptions } from '../backend.js';
import type { BackOff } from './commit.js';
import type { LazycredError } from '../errors.js';
import type { Context, KeyProvider } from '../keys.js';
import type { SecretName } from '../record/names.js';
import type { Format, RemovedState } from '../record.js';

/** What a store is made of. */
export interface StoreParts {
  readonly backend: Backend;
  /** The recipients of every new record, at least one. */
  readonly keys: readonly KeyProvider[];
  /**
   * Further keys that may open a record. The ancestors' formats name no key: theirs are opened by these
   * and `keys` alone where some are given here, and by any key that KMS lets the caller use where not.
   */
  readonly decryptKeys?: readonly KeyProvider[];
  /**
   * The config file that names `keys`, where nobody vouched for it: then no opened value is sealed for one of
   * them that could not open it before.
   */
  readonly untrustedKeys?: string | undefined;
  /** The format that is written: native by default, but only what was asked for is written over an ancestor's record. */
  readonly format?: Format | undefined;
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
  readonly backOff?: BackOff;
  /** The source of salts, for tests: anything but cryptographic randomness breaks records. */
  readonly random?: (size: number) => Uint8Array;
}

/** Options of `Store.get`. */
export interface GetOptions extends CallOptions {
  /** A version to read instead of the newest: an integer from 1; in CredStash's format also the stored text. */
  readonly version?: number | string | undefined;
  /**
   * The value will be put again: refused (ERR_CONFIG) where that would seal it for a key that only an untrusted
   * project's file names and that could not open it before.
   */
  readonly toReseal?: boolean | undefined;
}

/** Options of `Store.put`. */
export interface PutOptions extends CallOptions {
  /** Only if this version is the newest (a tombstone counts as its version); 0: only if there never was one. */
  readonly ifVersion?: number | undefined;
  /** Only if there is no such secret, or it was deleted. */
  readonly ifAbsent?: boolean | undefined;
  /**
   * Exactly this version, which must come after the newest, instead of the next. In CredStash's format any
   * text, padded with zeros to 19 characters.
   */
  readonly version?: number | string | undefined;
  /** CredStash's format only: `version` need not come after the newest, only be new. */
  readonly backfill?: boolean | undefined;
  /** Write nothing when the newest version holds this value already, for the configured keys and in the written format. Costs a key request. */
  readonly skipUnchanged?: boolean | undefined;
  /** A note kept with this version, authenticated but not secret; at most 4 KiB. */
  readonly comment?: string | undefined;
  /** Who wrote it, authenticated but not secret; at most 256 bytes. */
  readonly by?: string | undefined;
  /** At most 50 pairs kept with this version, authenticated but not secret. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** CredStash's format only: the hash of its HMAC, `SHA256` by default. */
  readonly digest?: string | undefined;
}

/** Options of `Store.watch`. */
export interface WatchOptions extends CallOptions {
  /**
   * The version that is known already; the newest one when the watch begins, without it. `''`, of a format that
   * keeps no versions, says nothing of the value: the first look then calls back.
   */
  readonly version?: string | undefined;
  /** About how long to wait between two looks, in milliseconds from 1 to 86,400,000; 30,000 by default. */
  readonly everyMs?: number | undefined;
  /** Told of a look that failed, once until one succeeds or fails otherwise: the watch goes on. */
  readonly failed?: ((e: LazycredError) => void) | undefined;
}

/** Options of what removes or brings back: whose doing it is. */
export interface RemoveOptions extends CallOptions {
  /** Who does it, shown by history but not authenticated; cut at 48 bytes. */
  readonly by?: string | undefined;
}

/** Options of `Store.destroy`. */
export interface DestroyOptions extends RemoveOptions {
  /** Only these; all of them without it. */
  readonly versions?: readonly (number | string)[] | undefined;
}

/** Options of `Store.prune`; what both spare is spared, and one of them must be given. */
export interface PruneOptions extends RemoveOptions {
  /** Spare so many of the newest versions that have a value; at least 1. */
  readonly keep?: number | undefined;
  /** Spare what was made at this time or later. */
  readonly olderThan?: Date | undefined;
}

/** What `Store.destroy` and `Store.prune` did. */
export interface Removed {
  /** The versions whose values are gone now, oldest first. */
  readonly versions: readonly string[];
  /** What the service keeps for a while all the same, as a sentence; undefined for nothing. */
  readonly remains: string | undefined;
}

/** Options of the operations on many secrets. */
export interface ManyOptions extends CallOptions {
  /** Called after each one with how many are done, of how many, and how many of those done failed. */
  readonly progress?: ((done: number, total: number, failed: number) => void) | undefined;
}

/** One entry of `Store.putMany`. */
export interface PutEntry {
  readonly name: string;
  readonly value: string | Uint8Array;
  /** Instead of the options' own. */
  readonly comment?: string | undefined;
  /** Instead of the options' own. */
  readonly by?: string | undefined;
  /** Instead of the options' own. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Exactly this version, which must come after the newest, instead of the next. */
  readonly version?: number | string | undefined;
}

/** What `Store.putMany` takes for all entries alike. */
export type PutManyOptions = Pick<
  PutOptions,
  'by' | 'comment' | 'tags' | 'digest' | 'skipUnchanged' | 'ifAbsent' | 'signal'
>;

/** What `Store.put` made. */
export interface PutResult {
  readonly name: SecretName;
  /** Canonical decimal; the stored text in CredStash's format; '' in a format that keeps no versions. */
  readonly version: string;
  /** Nothing was written: the newest version holds this value (`skipUnchanged`). */
  readonly unchanged?: true;
}

/** What `Store.list` lists. */
export interface ListOptions extends CallOptions {
  /** Names that begin with this text, or that match it as a glob where it holds one of `* ? [`. */
  readonly match?: string | undefined;
  /** Instead of the secrets, the names that were deleted and can be brought back. */
  readonly deleted?: boolean | undefined;
  /** Also each version and when it was made: a request a name on S3. */
  readonly details?: boolean | undefined;
}

/** One name of `Store.list`. Not authenticated: nothing was opened. */
export interface ListedSecret {
  readonly name: SecretName;
  readonly modified: Date | undefined;
  /** Only with `details`. */
  readonly version?: string | undefined;
  /** Only with `details`. */
  readonly created?: Date | undefined;
}

/** One version of `Store.history`. Not authenticated: nothing was opened. */
export interface VersionInfo {
  readonly version: string;
  readonly created: Date | undefined;
  readonly by: string | undefined;
  readonly comment: string | undefined;
  readonly state: 'value' | RemovedState;
}

/** One version of `Store.versions`. */
export interface NamedVersion extends VersionInfo {
  readonly name: SecretName;
}
