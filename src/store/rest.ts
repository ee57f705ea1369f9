import { setTimeout as sleep } from 'node:timers/promises';

/** Waits, in milliseconds. @throws the signal's reason, which says more than the timer's own AbortError */
export async function rest(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (e) {
    signal?.throwIfAborted();
    throw e;
  }
}
