import { inspect } from 'node:util';
import { assertNoSecretIn } from '../canary.js';
import { LazycredError, type ErrorCode } from '../../src/errors.js';

/**
 * The `LazycredError` that `attempt` rejects with, of this code; no registered secret may be in it,
 * however it is printed.
 *
 * @throws Error when it resolves, rejects with anything else, or the error tells a secret
 * @example
 * expect((await caught(store.get('absent'), 'ERR_NOT_FOUND')).message).toBe('…');
 */
export async function caught(attempt: Promise<unknown>, code: ErrorCode): Promise<LazycredError> {
  const failure: unknown = await attempt.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (failure === undefined) throw new Error(`expected ${code}, but nothing was thrown`);
  if (!(failure instanceof LazycredError)) throw new Error(`expected ${code}`, { cause: failure });
  assertNoSecretIn(inspect(failure, { depth: 12, showHidden: true }), `an ${failure.code}, inspected`);
  assertNoSecretIn(JSON.stringify({ ...failure, message: failure.message }), `an ${failure.code}, as JSON`);
  if (failure.code !== code) throw new Error(`expected ${code}, not ${failure.code}`, { cause: failure });
  return failure;
}
