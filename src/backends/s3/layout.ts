import { LazycredError } from '../../errors.js';
import type { Fields } from '../../record.js';
import { claimOf } from '../../record/claims.js';
import { RESERVED_SEGMENT, type SecretName } from '../../record/names.js';
import { padVersion, unpadVersion } from '../../record/versions.js';

/** S3's limit for a key, in bytes of UTF-8 (S3 User Guide, "Naming Amazon S3 objects"). */
const MAX_KEY_BYTES = 1024;

/** User metadata of heads and archived versions (docs/format.md). */
export const VERSION_METADATA = 'lazycred-version';
export const CREATED_METADATA = 'lazycred-created';

/** Where a store keeps its objects: heads at `<prefix><name>`, archives at `<prefix>.lazycred/<name>/<19 digits>`. */
export class S3Layout {
  /** For messages: `s3://bucket/prefix/`. */
  readonly location: string;
  /** What the keys of all archives of this store begin with. */
  readonly archives: string;
  readonly #prefix: string;

  constructor(bucket: string, prefix: string) {
    this.location = `s3://${bucket}/${prefix}`;
    this.archives = `${prefix}${RESERVED_SEGMENT}/`;
    this.#prefix = prefix;
  }

  /** The key of a name's head, or what the keys of the heads of a prefix of names begin with. */
  headKey(name: string): string {
    return this.#prefix + name;
  }

  /** The folder of a name's archived versions, with the `/` at its end. */
  archiveFolder(name: SecretName): string {
    return `${this.archives}${name}/`;
  }

  archiveKey(name: SecretName, version: string): string {
    return this.archiveFolder(name) + padVersion(version);
  }

  /** The version of `name` that the object of this key archives; undefined for any other object. */
  archivedVersion(name: SecretName, key: string): string | undefined {
    return unpadVersion(key.slice(this.archiveFolder(name).length));
  }

  /**
   * The name whose head lies at this key; undefined for what is no head: an archive (also of a store
   * below this prefix), and the store's own folder.
   */
  nameOf(key: string): string | undefined {
    const name = key.slice(this.#prefix.length);
    return name === '' || name.split('/').includes(RESERVED_SEGMENT) ? undefined : name;
  }

  /** @throws ERR_USAGE for a key that S3 can't hold */
  checkKey(key: string, name: SecretName): void {
    const size = Buffer.byteLength(key);
    if (size <= MAX_KEY_BYTES) return;
    const message = `the name is too long for S3 under this prefix: a key of ${size} bytes, at most ${MAX_KEY_BYTES}`;
    throw new LazycredError('ERR_USAGE', message, { name, location: this.location });
  }
}

/** Aids for listings, not authenticated: a HEAD request tells a record's version and when that was made. */
export function metadataOf(fields: Fields): Record<string, string> {
  const claim = claimOf(fields);
  if (claim === undefined) return {};
  const created = claim.created === undefined ? {} : { [CREATED_METADATA]: claim.created.toISOString() };
  return { [VERSION_METADATA]: claim.version, ...created };
}
