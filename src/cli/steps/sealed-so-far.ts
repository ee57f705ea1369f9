import type { Store } from '../../index.js';
import type { Session } from '../session.js';

/**
 * Runs what seals many values; when it fails half way, says all the same where and under which key those lie that
 * were sealed by then.
 *
 * @param run is given what shall be called as soon as one may be stored
 */
export async function tellingSealedSoFar<T>(
  store: Store,
  session: Session,
  run: (begun: () => void) => Promise<T>,
): Promise<T> {
  let hasBegun = false;
  try {
    return await run(() => {
      hasBegun = true;
    });
  } catch (e) {
    if (hasBegun) await session.tellSealed('what was stored is', store);
    throw e;
  }
}
