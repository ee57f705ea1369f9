import type { Backend, CallOptions, BackendListOptions } from '../backend.js';
import { isLazycredError, LazycredError } from '../errors.js';
import { claimOf, withoutValue } from '../record/claims.js';
import { padVersion, unpadVersion, versionNumber } from '../record/versions.js';
import { RESERVED_SEGMENT, storedName, type SecretName } from '../record/names.js';
import { STUB_BYTES, encodeBody, parseBody } from '../record/body.js';
import type { Fields, Listed, StoredRecord } from '../record.js';
import {
  ConditionFailed,
  S3Objects,
  type Condition,
  type ObjectVersion,
  type PageStart,
  type S3Object,
  type S3Sender,
} from './s3/objects.js';

export type { S3Sender } from './s3/objects.js';

/** Options of {@link S3Backend}. */
export interface S3BackendOptions {
  /** The SDK's client, or what stands for it; closed with the backend. */
  readonly client: S3Sender;
  readonly bucket: string;
  /** Put before every name as it is, without a separator; '' for the whole bucket. */
  readonly prefix?: string;
  /** For messages. */
  readonly region?: string | undefined;
  /**
   * Whether the endpoint is AWS's own, asked after the first answer. Elsewhere a writer's first
   * conditional write of each kind is repeated, to see that the condition is honoured. No by default.
   */
  readonly isAws?: () => boolean;
  /** Keys a page of a listing, 1–1,000 (S3's greatest; the default). */
  readonly pageSize?: number;
}

/** S3's limit for a key, in bytes of UTF-8 (S3 User Guide, "Naming Amazon S3 objects"). */
const MAX_KEY_BYTES = 1024;

/** S3's greatest page (API reference, ListObjectsV2, MaxKeys). */
const MAX_PAGE = 1000;

/** User metadata of heads and archived versions (docs/format.md). */
const VERSION_METADATA = 'lazycred-version';
const CREATED_METADATA = 'lazycred-created';

/** How many versions' headers a history reads at once. */
const PARALLEL_READS = 8;

/** The greatest Unicode character: with it a bound that every key below a folder sorts before. */
const LAST_CHARACTER = '\u{10ffff}';

type Page = Awaited<ReturnType<S3Objects['page']>>;

/** What this backend remembers of a record as it read it. */
type Revision = Pick<S3Object, 'etag' | 'body' | 'modified'>;

/**
 * Records as JSON objects: the newest of each name, its head, at `<prefix><name>`; older ones
 * archived at `<prefix>.lazycred/<name>/<19 digits>`. A new version first archives the head, byte
 * for byte, then replaces it under `If-Match`: the swap is the commit point (docs/format.md).
 *
 * @example
 * new S3Backend({ client: new S3Client({ region: 'eu-west-1' }), bucket: 'acme', prefix: 'creds/' })
 */
export class S3Backend implements Backend {
  readonly location: string;
  readonly #objects: S3Objects;
  readonly #prefix: string;
  readonly #isAws: () => boolean;
  readonly #pageSize: number;
  readonly #verified = { create: false, swap: false };

  constructor({
    client,
    bucket,
    prefix = '',
    region,
    isAws = () => false,
    pageSize = MAX_PAGE,
  }: S3BackendOptions) {
    this.location = `s3://${bucket}/${prefix}`;
    this.#objects = new S3Objects(
      client,
      bucket,
      region === undefined ? 'S3' : `S3 in ${region}`,
      this.location,
    );
    this.#prefix = prefix;
    this.#isAws = isAws;
    this.#pageSize = pageSize;
  }

  async get(
    name: SecretName,
    version?: string,
    { signal }: CallOptions = {},
  ): Promise<StoredRecord | undefined> {
    if (version === undefined) return this.#head(name, signal);
    // The archive has no other keys; and a version must not be a way to another name's.
    if (versionNumber(version) === undefined) return undefined;
    let archived: S3Object | undefined;
    let denied: LazycredError | undefined;
    try {
      archived = await this.#objects.get(this.#archiveKey(name, version), name, signal);
    } catch (e) {
      // Where listing is not allowed a missing object answers 403, too: the head may be that version.
      if (!isLazycredError(e, 'ERR_ACCESS')) throw e;
      denied = e;
    }
    if (archived !== undefined) return this.#record(name, archived, version);
    const head = await this.#head(name, signal);
    if (head?.version === version) return head;
    if (denied !== undefined) throw denied;
    return undefined;
  }

  async numberBefore(
    name: SecretName,
    newest: StoredRecord | undefined,
    { signal }: CallOptions = {},
  ): Promise<number | undefined> {
    signal?.throwIfAborted();
    if (newest === undefined) {
      // Normally empty; not so where somebody removed the head by hand.
      return this.#greatestArchived(name, signal);
    }
    if (newest.version !== '') return Number(newest.version);
    // LazyCred's own object holds no number. It is the one archived last (a put that crashed
    // between archiving and swapping), or comes after it.
    const top = await this.#greatestArchived(name, signal);
    const archived =
      top === 0 ? undefined : await this.#objects.get(this.#archiveKey(name, String(top)), name, signal);
    const again = await this.#head(name, signal);
    // The list belongs to this head only if the head stood still.
    if (again === undefined || revisionOf(again).etag !== revisionOf(newest).etag) return undefined;
    return archived?.body.equals(revisionOf(newest).body) === true ? top : top + 1;
  }

  async create(
    record: StoredRecord,
    after: StoredRecord | undefined,
    { signal }: CallOptions = {},
  ): Promise<void> {
    const { name, version } = record;
    const keepsVersions = version !== '';
    if (after !== undefined && keepsVersions) {
      const base = after.version === '' ? String(Number(version) - 1) : after.version;
      if (Number(version) <= Number(base)) throw conflict(name, `version ${base} is there already`);
      await this.#archive(name, base, after, signal);
    }
    const condition = after === undefined ? { absent: true as const } : { etag: revisionOf(after).etag };
    try {
      await this.#putConditionally(
        this.#headKey(name),
        encodeBody(record.fields),
        condition,
        record.fields,
        name,
        signal,
      );
    } catch (e) {
      if (!(e instanceof ConditionFailed)) throw e;
      throw conflict(name, 'another writer was faster', e);
    }
  }

  async erase(stub: StoredRecord, { signal }: CallOptions = {}): Promise<void> {
    const { name, version, fields } = stub;
    await this.#objects.put(
      this.#archiveKey(name, version),
      encodeBody(fields),
      undefined,
      metadataOf(fields),
      name,
      signal,
    );
  }

  /**
   * Deletes the object: an archived version's, or LazyCred's own at the name's place, which has no version.
   *
   * @throws ERR_UNSUPPORTED where that one lies over a native secret, whose versions would stay
   */
  async remove(
    { name, version }: Pick<StoredRecord, 'name' | 'version'>,
    { signal }: CallOptions = {},
  ): Promise<void> {
    if (version === '' && (await this.#greatestArchived(name, signal)) > 0) {
      const message = 'native versions of it are archived, which only a native store removes';
      throw new LazycredError('ERR_UNSUPPORTED', message, {
        name,
        location: this.location,
        hint: 'with format: native, lazy destroy removes all of it',
      });
    }
    await this.#objects.delete(
      version === '' ? this.#headKey(name) : this.#archiveKey(name, version),
      name,
      signal,
    );
  }

  /** Deletes the noncurrent S3 versions of the head and of the archived versions, on a versioned bucket. */
  async purge(
    name: SecretName,
    versions: readonly string[] | undefined,
    { signal }: CallOptions = {},
  ): Promise<undefined> {
    const head = this.#headKey(name);
    const folder = this.#archiveFolder(name);
    const erased = versions?.map((version) => this.#archiveKey(name, version));
    const isArchive = (key: string) =>
      erased === undefined ? unpadVersion(key.slice(folder.length)) !== undefined : erased.includes(key);
    let left = 0;
    try {
      // By the exact keys: `db-2` and the archive of `db/x` begin alike.
      const heads = (await this.#objects.versions(head, name, signal)).filter((v) => v.key === head);
      const archived = (await this.#objects.versions(folder, name, signal)).filter((v) => isArchive(v.key));
      const old = [...heads, ...archived].filter((v) => !v.current);
      left = old.length;
      for (const version of old) {
        if (version.key === head && !(await this.#isOneOf(versions, version, name, signal))) continue;
        await this.#objects.deleteVersion(version, name, signal);
        left--;
      }
    } catch (e) {
      if (!isLazycredError(e, 'ERR_ACCESS')) throw e;
      const what = left === 0 ? 'what a versioned bucket keeps of it' : `${left} noncurrent S3 versions`;
      throw new LazycredError(
        'ERR_ACCESS',
        `the values are overwritten, but ${what} may remain: ${e.message}`,
        {
          name,
          location: this.location,
          hint: 'needs s3:ListBucketVersions and s3:DeleteObjectVersion; then run it again',
          cause: e,
        },
      );
    }
    return undefined;
  }

  // A noncurrent head tells by its metadata which version it was; one that doesn't (LazyCred's own)
  // goes only with everything.
  async #isOneOf(
    versions: readonly string[] | undefined,
    { key, id }: ObjectVersion,
    name: SecretName,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    if (versions === undefined) return true;
    const metadata = await this.#objects.head(key, name, { id, signal });
    return versions.includes(metadata?.[VERSION_METADATA] ?? '');
  }

  async *list(o: BackendListOptions = {}): AsyncGenerator<Listed> {
    const { name, prefix = '', details = false, versions = false, signal } = o;
    if (name !== undefined) yield* this.#listVersions(name, signal);
    else if (versions) {
      for await (const head of this.#listHeads(prefix, signal)) yield* this.#listVersions(head.name, signal);
    } else if (details) yield* this.#withDetails(this.#listHeads(prefix, signal), signal);
    else yield* this.#listHeads(prefix, signal);
  }

  // One HEAD a name, several at once, in the order of the listing.
  async *#withDetails(heads: AsyncIterable<Listed>, signal: AbortSignal | undefined): AsyncGenerator<Listed> {
    const waiting: Promise<Listed>[] = [];
    try {
      for await (const head of heads) {
        const detailed = this.#detailed(head, signal);
        // Awaited in its turn; until then a failure must not count as unhandled.
        detailed.catch(() => undefined);
        waiting.push(detailed);
        if (waiting.length >= PARALLEL_READS) yield* [await (waiting.shift() as Promise<Listed>)];
      }
      for (const detailed of waiting) yield await detailed;
    } finally {
      await Promise.allSettled(waiting);
    }
  }

  async #detailed(head: Listed, signal: AbortSignal | undefined): Promise<Listed> {
    const metadata = (await this.#objects.head(this.#headKey(head.name), head.name, { signal })) ?? {};
    const { [VERSION_METADATA]: version, [CREATED_METADATA]: created } = metadata;
    const time = created === undefined ? NaN : Date.parse(created);
    return {
      ...head,
      ...(version === undefined ? {} : { version }),
      ...(Number.isNaN(time) ? {} : { created: new Date(time) }),
    };
  }

  close(): Promise<void> {
    this.#objects.close();
    return Promise.resolve();
  }

  // Keeps the head that is about to be replaced, create-only. Who comes second compares: the same
  // bytes are the same head, kept by another writer or by a put that crashed.
  async #archive(
    name: SecretName,
    version: string,
    head: StoredRecord,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const key = this.#archiveKey(name, version);
    const { body, etag } = revisionOf(head);
    try {
      await this.#putConditionally(key, body, { absent: true }, head.fields, name, signal);
    } catch (e) {
      if (!(e instanceof ConditionFailed)) throw e;
      const archived = await this.#objects.get(key, name, signal);
      if (archived?.body.equals(body) === true) return;
      const now = await this.#head(name, signal);
      const replaced = now === undefined || revisionOf(now).etag !== etag;
      // The number of LazyCred's own object was only the next free one, and somebody else took it.
      if (replaced || head.version === '') throw conflict(name, 'it was replaced meanwhile', e);
      const message = `the newest record was rolled back or damaged: another version ${version} is archived`;
      throw new LazycredError('ERR_INTEGRITY', message, {
        name,
        location: this.location,
        hint: `compare the objects ${this.#headKey(name)} and ${key} in the bucket`,
      });
    }
  }

  async #putConditionally(
    key: string,
    body: Buffer,
    condition: Condition,
    fields: Fields,
    name: SecretName,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    checkKey(key, name, this.location);
    const put = () => this.#objects.put(key, body, condition, metadataOf(fields), name, signal);
    const kind = 'etag' in condition ? 'swap' : 'create';
    try {
      await put();
    } catch (e) {
      if (e instanceof ConditionFailed) this.#verified[kind] = true;
      throw e;
    }
    if (this.#verified[kind] || this.#isAws()) return;
    try {
      await put();
    } catch (e) {
      if (!(e instanceof ConditionFailed)) throw e;
      this.#verified[kind] = true;
      return;
    }
    throw this.#objects.ignoresConditions();
  }

  async *#listHeads(prefix: string, signal: AbortSignal | undefined): AsyncGenerator<Listed> {
    const archives = `${this.#prefix}${RESERVED_SEGMENT}/`;
    let skipped = false;
    let from: PageStart | undefined = {};
    while (from !== undefined) {
      const { keys, next }: Page = await this.#objects.page(this.#prefix + prefix, this.#pageSize, from, {
        signal,
      });
      for (const { key, size, modified } of keys) {
        const name = key.slice(this.#prefix.length);
        // Archives (of a store below this prefix, too) are no names; nor are a console's folder markers.
        if (name === '' || isArchived(name) || (size === 0 && name.endsWith('/'))) continue;
        const time = modified === undefined ? {} : { modified };
        // Told by size alone, so that a listing stays one request a page.
        const state = size === STUB_BYTES ? { state: 'deleted' as const } : {};
        yield { name: storedName(name), ...time, ...state };
      }
      // Over all archives in one step: the cost of a listing doesn't grow with the versions.
      const inArchives: boolean = !skipped && keys.at(-1)?.key.startsWith(archives) === true;
      skipped ||= inArchives;
      from = next !== undefined && inArchives ? { after: archives + LAST_CHARACTER } : next;
    }
  }

  async *#listVersions(name: SecretName, signal: AbortSignal | undefined): AsyncGenerator<Listed> {
    // The head first: what it replaces after this is archived, and so in the list that follows.
    const head = await this.#head(name, signal);
    if (head !== undefined) yield this.#listed(head);
    const versions = (await this.#archivedVersions(name, signal))
      .filter((v) => v !== head?.version)
      .reverse();
    for (let i = 0; i < versions.length; i += PARALLEL_READS) {
      const some = versions.slice(i, i + PARALLEL_READS);
      const records = await Promise.all(
        some.map(async (version) => {
          const object = await this.#objects.get(this.#archiveKey(name, version), name, signal);
          return object === undefined ? undefined : this.#record(name, object, version);
        }),
      );
      for (const record of records) if (record !== undefined) yield this.#listed(record);
    }
  }

  #listed(record: StoredRecord): Listed {
    const { modified } = revisionOf(record);
    const { state, created } = claimOf(record.fields) ?? {};
    return {
      name: record.name,
      version: record.version,
      fields: withoutValue(record.fields),
      ...(modified === undefined ? {} : { modified }),
      ...(created === undefined ? {} : { created }),
      ...(state === undefined ? {} : { state }),
    };
  }

  async #archivedVersions(name: SecretName, signal: AbortSignal | undefined): Promise<string[]> {
    const folder = this.#archiveFolder(name);
    const versions: string[] = [];
    let from: PageStart | undefined = {};
    while (from !== undefined) {
      // With the delimiter: `a/b`'s archive lies below `a`'s, and is stepped over as one folder.
      const { keys, next }: Page = await this.#objects.page(folder, this.#pageSize, from, {
        delimiter: '/',
        name,
        signal,
      });
      for (const { key } of keys) {
        const version = unpadVersion(key.slice(folder.length));
        if (version !== undefined) versions.push(version);
      }
      from = next;
    }
    return versions;
  }

  async #greatestArchived(name: SecretName, signal: AbortSignal | undefined): Promise<number> {
    try {
      return Number((await this.#archivedVersions(name, signal)).at(-1) ?? 0);
    } catch (e) {
      // Who may not list can still create: an archive that it would collide with shows as
      // ERR_INTEGRITY at the next put, and nothing is overwritten.
      if (isLazycredError(e, 'ERR_ACCESS')) return 0;
      throw e;
    }
  }

  async #head(name: SecretName, signal: AbortSignal | undefined): Promise<StoredRecord | undefined> {
    const object = await this.#objects.get(this.#headKey(name), name, signal);
    return object === undefined ? undefined : this.#record(name, object);
  }

  #record(name: SecretName, object: S3Object, version?: string): StoredRecord {
    const fields = parseBody(object.body, name, this.location);
    return { name, version: version ?? claimOf(fields)?.version ?? '', fields, revision: object };
  }

  #headKey(name: SecretName): string {
    return this.#prefix + name;
  }

  #archiveFolder(name: SecretName): string {
    return `${this.#prefix}${RESERVED_SEGMENT}/${name}/`;
  }

  #archiveKey(name: SecretName, version: string): string {
    return this.#archiveFolder(name) + padVersion(version);
  }
}

function isArchived(name: string): boolean {
  return name.split('/').includes(RESERVED_SEGMENT);
}

function revisionOf(record: StoredRecord): Revision {
  return record.revision as Revision;
}

/** Aids for listings, not authenticated: a HEAD request tells the version and when it was made. */
function metadataOf(fields: Fields): Record<string, string> {
  const claim = claimOf(fields);
  if (claim === undefined) return {};
  const created = claim.created === undefined ? {} : { [CREATED_METADATA]: claim.created.toISOString() };
  return { [VERSION_METADATA]: claim.version, ...created };
}

function checkKey(key: string, name: SecretName, location: string): void {
  const size = Buffer.byteLength(key);
  if (size <= MAX_KEY_BYTES) return;
  throw new LazycredError(
    'ERR_USAGE',
    `the name is too long for S3 under this prefix: a key of ${size} bytes, at most ${MAX_KEY_BYTES}`,
    {
      name,
      location,
    },
  );
}

function conflict(name: SecretName, message: string, cause?: unknown): LazycredError {
  return new LazycredError('ERR_CONFLICT', message, { name, cause });
}
