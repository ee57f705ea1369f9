import { LazycredError, type ErrorCode } from '../errors.js';
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
};

const HINTS: Partial<Record<ErrorCode, string>> = {
  ERR_ACCESS: 'check which credentials are in force (aws sts get-caller-identity) and what they allow',
  ERR_CONFIG: 'check the location and region: lazy config shows what is in force',
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
 * One of our errors for a failure of an AWS SDK call: ERR_ACCESS, ERR_CONFIG or ERR_UNAVAILABLE.
 * Ours pass through; an aborted signal gives its reason. Cases with a meaning of their own (a
 * conditional write that lost, a damaged ciphertext) are told apart by the caller first.
 */
export function serviceError(e: unknown, call: ServiceCall): unknown {
  if (call.signal?.aborted === true) return abortReason(e, call);
  if (e instanceof LazycredError || isBug(e)) return e;
  const shape = failureShape(e);
  const code = codeOf(shape);
  const what = shape.name === '' || shape.name === 'Error' ? (shape.code ?? '') : shape.name;
  const why = [what, shape.message].filter((s) => s !== '').join(': ');
  const message =
    code === 'ERR_UNAVAILABLE'
      ? `${call.service} is unavailable, cannot ${call.action}: ${oneLine(why)}`
      : `${call.service} refuses to ${call.action}: ${oneLine(why)}`;
  const hint = /region is missing/iu.test(shape.message) ? 'set region, or AWS_REGION' : HINTS[code];
  return new LazycredError(code, message, { name: call.name, location: call.location, hint, cause: e });
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
  return new LazycredError(reason.code, message, { name, location, hint: reason.hint, cause: reason });
}

// A failure of our own code, not of the service; the SDK marks what it met on the wire.
function isBug(e: unknown): boolean {
  const ours = e instanceof TypeError || e instanceof RangeError || e instanceof ReferenceError;
  return ours && !('$metadata' in e) && !('code' in e) && !/invalid url/iu.test(e.message);
}

function codeOf({ name, message, status, code }: Shape): ErrorCode {
  const named = BY_NAME[name];
  if (named !== undefined) return named;
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
  // A 2xx that could not be understood: cut off, or not the service that it should be.
  return status < 300 ? 'ERR_UNAVAILABLE' : 'ERR_CONFIG';
}

function oneLine(text: string): string {
  return printable(text.slice(0, 300).replace(/\s+/gu, ' '));
}
