/** The user, or the system, wants this process to end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  /** What to exit with: 128 and the signal's number. */
  readonly status: number;

  constructor(status: number) {
    super('interrupted');
    this.status = status;
  }
}

/** What Ctrl-C exits with. */
export const SIGINT_STATUS = 130;

const STATUSES = { SIGINT: SIGINT_STATUS, SIGTERM: 143, SIGHUP: 129 } as const;

/** How long an operation may take to stop before the process ends without it, in milliseconds. */
const PATIENCE_MS = 1_000;

/**
 * Turns SIGINT, SIGTERM and SIGHUP into an abort, so that what runs can leave nothing half done; a
 * second one, or an operation that doesn't stop, ends the process at once.
 */
export function watchSignals(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // Handled once: a second one has its default effect.
    process.once(signal, () => {
      controller.abort(new Interrupted(STATUSES[signal]));
      // By the signal: an exit would wait for a thread that waits for the other end of a named pipe.
      setTimeout(() => process.kill(process.pid, signal), PATIENCE_MS).unref();
    });
  }
  return controller.signal;
}
