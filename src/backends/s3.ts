import type { Backend, BackendListOptions, CallOptions } from '../backend.js';
import { isLazycredError, LazycredError } from '../errors.js';
import type { Listed, StoredRecord } from '../record.js';
import { encodeBody } from '../record/body.js';
import { refuseReserved, type SecretName } from '../record/names.js';
import { versionNumber } from '../record/versions.js';
import { MOST_REFUSALS } from '../aws/try-again.js';
import { ConditionalWriter } from './s3/conditional.js';
import { metadataOf, S3Layout } from './s3/layout.js';
import { S3Listing } from './s3/listing.js';
import { ConditionFailed, S3Objects, type S3Sender } from './s3/objects.js';
import { purge } from './s3/purge.js';
import { MAX_BODY_BYTES } from './s3/read-body.js';
import { revisionOf, S3Records, type NameCall } from './s3/records.js';

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

/** S3's greatest page (API reference, ListObjectsV2, MaxKeys). */
const MAX_PAGE = 1000;

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
  readonly maxRecordBytes = MAX_BODY_BYTES;
  readonly #objects: S3Objects;
  readonly #layout: S3Layout;
  readonly #records: S3Records;
  readonly #listing: S3Listing;
  readonly #conditional: ConditionalWriter;

  constructor(options: S3BackendOptions) {
    const { client, bucket, prefix = '', region, isAws = () => false, pageSize = MAX_PAGE } = options;
    const service = region === undefined ? 'S3' : `S3 in ${region}`;
    this.#layout = new S3Layout(bucket, prefix);
    this.location = this.#layout.location;
    this.#objects = new S3Objects(client, { bucket, service, location: this.location });
    this.#records = new S3Records(this.#objects, this.#layout);
    this.#listing = new S3Listing(this.#records, pageSize);
    this.#conditional = new ConditionalWriter(this.#objects, this.#layout, isAws);
  }

  async get(
    name: SecretName,
    version?: string,
    { signal }: CallOptions = {},
  ): Promise<StoredRecord | undefined> {
    const call = { name, signal };
    if (version === undefined) return this.#records.head(call);
    // An archive holds numbers alone, and the key of a version such as `x/1` would lie in another name's archive.
    if (versionNumber(version) === undefined) return undefined;
    let archived: StoredRecord | undefined;
    let denied: LazycredError | undefined;
    try {
      archived = await this.#records.archived(version, call);
    } catch (e) {
      // Where listing is not allowed a missing object answers 403, too: the head may be that version.
      if (!isLazycredError(e, 'ERR_ACCESS')) throw e;
      denied = e;
    }
    if (archived !== undefined) return archived;
    const head = await this.#records.head(call);
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
    const call = { name, signal };
    if (newest === undefined) {
      // Without a head the archive is empty, unless somebody removed the head by hand.
      return this.#listing.greatestArchived(call);
    }
    if (newest.version !== '') return Number(newest.version);
    // LazyCred's own object holds no number. Either it is the version that was archived last, by a put that
    // crashed before it swapped the head, or it comes after that version.
    const top = await this.#listing.greatestArchived(call);
    const key = this.#layout.archiveKey(name, String(top));
    const archived = top === 0 ? undefined : await this.#objects.get(key, call);
    const again = await this.#records.head(call);
    // Another head that was put meanwhile may have archived more than was listed.
    if (again === undefined || revisionOf(again).etag !== revisionOf(newest).etag) return undefined;
    return archived?.body.equals(revisionOf(newest).body) === true ? top : top + 1;
  }

  async create(
    record: StoredRecord,
    after: StoredRecord | undefined,
    { signal }: CallOptions = {},
  ): Promise<void> {
    refuseReserved(record.name);
    const { name, version, fields } = record;
    const call = { name, signal };
    const body = encodeBody(fields);
    if (body.length > MAX_BODY_BYTES) {
      const message = `the record is larger than ${MAX_BODY_BYTES} bytes`;
      throw new LazycredError('ERR_USAGE', message, { name, location: this.location });
    }
    const keepsVersions = version !== '';
    if (after !== undefined && keepsVersions) {
      // A head of LazyCred's holds no number: the new version takes the one after it.
      const before = after.version === '' ? String(Number(version) - 1) : after.version;
      if (Number(version) <= Number(before)) throw conflict(name, `version ${before} is there already`);
      await this.#archive(before, after, call);
    }
    const condition = after === undefined ? { absent: true as const } : { etag: revisionOf(after).etag };
    const object = { body, metadata: metadataOf(fields), condition };
    const key = this.#layout.headKey(name);
    const etag = 'etag' in condition ? condition.etag : undefined;
    await this.#unlessRefused(etag, call, async () => {
      const refusal = await this.#put(key, object, call);
      if (refusal === undefined) return 'done';
      const holds = refusal.isRefusal && (await this.#objects.get(key, call))?.etag === etag;
      if (!holds) throw conflict(name, 'another writer was faster', refusal);
      return refusal;
    });
  }

  async erase(stub: StoredRecord, { signal }: CallOptions = {}): Promise<void> {
    const { name, version, fields } = stub;
    refuseReserved(name);
    const object = { body: encodeBody(fields), metadata: metadataOf(fields) };
    await this.#objects.put(this.#layout.archiveKey(name, version), object, { name, signal });
  }

  /**
   * Deletes the object: an archived version's, or LazyCred's own at the name's place, which has no version.
   *
   * @throws ERR_UNSUPPORTED where LazyCred's object lies over a native secret, whose versions would stay
   */
  async remove(
    { name, version }: Pick<StoredRecord, 'name' | 'version'>,
    { signal }: CallOptions = {},
  ): Promise<void> {
    refuseReserved(name);
    const call = { name, signal };
    if (version === '' && (await this.#listing.greatestArchived(call)) > 0) {
      const message = 'native versions of it are archived, which only a native store removes';
      throw new LazycredError('ERR_UNSUPPORTED', message, {
        name,
        location: this.location,
        hint: { code: 'destroy-as-native' },
      });
    }
    const key = version === '' ? this.#layout.headKey(name) : this.#layout.archiveKey(name, version);
    await this.#objects.delete(key, call);
  }

  /** Deletes the noncurrent S3 versions of the head and of the archived versions, on a versioned bucket. */
  async purge(
    name: SecretName,
    versions: readonly string[] | undefined,
    { signal }: CallOptions = {},
  ): Promise<string | undefined> {
    refuseReserved(name);
    return purge(this.#records, versions, { name, signal });
  }

  async *list(o: BackendListOptions = {}): AsyncGenerator<Listed> {
    const { name, prefix = '', details = false, versions = false, signal } = o;
    if (name !== undefined) yield* this.#listing.versions({ name, signal });
    else if (versions) {
      for await (const head of this.#listing.heads(prefix, { signal })) {
        yield* this.#listing.versions({ name: head.name, signal });
      }
    } else if (details) yield* this.#listing.detailedHeads(prefix, { signal });
    else yield* this.#listing.heads(prefix, { signal });
  }

  close(): Promise<void> {
    this.#objects.close();
    return Promise.resolve();
  }

  // Archives the head that is about to be replaced, only if nothing is archived under its number. If something is,
  // its bytes tell: the same bytes are the same head, which another writer or a put that crashed has archived.
  async #archive(version: string, head: StoredRecord, call: NameCall): Promise<void> {
    const { name } = call;
    const key = this.#layout.archiveKey(name, version);
    const { body, etag } = revisionOf(head);
    const object = { body, metadata: metadataOf(head.fields), condition: { absent: true as const } };
    await this.#unlessRefused(undefined, call, async () => {
      const refusal = await this.#put(key, object, call);
      if (refusal === undefined) return 'done';
      // The server says that another write is under way. That write may fail, so what is archived is not known.
      if (!refusal.isRefusal) throw conflict(name, 'another writer is archiving it', refusal);
      const archived = await this.#objects.get(key, call);
      if (archived === undefined) return refusal;
      if (archived.body.equals(body)) return 'done';
      const now = await this.#records.head(call);
      const replaced = now === undefined || revisionOf(now).etag !== etag;
      // LazyCred's own object had been given the next free number, which somebody else has taken by now.
      if (replaced || head.version === '') throw conflict(name, 'it was replaced meanwhile', refusal);
      const message = `the newest record was rolled back or damaged: another version ${version} is archived`;
      throw new LazycredError('ERR_INTEGRITY', message, {
        name,
        location: this.location,
        hint: `compare the objects ${this.#layout.headKey(name)} and ${key} in the bucket`,
      });
    });
  }

  // Writes under a condition, and returns undefined when that succeeded.
  async #put(
    key: string,
    object: Parameters<ConditionalWriter['put']>[1],
    call: NameCall,
  ): Promise<ConditionFailed | undefined> {
    try {
      await this.#conditional.put(key, object, call);
      return undefined;
    } catch (e) {
      if (e instanceof ConditionFailed) return e;
      throw e;
    }
  }

  // Repeats a write that a server refuses although its condition holds, as some do where no other writer is.
  async #unlessRefused(
    etag: string | undefined,
    call: NameCall,
    write: () => Promise<ConditionFailed | 'done'>,
  ): Promise<void> {
    for (let refusals = 1; ; refusals++) {
      const result = await write();
      if (result === 'done') return;
      if (refusals === MOST_REFUSALS) throw this.#objects.refusesForever(etag, call, result);
    }
  }
}

function conflict(name: SecretName, message: string, cause?: unknown): LazycredError {
  return new LazycredError('ERR_CONFLICT', message, { name, cause });
}
