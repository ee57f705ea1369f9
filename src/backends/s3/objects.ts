import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type GetObjectCommandOutput,
  type ListObjectVersionsCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { LazycredError } from '../../errors.js';
import { failureShape, isNotOffered } from '../../aws/service-errors.js';
import { tryAgain } from '../../aws/try-again.js';
import { S3Failures, type S3Call, type S3Service } from './failures.js';
import {
  keysPage,
  versionsPage,
  type KeysPage,
  type ObjectVersion,
  type PageStart,
  type VersionsStart,
} from './pages.js';
import { readBody } from './read-body.js';

export type { ObjectVersion, PageStart, S3Key } from './pages.js';

/** What the backend uses of the SDK's client. */
export type S3Sender = Pick<S3Client, 'send' | 'destroy'>;

/** An object as read. */
export interface S3Object {
  readonly body: Buffer;
  readonly etag: string;
  readonly modified: Date | undefined;
}

/** The condition of a write: the object must not exist, or must still be the one with this ETag. */
export type Condition = { readonly absent: true } | { readonly etag: string };

/** An object's user metadata. */
export type Metadata = Readonly<Record<string, string>>;

/** An object to be written. */
export interface NewObject {
  readonly body: Uint8Array;
  readonly metadata: Metadata;
  /** None: whatever is there is overwritten. */
  readonly condition?: Condition;
}

/** A conditional write that lost: 412, 409 (a racing write, try again), or 404 (If-Match on nothing). */
export class ConditionFailed extends Error {
  override readonly name = 'ConditionFailed';
  /** Whether the server says that the condition doesn't hold; else another write was under way, and it may. */
  readonly isRefusal: boolean;

  constructor(reason: string, cause: unknown) {
    super(reason, { cause });
    this.isRefusal = !UNDER_WAY.has(reason);
  }
}

const LIST_VERSIONS = 'list the versions of objects';

/** How often a body that breaks off is asked for again; the SDK retries only up to the headers. */
const BODY_ATTEMPTS = 3;

// S3's "Error responses": another request on the same object was under way, to be sent again.
const UNDER_WAY: ReadonlySet<string> = new Set(['ConditionalRequestConflict', 'OperationAborted']);
const LOST: ReadonlySet<string> = new Set(['PreconditionFailed', 'NoSuchKey', 'NotFound', ...UNDER_WAY]);
const isUnderWay = (e: unknown): boolean => UNDER_WAY.has(failureShape(e).name);

/** The requests that the S3 backend makes, with their failures told apart. */
export class S3Objects {
  readonly #client: S3Sender;
  readonly #bucket: string;
  readonly #failures: S3Failures;
  readonly #location: string;
  #closed = false;

  constructor(client: S3Sender, service: S3Service) {
    this.#client = client;
    this.#bucket = service.bucket;
    this.#failures = new S3Failures(service);
    this.#location = service.location;
  }

  /** The object; undefined only for S3's NoSuchKey. */
  async get(key: string, call: S3Call): Promise<S3Object | undefined> {
    const { name, signal } = call;
    for (let attempt = 1; ; attempt++) {
      let out: GetObjectCommandOutput;
      try {
        const get = new GetObjectCommand({ Bucket: this.#bucket, Key: key });
        out = await this.#client.send(get, this.#begin(signal));
      } catch (e) {
        if (failureShape(e).name === 'NoSuchKey' && signal?.aborted !== true) return undefined;
        throw this.#failures.ofRead(e, call);
      }
      try {
        const body = await readBody(out, name);
        return { body, etag: this.#etagOf(out, 'read', call), modified: out.LastModified };
      } catch (e) {
        if (attempt === BODY_ATTEMPTS || signal?.aborted === true || e instanceof LazycredError) {
          throw this.#failures.of(e, 'read', call);
        }
      }
    }
  }

  /**
   * Writes an object, under a condition if there is one, and returns its ETag.
   * @throws ConditionFailed when the condition didn't hold
   */
  async put(key: string, { body, metadata, condition }: NewObject, call: S3Call): Promise<string> {
    const put = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      Body: body,
      ContentType: 'application/json',
      Metadata: { ...metadata },
      ...headersOf(condition),
    });
    const send = () => this.#client.send(put, this.#begin(call.signal));
    try {
      // Who writes under a condition looks again first.
      const out = await (condition === undefined ? tryAgain(call.signal, isUnderWay, send) : send());
      return this.#etagOf(out, 'write', call);
    } catch (e) {
      if (condition === undefined || call.signal?.aborted === true) throw this.#failures.of(e, 'write', call);
      const shape = failureShape(e);
      if (LOST.has(shape.name) || shape.status === 412) throw new ConditionFailed(shape.name, e);
      if (isNotOffered(e)) throw this.ignoresConditions(e);
      throw this.#failures.of(e, 'write', call);
    }
  }

  /** An object's metadata, of one S3 version if given; undefined when there is no such object. */
  async head(key: string, call: S3Call & { readonly id?: string }): Promise<Metadata | undefined> {
    const { id, signal } = call;
    const version = id === undefined ? {} : { VersionId: id };
    const head = new HeadObjectCommand({ Bucket: this.#bucket, Key: key, ...version });
    try {
      const out = await this.#client.send(head, this.#begin(signal));
      this.#etagOf(out, 'read', call);
      return out.Metadata ?? {};
    } catch (e) {
      if (failureShape(e).status === 404 && signal?.aborted !== true) return undefined;
      throw this.#failures.of(e, 'read', call);
    }
  }

  /** Every version that S3 keeps of the objects whose keys begin with `prefix`, delete markers included. */
  async versions(prefix: string, call: S3Call): Promise<ObjectVersion[]> {
    const found: ObjectVersion[] = [];
    let from: VersionsStart | undefined = {};
    while (from !== undefined) {
      const list = new ListObjectVersionsCommand({ Bucket: this.#bucket, Prefix: prefix, ...from });
      try {
        const out: ListObjectVersionsCommandOutput = await this.#client.send(list, this.#begin(call.signal));
        const page = versionsPage(out, prefix);
        if (typeof page === 'string') throw this.#failures.notS3(LIST_VERSIONS, call, page);
        found.push(...page.versions);
        from = page.next;
      } catch (e) {
        throw this.#failures.of(e, LIST_VERSIONS, call);
      }
    }
    return found;
  }

  /** Deletes an object; on a versioned bucket S3 keeps it as a noncurrent version. */
  delete(key: string, call: S3Call): Promise<void> {
    return this.#delete({ Key: key }, 'delete an object', call);
  }

  /** Deletes one version of an object for good. */
  deleteVersion({ key, id }: ObjectVersion, call: S3Call): Promise<void> {
    return this.#delete({ Key: key, VersionId: id }, 'delete a version of an object', call);
  }

  async #delete(
    what: { readonly Key: string; readonly VersionId?: string },
    action: string,
    call: S3Call,
  ): Promise<void> {
    const remove = new DeleteObjectCommand({ Bucket: this.#bucket, ...what });
    try {
      const send = () => this.#client.send(remove, this.#begin(call.signal));
      const { $metadata: answer } = await tryAgain(call.signal, isUnderWay, send);
      // "No content" is S3's answer; a page of something else is 200.
      if (answer.httpStatusCode !== 204 && answer.requestId === undefined) {
        throw this.#failures.notS3(action, call, 'it is not empty, and carries no request id');
      }
    } catch (e) {
      throw this.#failures.of(e, action, call);
    }
  }

  /** One page of keys in byte order; `next` continues it, undefined at the end. */
  async page(
    prefix: string,
    size: number,
    from: PageStart,
    call: S3Call & { readonly delimiter?: string },
  ): Promise<KeysPage> {
    const list = new ListObjectsV2Command({
      Bucket: this.#bucket,
      Prefix: prefix,
      MaxKeys: size,
      ...('token' in from ? { ContinuationToken: from.token } : {}),
      ...('after' in from ? { StartAfter: from.after } : {}),
      ...(call.delimiter === undefined ? {} : { Delimiter: call.delimiter }),
    });
    try {
      const out = await this.#client.send(list, this.#begin(call.signal));
      const page = keysPage(out, prefix, 'token' in from ? from.token : undefined);
      if (typeof page === 'string') throw this.#failures.notS3('list', call, page);
      return page;
    } catch (e) {
      throw this.#failures.of(e, 'list', call);
    }
  }

  /** The ERR_UNAVAILABLE of a server that lists an object and, asked for it, has none. */
  listsWhatIsNot(call: S3Call): LazycredError {
    return this.#failures.notS3('read', call, 'it says that there is no such object, and lists it');
  }

  /** The ERR_UNSUPPORTED of a server that goes on refusing a write whose condition holds. */
  refusesForever(etag: string | undefined, call: S3Call, cause: unknown): LazycredError {
    return this.#failures.refusesForever(etag, call, cause);
  }

  /** The refusal of an endpoint on which two writers would silently overwrite each other. */
  ignoresConditions(cause: unknown, stored?: string): LazycredError {
    return this.#failures.ignoresConditions(cause, stored);
  }

  close(): void {
    this.#closed = true;
    this.#client.destroy();
  }

  /** The ETag, which S3 sends with every object and for every write. @throws ERR_UNAVAILABLE without it */
  #etagOf({ ETag }: { readonly ETag?: string | undefined }, action: string, call: S3Call): string {
    if (typeof ETag === 'string' && ETag !== '') return ETag;
    throw this.#failures.notS3(action, call, 'it has no ETag');
  }

  /** What a request is sent with. @throws ERR_USAGE once closed; the reason of an aborted signal */
  #begin(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
    signal?.throwIfAborted();
    if (this.#closed)
      throw new LazycredError('ERR_USAGE', 'the store is closed', { location: this.#location });
    return signal === undefined ? {} : { abortSignal: signal };
  }
}

function headersOf(condition: Condition | undefined): { IfMatch?: string; IfNoneMatch?: string } {
  if (condition === undefined) return {};
  return 'etag' in condition ? { IfMatch: condition.etag } : { IfNoneMatch: '*' };
}
