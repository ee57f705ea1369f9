import { LazycredError } from '../../errors.js';
import { quote } from '../../text/printable.js';
import { failureShape, notAnAnswer, serviceError, type ServiceCall } from '../../aws/service-errors.js';

/** What a call is about, and what ends it. */
export interface S3Call {
  /** The secret's name, for messages. */
  readonly name?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

// Keys that S3 takes and another server of its protocol doesn't (MinIO holds `a` or `a/b`, not both).
const NO_SUCH_KEY: ReadonlySet<string> = new Set([
  'KeyTooLongError',
  'InvalidObjectName',
  'XMinioInvalidObjectName',
  'XMinioObjectExistsAsDirectory',
  'XMinioParentIsObject',
]);

// S3's words where retention stands in the way of a request, or where the bucket's lock asks for a checksum.
const OBJECT_LOCK = /object.lock|under retention|\bWORM\b/iu;

/** Whose failures they are. */
export interface S3Service {
  readonly bucket: string;
  /** For messages: `S3 in eu-west-1`. */
  readonly service: string;
  /** The store's, for messages. */
  readonly location: string;
}

/** What a bucket's failures mean: one of our errors for each. */
export class S3Failures {
  readonly #service: S3Service;

  constructor(service: S3Service) {
    this.#service = service;
  }

  /** @param action what can't be done, for messages: `read` */
  of(e: unknown, action: string, call: S3Call): unknown {
    const { bucket, location } = this.#service;
    const { name, signal } = call;
    if (failureShape(e).name === 'NoSuchBucket' && signal?.aborted !== true) {
      return new LazycredError('ERR_CONFIG', `the bucket "${bucket}" does not exist`, {
        name,
        location,
        hint: { code: 'check-bucket' },
        cause: e,
      });
    }
    const special = failureShape(e);
    if (signal?.aborted !== true && NO_SUCH_KEY.has(special.name)) {
      return new LazycredError('ERR_USAGE', `this server cannot hold the name: ${special.name}`, {
        name,
        location,
        hint: 'on it a name may not also be the folder of another one, and some characters and lengths are not taken: choose another name',
        cause: e,
      });
    }
    const failure = serviceError(e, this.#call(action, call));
    if (!(failure instanceof LazycredError) || !OBJECT_LOCK.test(special.message)) return failure;
    return new LazycredError(failure.code, failure.message, {
      name,
      location,
      hint: { code: 'bucket-without-lock' },
      cause: e,
    });
  }

  /** A success that S3 would not have answered so. @param why as in `notAnAnswer` */
  notS3(action: string, call: S3Call, why: string): LazycredError {
    return notAnAnswer(this.#call(action, call), why);
  }

  /**
   * The refusal of a server (or a proxy before it) that says of a condition which holds that it doesn't:
   * to write again would never end.
   *
   * @param etag of the object as it was read, twice; undefined for one that isn't there
   */
  refusesForever(etag: string | undefined, { name }: S3Call, cause: unknown): LazycredError {
    const { service, location } = this.#service;
    const what =
      etag === undefined
        ? 'to create an object that is not there (If-None-Match)'
        : `to replace the object of ETag ${quote(etag)} on condition that this is its ETag (If-Match)`;
    const message = `${service} refuses again and again ${what}, although nobody else has written`;
    return new LazycredError('ERR_UNSUPPORTED', message, {
      name,
      location,
      hint: 'a proxy that rewrites ETags, or a server without conditional writes: reach S3 without it',
      cause,
    });
  }

  /** The failure of a GET, whose 403 may also stand for an object that isn't there. */
  ofRead(e: unknown, call: S3Call): unknown {
    const failure = this.of(e, 'read', call);
    const isRefused = failure instanceof LazycredError && failure.code === 'ERR_ACCESS';
    // Other 403s are about the caller's own credentials, whatever the object.
    if (!isRefused || failureShape(e).name !== 'AccessDenied') return failure;
    return failure.with({
      hint: 'reading needs s3:GetObject; S3 also answers so for a name that does not exist where s3:ListBucket is not allowed',
    });
  }

  /**
   * The refusal of an endpoint on which two writers would silently overwrite each other.
   *
   * @param stored what the writes that showed it have left behind; nothing by default
   */
  ignoresConditions(cause: unknown, stored = 'nothing is stored'): LazycredError {
    const { service, location } = this.#service;
    return new LazycredError(
      'ERR_UNSUPPORTED',
      `${service} ignores conditional writes (If-None-Match, If-Match): two writers would lose each other's values; ${stored}`,
      { location, hint: 'use an S3 service that honours them, or a DynamoDB store', cause },
    );
  }

  #call(action: string, { name, signal }: S3Call): ServiceCall {
    const { service, location } = this.#service;
    return { service, action, location, name, signal };
  }
}
