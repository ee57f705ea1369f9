import { LazycredError, type ErrorCode } from '../errors.js';
import type { Hint } from '../hints.js';
import { printable } from '../text/printable.js';

/** What was asked of an AWS service (or one that speaks its protocol) when it failed. */
export interface ServiceCall {
  /** Service and region as a person says it: `S3 in eu-west-1`. */
  readonly service: string;
  /** What was being done: `read`, `write`, `list`, `wrap a data key`. */
  readonly action: string;
  readonly location: string;
  readonly name?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A request that was aborted before its answer, and what it waited for where that wasn't the service. */
export class StillWaiting extends Error {
  override readonly name = 'AbortError';
  readonly step: string | undefined;

  constructor(step: string | undefined) {
    super('aborted');
    this.step = step;
  }
}

// By the error's name (`Code` in S3's XML, `__type` in JSON protocols), where the HTTP status alone
// would mislead. Sources: the services' API references, "Common error types".
const BY_NAME: Readonly<Record<string, ErrorCode>> = {
  CredentialsProviderError: 'ERR_ACCESS',
  ExpiredToken: 'ERR_ACCESS',
  ExpiredTokenException: 'ERR_ACCESS',
  UnrecognizedClientException: 'ERR_ACCESS',
  InvalidSignatureException: 'ERR_ACCESS',
  InvalidClientTokenId: 'ERR_ACCESS',
  IncompleteSignature: 'ERR_ACCESS',
  IncompleteSignatureException: 'ERR_ACCESS',
  InvalidToken: 'ERR_ACCESS',
  InvalidTokenId: 'ERR_ACCESS',
  TokenRefreshRequired: 'ERR_ACCESS',
  InvalidAccessKeyId: 'ERR_ACCESS',
  SignatureDoesNotMatch: 'ERR_ACCESS',
  InvalidSignature: 'ERR_ACCESS',
  InvalidSecurity: 'ERR_ACCESS',
  RequestTimeTooSkewed: 'ERR_ACCESS',
  RequestExpired: 'ERR_ACCESS',
  AuthorizationHeaderMalformed: 'ERR_ACCESS',
  MissingAuthenticationToken: 'ERR_ACCESS',
  MissingSecurityHeader: 'ERR_ACCESS',
  AuthFailure: 'ERR_ACCESS',
  NotSignedUp: 'ERR_ACCESS',
  MissingAuthenticationTokenException: 'ERR_ACCESS',
  AccessDeniedException: 'ERR_ACCESS',
  AccessDenied: 'ERR_ACCESS',
  NotAuthorized: 'ERR_ACCESS',
  NoSuchBucket: 'ERR_CONFIG',
  ResourceNotFoundException: 'ERR_CONFIG',
  ThrottlingException: 'ERR_UNAVAILABLE',
  Throttling: 'ERR_UNAVAILABLE',
  ProvisionedThroughputExceededException: 'ERR_UNAVAILABLE',
  RequestLimitExceeded: 'ERR_UNAVAILABLE',
  LimitExceededException: 'ERR_UNAVAILABLE',
  SlowDown: 'ERR_UNAVAILABLE',
  RequestTimeout: 'ERR_UNAVAILABLE',
  TimeoutError: 'ERR_UNAVAILABLE',
  // Another request on the same thing was under way: again later.
  OperationAborted: 'ERR_UNAVAILABLE',
  ConditionalRequestConflict: 'ERR_UNAVAILABLE',
  ReplicatedWriteConflictException: 'ERR_UNAVAILABLE',
  TransactionConflictException: 'ERR_UNAVAILABLE',
  TransactionInProgressException: 'ERR_UNAVAILABLE',
  // What was sent did not arrive as it was sent.
  BadDigest: 'ERR_UNAVAILABLE',
  IncompleteBody: 'ERR_UNAVAILABLE',
  AnswerTooLong: 'ERR_UNAVAILABLE',
  // What the service never had: to ask again is no use.
  NotImplemented: 'ERR_UNSUPPORTED',
  MethodNotAllowed: 'ERR_UNSUPPORTED',
  UnknownOperationException: 'ERR_UNSUPPORTED',
  // An object in an archive class, which only a restore makes readable.
  InvalidObjectState: 'ERR_ACCESS',
};

/** What a server that lacks an operation answers: "not implemented", "method not allowed" (RFC 9110). */
const NOT_OFFERED: readonly (number | undefined)[] = [501, 405];

const HINTS: Partial<Record<ErrorCode, string | Hint>> = {
  ERR_ACCESS: 'check which credentials are in force (aws sts get-caller-identity) and what they allow',
  ERR_CONFIG: { code: 'check-location' },
};

interface Shape {
  readonly name: string;
  readonly message: string;
  readonly code: string | undefined;
  readonly status: number | undefined;
}

/** The parts of an SDK failure that tell causes apart. */
export function failureShape(e: unknown): Shape {
  const o = (typeof e === 'object' && e !== null ? e : {}) as {
    name?: unknown;
    message?: unknown;
    code?: unknown;
    $metadata?: { httpStatusCode?: unknown };
  };
  return {
    name: typeof o.name === 'string' ? o.name : '',
    message: typeof o.message === 'string' ? o.message : '',
    code: typeof o.code === 'string' ? o.code : undefined,
    status: typeof o.$metadata?.httpStatusCode === 'number' ? o.$metadata.httpStatusCode : undefined,
  };
}

/**
 * One of our errors for a failure of an AWS SDK call: ERR_ACCESS, ERR_CONFIG, ERR_UNSUPPORTED or ERR_UNAVAILABLE.
 * Ours pass through; an aborted signal gives its reason. Cases with a meaning of their own (a
 * conditional write that lost, a damaged ciphertext) are told apart by the caller first.
 */
export function serviceError(e: unknown, call: ServiceCall): unknown {
  if (call.signal?.aborted === true) return abortReason(e, call);
  if (e instanceof LazycredError || isBug(e)) return e;
  const shape = failureShape(e);
  const code = codeOf(shape);
  // A success that could not be understood. Its words may quote what was answered, a value even.
  if (isSuccess(shape.status) && shape.code === undefined && BY_NAME[shape.name] === undefined) {
    return notAnAnswer(call, 'it could not be understood', e);
  }
  const what = shape.name === '' || shape.name === 'Error' ? (shape.code ?? '') : shape.name;
  const why = [what, shape.message].filter((s) => s !== '').join(': ');
  const message = `${call.service} ${FAILS[code] ?? 'refuses to'} ${call.action}: ${oneLine(why)}`;
  return new LazycredError(code, message, {
    name: call.name,
    location: call.location,
    hint: hintOf(shape, code),
    cause: e,
  });
}

/**
 * ERR_UNAVAILABLE for a success that is no answer of the service: a login page, say, or a proxy's own.
 *
 * @param why what is wrong with it, without quoting it: `it has no ETag`
 */
export function notAnAnswer(call: ServiceCall, why: string, cause?: unknown): LazycredError {
  const { service, action, name, location } = call;
  const message = `${service} is unavailable, cannot ${action}: what came is not an answer of ${nameOfService(service)}: ${why}`;
  return new LazycredError('ERR_UNAVAILABLE', message, {
    name,
    location,
    hint: 'something else may answer in its place: check endpoint, proxies, and a login page of this network',
    cause,
  });
}

/** Whether a failure says that the server doesn't have what was asked for, now or ever. */
export function isNotOffered(e: unknown): boolean {
  const { name, status } = failureShape(e);
  return BY_NAME[name] === 'ERR_UNSUPPORTED' || NOT_OFFERED.includes(status);
}

// How a message goes on after the service's name; else it `refuses to`.
const FAILS: Partial<Record<ErrorCode, string>> = {
  ERR_UNAVAILABLE: 'is unavailable, cannot',
  ERR_UNSUPPORTED: 'does not offer what it takes to',
};

// `S3 in eu-west-1` → `S3`.
function nameOfService(service: string): string {
  return service.split(' ', 1)[0] ?? service;
}

function isSuccess(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status < 300;
}

function hintOf({ name, message }: Shape, code: ErrorCode): string | Hint | undefined {
  if (/region is missing/iu.test(message)) return 'set region, or AWS_REGION';
  if (name === 'InvalidObjectState') {
    return 'the object was moved to an archive class: aws s3api restore-object brings it back; keep lifecycle rules off this prefix';
  }
  if (name.startsWith('KMS.')) {
    return 'the key with which S3 itself encrypts this bucket is disabled, gone or pending deletion (aws kms describe-key)';
  }
  return HINTS[code];
}

// The store's time-out doesn't know whom it waited for; here that is known.
function abortReason(e: unknown, { signal, service, action, location, name }: ServiceCall): unknown {
  const reason: unknown = signal?.reason;
  if (!(reason instanceof LazycredError)) return reason;
  const step = e instanceof StillWaiting ? e.step : undefined;
  const message =
    step === undefined
      ? `${service} is unavailable, cannot ${action}: ${reason.message}`
      : `cannot ${action} in ${service}: no credentials, ${reason.message} from ${step}`;
  return reason.with({ message, name, location, cause: reason });
}

// A failure of our own code, not of the service; the SDK marks what it met on the wire.
function isBug(e: unknown): boolean {
  const ours = e instanceof TypeError || e instanceof RangeError || e instanceof ReferenceError;
  if (!ours) return false;
  // `$response`: the SDK's parser met something that it could not take apart.
  const onTheWire = '$metadata' in e || '$response' in e || 'code' in e;
  return !onTheWire && !/invalid url/iu.test(e.message);
}

function codeOf({ name, message, status, code }: Shape): ErrorCode {
  const named = BY_NAME[name];
  if (named !== undefined) return named;
  // S3's word for the key with which it encrypts the bucket: `KMS.DisabledException`.
  if (name.startsWith('KMS.')) return 'ERR_ACCESS';
  if (NOT_OFFERED.includes(status)) return 'ERR_UNSUPPORTED';
  if (/region is missing|invalid hostname|Invalid URL/iu.test(message)) return 'ERR_CONFIG';
  if (
    status === undefined ||
    status >= 500 ||
    status === 429 ||
    status === 408 ||
    code?.startsWith('E') === true
  ) {
    return 'ERR_UNAVAILABLE';
  }
  if (status === 401 || status === 403) return 'ERR_ACCESS';
  return status < 300 ? 'ERR_UNAVAILABLE' : 'ERR_CONFIG';
}

function oneLine(text: string): string {
  return printable(text.slice(0, 300).replace(/\s+/gu, ' '));
}
