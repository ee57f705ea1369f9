import { isLazycredError } from '../../errors.js';
import { FailureWithStatus } from '../io/failure.js';

/** What argparse exits with for bad arguments, and Python for all that fails later. */
const USAGE_STATUS = 2;
const FAILURE_STATUS = 1;

/**
 * Reads the arguments, then acts on them, and ends as a program in Python would. The same mistake has
 * two statuses: an unknown option, which argparse finds, is 2; a version that is no number, which only
 * the action finds, is 1.
 *
 * @throws FailureWithStatus
 */
export async function endAsPython<T>(
  read: () => T | Promise<T>,
  act: (given: T) => Promise<void>,
): Promise<void> {
  let isRead = false;
  try {
    const given = await read();
    isRead = true;
    await act(given);
  } catch (e) {
    const isMistake = !isRead && isLazycredError(e, 'ERR_USAGE');
    throw new FailureWithStatus(isMistake ? USAGE_STATUS : FAILURE_STATUS, e);
  }
}
