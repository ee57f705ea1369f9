import { isLazycredError } from '../errors.js';
import type { SetupStep } from './steps.js';

/**
 * What to tell of the trial of a store's conditional writes: nothing where they hold. Who may set up may not
 * be allowed to write, and then it is told that they were not tried.
 *
 * @param what the bucket or table: `bucket acme-secrets`
 */
export async function orNotTried(what: string, trial: Promise<void>): Promise<SetupStep[]> {
  try {
    await trial;
    return [];
  } catch (e) {
    if (!isLazycredError(e, 'ERR_ACCESS')) throw e;
    const detail = `not tried with racing writers, as a server other than AWS's needs: ${e.message}`;
    return [{ what: `conditional writes of ${what}`, action: 'none', detail, cost: '' }];
  }
}
