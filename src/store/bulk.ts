import { isLazycredError, LazycredError, type ErrorCode } from '../errors.js';

/** How many secrets are read or written at once. */
export const CONCURRENCY = 16;

/** What came of one of many. */
export type Outcome<T> =
  { readonly name: string; readonly value: T } | { readonly name: string; readonly error: LazycredError };

/**
 * Runs `work` for every name, at most `limit` at once, to the end: one failure doesn't spare the
 * others, so that all are known. Only an abort, or what isn't one of our errors, ends it early.
 */
export async function forEach<T>(
  names: readonly string[],
  work: (name: string, index: number) => Promise<T>,
  o: { readonly limit?: number; readonly done?: ((n: number) => void) | undefined } = {},
): Promise<Outcome<T>[]> {
  const outcomes: Outcome<T>[] = [];
  let next = 0;
  let finished = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < names.length; i = next++) {
      const name = names[i] ?? '';
      try {
        outcomes[i] = { name, value: await work(name, i) };
      } catch (e) {
        if (!isLazycredError(e)) {
          next = names.length;
          throw e;
        }
        outcomes[i] = { name, error: e };
      }
      o.done?.(++finished);
    }
  };
  await Promise.all(Array.from({ length: Math.min(o.limit ?? CONCURRENCY, names.length) }, worker));
  return outcomes;
}

/** All values, or one error that names every failure. */
export function allOrError<T>(outcomes: readonly Outcome<T>[], action: string): Map<string, T> {
  const failures = outcomes.flatMap((o) => ('error' in o ? [o] : []));
  if (failures.length > 0) throw bulkError(failures, outcomes.length, action);
  return new Map(outcomes.flatMap((o) => ('value' in o ? [[o.name, o.value] as const] : [])));
}

// What is most worth looking at first: an attack, then what waiting does not mend, then what it may.
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
    hint: gravest?.hint,
    failures: errors,
  });
}
