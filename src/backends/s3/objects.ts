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
import { failureShape } from '../../aws/service-errors.js';
import { S3Failures, type S3Call, type S3Service } from './failures.js';
import { readBody } from './read-body.js';

/** What the backend uses of the SDK's client. */
export type S3Sender = Pick<S3Client, 'send' | 'destroy'>;

/** An object as read. */
export interface S3Object {
  readonly body: Buffer;
  readonly etag: string;
  readonly modified: Date | undefined;
}

/** One line of a listing. */
export interface S3Key {
  readonly key: string;
  readonly size: number;
  readonly modified: Date | undefined;
}

/** Where a page begins: at the beginning, after a key, or where the page before ended. */
export type PageStart =
  { readonly after: string } | { readonly token: string } | Readonly<Record<string, never>>;

/** The condition of a write: the object must not exist, or must still be the one with this ETag. */
export type Condition = { readonly absent: true } | { readonly etag: string };

/** One version of an object as S3 keeps it on a versioned bucket. */
export interface ObjectVersion {
  readonly key: string;
  readonly id: string;
  readonly current: boolean;
}

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
}

/** How often a body that breaks off is asked for again; the SDK retries only up to the headers. */
const BODY_ATTEMPTS = 3;

const LOST: Readonly<Record<string, true>> = {
  PreconditionFailed: true,
  ConditionalRequestConflict: true,
  NoSuchKey: true,
  NotFound: true,
};

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
        return { body, etag: out.ETag ?? '', modified: out.LastModified };
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
    try {
      const out = await this.#client.send(put, this.#begin(call.signal));
      return out.ETag ?? '';
    } catch (e) {
      if (call.signal?.aborted === true) throw this.#failures.of(e, 'write', call);
      const shape = failureShape(e);
      if (LOST[shape.name] === true || shape.status === 412)
        throw new ConditionFailed(shape.name, { cause: e });
      if (shape.name === 'NotImplemented') throw this.ignoresConditions(e);
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
      return out.Metadata ?? {};
    } catch (e) {
      if (failureShape(e).status === 404 && signal?.aborted !== true) return undefined;
      throw this.#failures.of(e, 'read', call);
    }
  }

  /** Every version that S3 keeps of the objects whose keys begin with `prefix`, delete markers included. */
  async versions(prefix: string, call: S3Call): Promise<ObjectVersion[]> {
    const found: ObjectVersion[] = [];
    let from: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
    while (from !== undefined) {
      let out: ListObjectVersionsCommandOutput;
      try {
        const list = new ListObjectVersionsCommand({ Bucket: this.#bucket, Prefix: prefix, ...from });
        out = await this.#client.send(list, this.#begin(call.signal));
      } catch (e) {
        throw this.#failures.of(e, 'list the versions of objects', call);
      }
      for (const { Key, VersionId, IsLatest } of [...(out.Versions ?? []), ...(out.DeleteMarkers ?? [])]) {
        if (Key === undefined || VersionId === undefined) continue;
        found.push({ key: Key, id: VersionId, current: IsLatest === true });
      }
      const { NextKeyMarker, NextVersionIdMarker } = out;
      const more = out.IsTruncated === true && NextKeyMarker !== undefined;
      const version = NextVersionIdMarker === undefined ? {} : { VersionIdMarker: NextVersionIdMarker };
      from = more ? { KeyMarker: NextKeyMarker, ...version } : undefined;
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
    try {
      const remove = new DeleteObjectCommand({ Bucket: this.#bucket, ...what });
      await this.#client.send(remove, this.#begin(call.signal));
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
  ): Promise<{ readonly keys: readonly S3Key[]; readonly next: PageStart | undefined }> {
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
      const keys = (out.Contents ?? []).flatMap(({ Key, Size, LastModified }) =>
        Key === undefined ? [] : [{ key: Key, size: Size ?? 0, modified: LastModified }],
      );
      const token = out.NextContinuationToken;
      return { keys, next: out.IsTruncated === true && token !== undefined ? { token } : undefined };
    } catch (e) {
      throw this.#failures.of(e, 'list', call);
    }
  }

  /** The refusal of an endpoint on which two writers would silently overwrite each other. */
  ignoresConditions(cause?: unknown): LazycredError {
    return this.#failures.ignoresConditions(cause);
  }

  close(): void {
    this.#closed = true;
    this.#client.destroy();
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
