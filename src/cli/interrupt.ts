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

export const SIGINT_STATUS = 130;
const SIGTERM_STATUS = 143;
const SIGHUP_STATUS = 129;

/** How long an operation may take to stop before the process ends without it, in milliseconds. */
const PATIENCE_MS = 1_000;

/**
 * Turns SIGINT, SIGTERM and SIGHUP into an abort, so that what runs can leave nothing half done; a
 * second one, or an operation that doesn't stop, ends the process at once.
 */
export function watchSignals(): AbortController {
  const controller = new AbortController();
  const stop = (status: number) => () => {
    if (controller.signal.aborted) process.exit(status);
    controller.abort(new Interrupted(status));
    setTimeout(() => process.exit(status), PATIENCE_MS).unref();
  };
  process.on('SIGINT', stop(SIGINT_STATUS));
  process.on('SIGTERM', stop(SIGTERM_STATUS));
  process.on('SIGHUP', stop(SIGHUP_STATUS));
  return controller;
}
