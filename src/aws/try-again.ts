import { setTimeout as sleep } from 'node:timers/promises';

/** How often a request is sent that meets another one on the same thing, the first time included. */
const ATTEMPTS = 8;

/** The longest pause before the second attempt, in milliseconds; it doubles, and the true one is random. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

/**
 * Most refusals in a row of a conditional write whose condition holds when it is looked at, before the
 * server counts as one that doesn't honour it.
 */
export const MOST_REFUSALS = 4;

/**
 * Repeats a request while it fails for a moment only: eight times, with growing random pauses, about
 * five seconds in all. For what the SDK doesn't send again by itself.
 *
 * @param isPassing whether the failure is of that kind
 * @throws the last failure; the reason of an aborted signal
 */
export async function tryAgain<T>(
  signal: AbortSignal | undefined,
  isPassing: (e: unknown) => boolean,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let n = 1; ; n++) {
    try {
      return await attempt();
    } catch (e) {
      if (n === ATTEMPTS || signal?.aborted === true || !isPassing(e)) throw e;
    }
    const ms = Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** n);
    try {
      await sleep(ms, undefined, signal === undefined ? {} : { signal });
    } catch (e) {
      // Only the signal ends a sleep early; its own reason says more than the timer's AbortError.
      signal?.throwIfAborted();
      throw e;
    }
  }
}
