import { isatty } from 'node:tty';
import { writeError } from '../io/streams.js';
import type { Session } from '../session.js';

/** An operation that is done within this time shows no progress, in milliseconds. */
const PATIENCE_MS = 1_000;

/** The time between two changes of the line, in milliseconds: faster than anyone reads is only flicker. */
const CHANGE_MS = 100;

const CLEAR_LINE = '\r\u001b[K';

/** How far an operation on many secrets is, in one line on a terminal's stderr that vanishes in the end. */
export class Progress {
  readonly #what: string;
  readonly #visible: boolean;
  #next = performance.now() + PATIENCE_MS;
  #shown = false;

  /** @param what in front of the count: `reading` */
  constructor(what: string, session: Session) {
    this.#what = what;
    // With --verbose each request has a line of its own, which tells more.
    this.#visible = isatty(2) && session.talksText && !session.isQuiet && session.trace === undefined;
  }

  /** For the library's operations on many secrets. */
  readonly report = (done: number, total: number): void => {
    const now = performance.now();
    if (!this.#visible || now < this.#next) return;
    this.#next = now + CHANGE_MS;
    this.#shown = true;
    writeError(`${CLEAR_LINE}${this.#what} ${done} of ${total}`);
  };

  /** Takes the line away. */
  end(): void {
    if (this.#shown) writeError(CLEAR_LINE);
    this.#shown = false;
  }
}

/** Runs an operation with its progress shown. */
export async function withProgress<T>(
  what: string,
  session: Session,
  run: (report: Progress['report']) => Promise<T>,
): Promise<T> {
  const progress = new Progress(what, session);
  try {
    return await run(progress.report);
  } finally {
    progress.end();
  }
}
