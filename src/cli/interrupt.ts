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

/** The signals that ask a command to end, with its status then: 128 and the signal's number. */
const STATUSES = { SIGINT: SIGINT_STATUS, SIGTERM: 143, SIGHUP: 129, SIGQUIT: 131 } as const;

type EndingSignal = keyof typeof STATUSES;

/** How long an operation may take to stop before the process ends without it, in milliseconds. */
const PATIENCE_MS = 1_000;

const watching = new Map<EndingSignal, () => void>();

/**
 * Turns SIGINT, SIGTERM, SIGHUP and SIGQUIT into an abort, so that what runs can leave nothing half done; a
 * second one, or an operation that doesn't stop, ends the process at once.
 */
export function watchSignals(): AbortSignal {
  const controller = new AbortController();
  for (const signal of Object.keys(STATUSES) as EndingSignal[]) {
    const end = (): void => {
      controller.abort(new Interrupted(STATUSES[signal]));
      setTimeout(() => endNow(signal), PATIENCE_MS).unref();
    };
    // Handled once: a second one has its default effect.
    process.once(signal, end);
    watching.set(signal, end);
  }
  return controller.signal;
}

/** Leaves the signals to whoever handles them from here on: a command that runs another passes them on. */
export function unwatchSignals(): void {
  for (const [signal, end] of watching) process.removeListener(signal, end);
  watching.clear();
}

function endNow(signal: EndingSignal): void {
  // The first process of a container gets no signal that it has no handler for, not even from itself.
  if (process.pid === 1) process.exit(STATUSES[signal]);
  // By the signal: an exit would wait for a thread that waits for the other end of a named pipe. QUIT would
  // leave a core dump, with secrets in it.
  process.kill(process.pid, signal === 'SIGQUIT' ? 'SIGTERM' : signal);
}
