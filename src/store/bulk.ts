import { isLazycredError, LazycredError, type ErrorCode } from '../errors.js';
import { rest } from './rest.js';

/** How many secrets are read or written at once. */
export const CONCURRENCY = 16;

/** What came of one of many. */
export type Outcome<T> =
  { readonly name: string; readonly value: T } | { readonly name: string; readonly error: LazycredError };

/** How {@link forEach} goes on. */
export interface EachOptions {
  readonly limit?: number;
  readonly done?: ((n: number, failed: number) => void) | undefined;
  /**
   * What a service refuses for now, because it is asked too often, is asked again, by fewer at once and after
   * pauses, until nothing has succeeded for this long, in milliseconds. For reads: 0 by default.
   */
  readonly patienceMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Names of "asked too often": DynamoDB's, KMS's, S3's (their API references, "Common errors"). */
const THROTTLED =
  /^(?:ProvisionedThroughputExceededException|ThrottlingException|Throttling|RequestLimitExceeded|SlowDown|LimitExceededException|TooManyRequestsException)$/u;

function isThrottled(e: LazycredError): boolean {
  const { cause } = e;
  return e.code === 'ERR_UNAVAILABLE' && cause instanceof Error && THROTTLED.test(cause.name);
}

/** Pauses of the last worker, in milliseconds: the first, and the longest. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 2_000;

/**
 * Runs `work` for every name, at most `limit` at once, to the end: one failure doesn't spare the
 * others, so that all are known. Only an abort, or what isn't one of our errors, ends it early.
 */
export async function forEach<T>(
  names: readonly string[],
  work: (name: string, index: number) => Promise<T>,
  o: EachOptions = {},
): Promise<Outcome<T>[]> {
  const outcomes: Outcome<T>[] = [];
  const again: number[] = [];
  let next = 0;
  let finished = 0;
  let failed = 0;
  let workers = Math.min(o.limit ?? CONCURRENCY, names.length);
  let pause = FIRST_PAUSE_MS;
  let lastSuccess = performance.now();
  const isPatient = (): boolean => performance.now() - lastSuccess < (o.patienceMs ?? 0);
  const worker = async (): Promise<void> => {
    for (let i = next++; ; i = next++) {
      const index = i < names.length ? i : again.shift();
      if (index === undefined) {
        workers--;
        return;
      }
      const name = names[index] ?? '';
      try {
        outcomes[index] = { name, value: await work(name, index) };
        lastSuccess = performance.now();
        pause = FIRST_PAUSE_MS;
      } catch (e) {
        if (!isLazycredError(e)) {
          next = names.length;
          again.length = 0;
          throw e;
        }
        if (isThrottled(e) && isPatient()) {
          again.push(index);
          // Each refusal ends one worker; the last one waits and goes on.
          if (workers > 1) {
            workers--;
            return;
          }
          await rest(pause, o.signal);
          pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
          continue;
        }
        outcomes[index] = { name, error: e };
        failed++;
      }
      o.done?.(++finished, failed);
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
  return outcomes;
}

/** All values, or one error that names every failure. */
export function allOrError<T>(outcomes: readonly Outcome<T>[], action: string): Map<string, T> {
  const failures = outcomes.flatMap((o) => ('error' in o ? [o] : []));
  if (failures.length > 0) throw bulkError(failures, outcomes.length, action);
  return new Map(outcomes.flatMap((o) => ('value' in o ? [[o.name, o.value] as const] : [])));
}

// The gravest first: what may be an attack, then what waiting does not mend, then what it may mend.
const GRAVITY: readonly ErrorCode[] = [
  'ERR_INTEGRITY',
  'ERR_ACCESS',
  'ERR_CONFIG',
  'ERR_UNSUPPORTED',
  'ERR_CONFLICT',
  'ERR_NOT_FOUND',
  'ERR_USAGE',
  'ERR_UNAVAILABLE',
];

/** One error for many: the gravest code; every failure is named in the message and kept in `failures`. */
function bulkError(
  failures: readonly { readonly name: string; readonly error: LazycredError }[],
  total: number,
  action: string,
): LazycredError {
  const errors = failures.map((f) => f.error);
  const code = GRAVITY.find((c) => errors.some((e) => e.code === c)) ?? 'ERR_UNAVAILABLE';
  const each = failures.map(({ name, error }) => `"${name}": ${error.message}`).join('; ');
  const gravest = errors.find((e) => e.code === code);
  return new LazycredError(code, `cannot ${action} ${failures.length} of ${total}: ${each}`, {
    location: gravest?.location,
    hint: gravest?.advice ?? gravest?.hint,
    failures: errors,
  });
}
