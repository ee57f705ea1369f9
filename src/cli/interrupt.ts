import { constants } from 'node:os';

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

const watching = new Map<NodeJS.Signals, () => void>();

/** Once a command that runs another has no program any more: what ends it then, USR2 too, which is passed on before. */
const ENDING_LATE = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const;

const cleanups = new Set<() => void>();

/**
 * Turns SIGINT, SIGTERM, SIGHUP and SIGQUIT into an abort, so that what runs can leave nothing half done; a
 * second one, or an operation that doesn't stop, ends the process at once.
 */
export function watchSignals(): AbortSignal {
  const controller = new AbortController();
  for (const signal of Object.keys(STATUSES) as EndingSignal[]) {
    const end = (): void => {
      // The second one. Its default effect would leave what a cleanup removes, and for QUIT a core dump.
      if (controller.signal.aborted) return endNow(signal);
      controller.abort(new Interrupted(STATUSES[signal]));
      setTimeout(() => endNow(signal), PATIENCE_MS).unref();
    };
    process.on(signal, end);
    watching.set(signal, end);
  }
  // Its default effect is to end the process, too, but without the cleanups.
  const endLate = (): void => endNow('SIGUSR2');
  process.on('SIGUSR2', endLate);
  watching.set('SIGUSR2', endLate);
  return controller.signal;
}

/** Leaves the signals to whoever handles them from here on: a command that runs another passes them on. */
export function unwatchSignals(): void {
  for (const [signal, end] of watching) process.removeListener(signal, end);
  watching.clear();
}

/**
 * Has a signal end the process at once from here on, as by its default effect, but after the cleanups: for what
 * is left to do once the program that got the signals has ended.
 */
export function endAtSignals(): void {
  for (const signal of ENDING_LATE) process.on(signal, () => endNow(signal));
}

/**
 * Names what must not stay when a signal ends the process before its time. It must not wait for anything.
 *
 * @returns takes the cleanup back
 */
export function cleanUpAtSignal(cleanup: () => void): () => void {
  cleanups.add(cleanup);
  return () => cleanups.delete(cleanup);
}

function endNow(signal: (typeof ENDING_LATE)[number]): void {
  for (const cleanup of cleanups) {
    try {
      cleanup();
    } catch {
      // What can't be removed is left to the sweep of a later run; the signal counts all the same.
    }
  }
  // The first process of a container gets no signal that it has no handler for, not even from itself.
  if (process.pid === 1) process.exit(128 + constants.signals[signal]);
  // By the signal: an exit would wait for a thread that waits for the other end of a named pipe. QUIT would
  // leave a core dump, with secrets in it.
  const by = signal === 'SIGQUIT' ? 'SIGTERM' : signal;
  process.removeAllListeners(by);
  process.kill(process.pid, by);
}
