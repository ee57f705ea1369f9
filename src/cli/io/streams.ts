import { writeSync } from 'node:fs';
import { LazycredError } from '../../errors.js';
import { codeOf } from '../../files/system-errors.js';
import { printableJson } from '../../text/printable.js';

/** The reader of our output went away, as `head` does: no failure, and nothing more to say. */
export class BrokenPipe extends Error {
  override readonly name = 'BrokenPipe';
}

/**
 * Writes to stdout, all of it.
 *
 * @throws BrokenPipe; ERR_UNAVAILABLE when it can't be written (a full disk)
 */
export async function writeOut(data: string | Uint8Array): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      // The callback alone is not enough: an error event that nobody hears ends the process with a stack trace.
      process.stdout.on('error', reject);
      process.stdout.write(data, (e) => {
        // The listener stays for now: the error event comes after this callback.
        if (e instanceof Error) return reject(e);
        // The listener goes, since Node warns where a stream has more than ten.
        process.stdout.off('error', reject);
        resolve();
      });
    });
  } catch (e) {
    const code = codeOf(e) ?? '';
    if (code === 'EPIPE' || code === 'ECONNRESET') throw new BrokenPipe('', { cause: e });
    throw new LazycredError('ERR_UNAVAILABLE', `cannot write to stdout (${code})`, { cause: e });
  }
}

/** Writes to stderr at once, so that nothing is lost at the exit; silent where that can't be. */
export function writeError(text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(2, rest));
    } catch (e) {
      // The pipe is full: another process that shares it has made it non-blocking, and its reader is slow.
      if (codeOf(e) === 'EAGAIN') continue;
      return;
    }
  }
}

/** JSON text, indented, that is safe to print: what JSON allows raw and a terminal would obey is escaped. */
export function json(value: unknown): string {
  return `${printableJson(JSON.stringify(value, null, 2))}\n`;
}

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** How long ago, as a person says it: `just now`, `3 minutes ago`. */
export function ago(date: Date, now: Date): string {
  const seconds = Math.round((date.getTime() - now.getTime()) / 1000);
  const found = UNITS.find(([, size]) => Math.abs(seconds) >= size);
  if (found === undefined) return 'just now';
  const [unit, size] = found;
  return new Intl.RelativeTimeFormat('en').format(Math.trunc(seconds / size), unit);
}
