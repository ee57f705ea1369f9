import type { ManyOptions } from '../../index.js';
import type { Session } from '../session.js';

type Report = NonNullable<ManyOptions['progress']>;

/** What is imported, for the words about it. */
export interface Imported {
  readonly total: number;
  readonly what: 'secrets' | 'versions';
  readonly location: string;
  /** The way to go on: `the same command again`. */
  readonly goOn: string;
}

/**
 * Runs an import; when Ctrl-C or another signal ends it, says how much is stored by then, and how to
 * go on. It says "at least", since writes that were under way may have been stored, too.
 *
 * @param run is given what shall be told how far it is, which passes it on to `report`
 */
export async function tellingHowFar<T>(
  { total, what, location, goOn }: Imported,
  session: Session,
  report: Report,
  run: (counted: Report) => Promise<T>,
): Promise<T> {
  let stored = 0;
  try {
    return await run((done, all, failed) => {
      stored = done - failed;
      report(done, all, failed);
    });
  } catch (e) {
    if (session.signal.aborted) {
      session.talk(`interrupted: at least ${stored} of ${total} ${what} are stored in ${location}`);
      session.talk(`to go on: ${goOn}`);
    }
    throw e;
  }
}
