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
import { failureShape, serviceError, type ServiceCall } from '../../aws/service-errors.js';

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

/** A conditional write that lost: 412, 409 (a racing write, try again), or 404 (If-Match on nothing). */
export class ConditionFailed extends Error {
  override readonly name = 'ConditionFailed';
}

/**
 * Largest object that is read, in bytes. Ours have less than one MiB; LazyCred set no limit, and a value
 * takes 4/3 of its size there.
 */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

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
  readonly #service: string;
  readonly #location: string;
  #closed = false;

  constructor(client: S3Sender, bucket: string, service: string, location: string) {
    this.#client = client;
    this.#bucket = bucket;
    this.#service = service;
    this.#location = location;
  }

  /** The object; undefined only for S3's NoSuchKey. */
  async get(key: string, name: string, signal?: AbortSignal): Promise<S3Object | undefined> {
    for (let attempt = 1; ; attempt++) {
      let out: GetObjectCommandOutput;
      try {
        this.#ready(signal);
        out = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }), {
          ...(signal === undefined ? {} : { abortSignal: signal }),
        });
      } catch (e) {
        if (failureShape(e).name === 'NoSuchKey' && signal?.aborted !== true) return undefined;
        throw this.#readFailure(e, name, signal);
      }
      try {
        const body = await readBody(out, name);
        return { body, etag: out.ETag ?? '', modified: out.LastModified };
      } catch (e) {
        if (attempt === BODY_ATTEMPTS || signal?.aborted === true || e instanceof LazycredError) {
          throw this.#failure(e, 'read', name, signal);
        }
      }
    }
  }

  /**
   * Writes an object, under a condition if there is one, and returns its ETag.
   * @throws ConditionFailed when the condition didn't hold
   */
  async put(
    key: string,
    body: Uint8Array,
    condition: Condition | undefined,
    metadata: Metadata,
    name: string,
    signal?: AbortSignal,
  ): Promise<string> {
    try {
      this.#ready(signal);
      const out = await this.#client.send(
        new PutObjectCommand({
          Bucket: this.#bucket,
          Key: key,
          Body: body,
          ContentType: 'application/json',
          Metadata: { ...metadata },
          ...headersOf(condition),
        }),
        { ...(signal === undefined ? {} : { abortSignal: signal }) },
      );
      return out.ETag ?? '';
    } catch (e) {
      if (signal?.aborted === true) throw this.#failure(e, 'write', name, signal);
      const shape = failureShape(e);
      if (LOST[shape.name] === true || shape.status === 412)
        throw new ConditionFailed(shape.name, { cause: e });
      if (shape.name === 'NotImplemented') throw this.ignoresConditions(e);
      throw this.#failure(e, 'write', name, signal);
    }
  }

  /** An object's metadata, of one S3 version if given; undefined when there is no such object. */
  async head(
    key: string,
    name: string,
    o: { readonly id?: string; readonly signal: AbortSignal | undefined },
  ): Promise<Metadata | undefined> {
    const { id, signal } = o;
    try {
      this.#ready(signal);
      const out = await this.#client.send(
        new HeadObjectCommand({
          Bucket: this.#bucket,
          Key: key,
          ...(id === undefined ? {} : { VersionId: id }),
        }),
        { ...(signal === undefined ? {} : { abortSignal: signal }) },
      );
      return out.Metadata ?? {};
    } catch (e) {
      if (failureShape(e).status === 404 && signal?.aborted !== true) return undefined;
      throw this.#failure(e, 'read', name, signal);
    }
  }

  /** Every version that S3 keeps of the objects whose keys begin with `prefix`, delete markers included. */
  async versions(prefix: string, name: string, signal: AbortSignal | undefined): Promise<ObjectVersion[]> {
    const found: ObjectVersion[] = [];
    let from: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
    while (from !== undefined) {
      let out: ListObjectVersionsCommandOutput;
      try {
        this.#ready(signal);
        out = await this.#client.send(
          new ListObjectVersionsCommand({ Bucket: this.#bucket, Prefix: prefix, ...from }),
          { ...(signal === undefined ? {} : { abortSignal: signal }) },
        );
      } catch (e) {
        throw this.#failure(e, 'list the versions of objects', name, signal);
      }
      for (const { Key, VersionId, IsLatest } of [...(out.Versions ?? []), ...(out.DeleteMarkers ?? [])]) {
        if (Key === undefined || VersionId === undefined) continue;
        found.push({ key: Key, id: VersionId, current: IsLatest === true });
      }
      const { NextKeyMarker, NextVersionIdMarker } = out;
      const more = out.IsTruncated === true && NextKeyMarker !== undefined;
      from = more
        ? {
            KeyMarker: NextKeyMarker,
            ...(NextVersionIdMarker === undefined ? {} : { VersionIdMarker: NextVersionIdMarker }),
          }
        : undefined;
    }
    return found;
  }

  /** Deletes an object; on a versioned bucket S3 keeps it as a noncurrent version. */
  delete(key: string, name: string, signal: AbortSignal | undefined): Promise<void> {
    return this.#delete({ Key: key }, 'delete an object', name, signal);
  }

  /** Deletes one version of an object for good. */
  deleteVersion({ key, id }: ObjectVersion, name: string, signal: AbortSignal | undefined): Promise<void> {
    return this.#delete({ Key: key, VersionId: id }, 'delete a version of an object', name, signal);
  }

  async #delete(
    what: { readonly Key: string; readonly VersionId?: string },
    action: string,
    name: string,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    try {
      this.#ready(signal);
      await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, ...what }), {
        ...(signal === undefined ? {} : { abortSignal: signal }),
      });
    } catch (e) {
      throw this.#failure(e, action, name, signal);
    }
  }

  /** One page of keys in byte order; `next` continues it, undefined at the end. */
  async page(
    prefix: string,
    size: number,
    from: PageStart,
    o: {
      readonly delimiter?: string;
      readonly name?: string;
      readonly signal?: AbortSignal | undefined;
    } = {},
  ): Promise<{ readonly keys: readonly S3Key[]; readonly next: PageStart | undefined }> {
    const { delimiter, name, signal } = o;
    try {
      this.#ready(signal);
      const out = await this.#client.send(
        new ListObjectsV2Command({
          Bucket: this.#bucket,
          Prefix: prefix,
          MaxKeys: size,
          ...('token' in from ? { ContinuationToken: from.token } : {}),
          ...('after' in from ? { StartAfter: from.after } : {}),
          ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
        }),
        { ...(signal === undefined ? {} : { abortSignal: signal }) },
      );
      const keys = (out.Contents ?? []).flatMap(({ Key, Size, LastModified }) =>
        Key === undefined ? [] : [{ key: Key, size: Size ?? 0, modified: LastModified }],
      );
      const token = out.NextContinuationToken;
      return { keys, next: out.IsTruncated === true && token !== undefined ? { token } : undefined };
    } catch (e) {
      throw this.#failure(e, 'list', name, signal);
    }
  }

  /** The refusal of an endpoint on which two writers would silently overwrite each other. */
  ignoresConditions(cause?: unknown): LazycredError {
    return new LazycredError(
      'ERR_UNSUPPORTED',
      `${this.#service} ignores conditional writes (If-None-Match, If-Match): two writers would lose each other's values`,
      { location: this.#location, hint: 'use an S3 service that honours them, or a DynamoDB store', cause },
    );
  }

  close(): void {
    this.#closed = true;
    this.#client.destroy();
  }

  #ready(signal: AbortSignal | undefined): void {
    signal?.throwIfAborted();
    if (this.#closed)
      throw new LazycredError('ERR_USAGE', 'the store is closed', { location: this.#location });
  }

  #readFailure(e: unknown, name: string, signal: AbortSignal | undefined): unknown {
    const failure = this.#failure(e, 'read', name, signal);
    if (
      !(failure instanceof LazycredError) ||
      failure.code !== 'ERR_ACCESS' ||
      failureShape(e).status !== 403
    ) {
      return failure;
    }
    return new LazycredError('ERR_ACCESS', failure.message, {
      name,
      location: this.#location,
      hint: 'reading needs s3:GetObject; S3 also answers so for a name that does not exist where s3:ListBucket is not allowed',
      cause: failure.cause,
    });
  }

  #failure(e: unknown, action: string, name: string | undefined, signal: AbortSignal | undefined): unknown {
    const call: ServiceCall = { service: this.#service, action, location: this.#location, name, signal };
    const { name: kind } = failureShape(e);
    if (kind === 'NoSuchBucket' && signal?.aborted !== true) {
      return new LazycredError('ERR_CONFIG', `the bucket "${this.#bucket}" does not exist`, {
        name,
        location: this.#location,
        hint: 'check store in the config (lazy config shows what is in force); lazy setup makes what is missing',
        cause: e,
      });
    }
    return serviceError(e, call);
  }
}

function headersOf(condition: Condition | undefined): { IfMatch?: string; IfNoneMatch?: string } {
  if (condition === undefined) return {};
  return 'etag' in condition ? { IfMatch: condition.etag } : { IfNoneMatch: '*' };
}

async function readBody(out: GetObjectCommandOutput, name: string): Promise<Buffer> {
  const tooLarge = () =>
    new LazycredError('ERR_INTEGRITY', 'the stored object is larger than 16 MiB: no record', {
      name,
    });
  const chunks: Buffer[] = [];
  let size = 0;
  if (out.Body === undefined) return Buffer.alloc(0);
  // Leaving the loop early destroys the stream, so that the rest isn't fetched.
  for await (const chunk of out.Body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw tooLarge();
    chunks.push(Buffer.from(chunk));
  }
  if (out.ContentLength !== undefined && out.ContentLength !== size) throw new Error('the body broke off');
  return Buffer.concat(chunks, size);
}
