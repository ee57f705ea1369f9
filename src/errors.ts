import { LIBRARY_HINTS, wordsOf, type Hint } from './hints.js';

/** The closed set of failure codes, with the exit status that the command gives each. */
export const EXIT_STATUS = {
  ERR_USAGE: 2,
  ERR_CONFIG: 3,
  ERR_NOT_FOUND: 4,
  ERR_CONFLICT: 5,
  ERR_ACCESS: 6,
  ERR_INTEGRITY: 7,
  ERR_UNSUPPORTED: 8,
  ERR_UNAVAILABLE: 9,
} as const;

/**
 * What went wrong, as a stable code:
 *
 * | code | when |
 * |---|---|
 * | `ERR_USAGE` | a bad name, version or option; a value too large or not representable |
 * | `ERR_CONFIG` | a missing, invalid or unreadable configuration |
 * | `ERR_NOT_FOUND` | no such secret, version or field |
 * | `ERR_CONFLICT` | the version exists; `ifVersion` or `ifAbsent` failed; removed meanwhile, outcome unknown |
 * | `ERR_ACCESS` | no credentials, access denied, key disabled or not allowed |
 * | `ERR_INTEGRITY` | malformed, tampered, swapped, wrong context |
 * | `ERR_UNSUPPORTED` | a newer format, a format not accepted, an unknown provider |
 * | `ERR_UNAVAILABLE` | network, throttling, server errors after retries, time-out |
 */
export type ErrorCode = keyof typeof EXIT_STATUS;

/** What a failure is about, beside its code and message. Never holds a value or a key. */
export interface ErrorDetails {
  /** The secret's name. */
  readonly name?: string | undefined;
  /** Where: a store's location, a key's id, a file. */
  readonly location?: string | undefined;
  /** The next step for the person who reads it: one line, or a code with its data where each surface says it in words of its own. */
  readonly hint?: string | Hint | undefined;
  /** The failure underneath. */
  readonly cause?: unknown;
  /** The failures of the single secrets, where many were asked for. */
  readonly failures?: readonly LazycredError[] | undefined;
}

/** What {@link LazycredError.with} changes. */
export interface ErrorChanges extends ErrorDetails {
  readonly code?: ErrorCode | undefined;
  readonly message?: string | undefined;
}

/** Marks the errors of every copy of this library that one process has loaded: an ES module, a CommonJS one. */
const BRAND = Symbol.for('lazycred.LazycredError');

/**
 * The one error class that this library throws on purpose; tell failures apart by `code`.
 *
 * Messages are one line, lower case, without a full stop, and hold neither a value nor a key.
 *
 * @example
 * try { await store.get('db'); }
 * catch (e) { if (isLazycredError(e, 'ERR_NOT_FOUND')) { … } else throw e; }
 */
export class LazycredError extends Error {
  override readonly name = 'LazycredError';
  readonly code: ErrorCode;
  readonly secret: string | undefined;
  readonly location: string | undefined;
  /** The next step, one line, in words that can be followed by who calls this library. */
  readonly hint: string | undefined;
  /** The same as a code with its data, for a surface with words of its own; undefined where {@link hint} is the same everywhere. */
  readonly advice: Hint | undefined;
  /** One for each secret that failed, where many were asked for; empty otherwise. */
  readonly failures: readonly LazycredError[];

  static {
    // On the prototype and not enumerable, so that a printed error doesn't show the mark.
    Object.defineProperty(this.prototype, BRAND, { value: true });
  }

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: withoutResponse(details.cause) });
    this.code = code;
    this.secret = details.name;
    this.location = details.location;
    const { hint } = details;
    this.advice = typeof hint === 'string' ? undefined : hint;
    this.hint = typeof hint === 'object' ? wordsOf(hint, LIBRARY_HINTS) : hint;
    this.failures = details.failures ?? [];
  }

  /**
   * The same failure with other details: what is not given stays, the hint and its advice too.
   *
   * @example
   * throw e.with({ message: `${file}: ${e.message}`, location: file });
   */
  with(changes: ErrorChanges): LazycredError {
    const { code = this.code, message = this.message, ...details } = changes;
    const { secret: name, location, cause, failures } = this;
    const hint = this.advice ?? this.hint;
    return new LazycredError(code, message, { name, location, hint, cause, failures, ...details });
  }
}

/**
 * The AWS SDK's errors hold the whole response in `$response`, and with it the request: its session token and its
 * signature, which a logger that walks over errors would write down. What tells the failure is kept.
 */
function withoutResponse(cause: unknown): unknown {
  if (typeof cause !== 'object' || cause === null || !('$response' in cause)) return cause;
  const { name, message, stack, code, $metadata } = cause as Partial<Record<string, unknown>>;
  const told = new Error(String(message));
  return Object.assign(told, { name, stack, ...(code === undefined ? {} : { code }), $metadata });
}

/**
 * Whether `e` is a {@link LazycredError}, with this code where one is given.
 *
 * `instanceof` misses the error of another copy of the library, such as the one that Jest loads anew
 * after `jest.resetModules()`; this function doesn't.
 */
export function isLazycredError(e: unknown, code?: ErrorCode): e is LazycredError {
  if (typeof e !== 'object' || e === null || !(BRAND in e)) return false;
  return code === undefined || ('code' in e && e.code === code);
}
