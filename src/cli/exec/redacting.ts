import { setTimeout as sleep } from 'node:timers/promises';
import type { Readable, Writable } from 'node:stream';
import { LazycredError } from '../../errors.js';
import { codeOf } from '../../files/system-errors.js';
import { Redactor } from './redactor.js';

/** After the program's end, what others still write to its pipes is awaited until they are silent so long, in milliseconds. */
const SILENCE_MS = 200;

/** How often it is looked whether they are silent. */
const LOOK_MS = 10;

/**
 * After so many looks at a stream that flows, two seconds at least, nothing more of the program's own is in it: who
 * still writes then goes on without end.
 */
const MOST_LOOKS = 200;

/** One of a program's outputs on its way to the same one of this process. */
export interface Redacted {
  /**
   * Waits for what is still on its way, and writes what was held back.
   *
   * @throws ERR_UNAVAILABLE where something could not be written (a full disk)
   */
  drain(): Promise<void>;
}

/**
 * Copies a stream with the patterns masked, in order, and no faster than it is read at the other end. When that
 * is closed, or can't be written to, so is the program's end: it gets EPIPE, as without this command.
 */
export function redacting(from: Readable, to: Writable, patterns: readonly Uint8Array[]): Redacted {
  const redactor = new Redactor(patterns);
  let last = performance.now();
  let ended = false;
  let failure: LazycredError | undefined;
  const close = (): void => {
    ended = true;
    from.destroy();
  };
  to.on('error', (e) => {
    const code = codeOf(e) ?? '';
    if (code !== 'EPIPE' && code !== 'ECONNRESET') {
      failure ??= new LazycredError('ERR_UNAVAILABLE', `its output can't be written (${code})`, { cause: e });
    }
    close();
  });
  from.on('data', (chunk: Buffer) => {
    last = performance.now();
    if (!to.write(redactor.push(chunk))) {
      from.pause();
      to.once('drain', () => from.resume());
    }
  });
  from.once('end', () => (ended = true));
  from.once('error', close);
  return {
    drain: async () => {
      // Somebody else may hold the pipe open for ever: a program that went on in the background.
      for (let looks = 0; !ended && looks < MOST_LOOKS; await sleep(LOOK_MS)) {
        if (from.isPaused()) continue;
        if (performance.now() - last >= SILENCE_MS) break;
        looks++;
      }
      from.destroy();
      const rest = redactor.end();
      if (to.writable) await new Promise<void>((resolve) => to.write(rest, () => resolve()));
      if (failure !== undefined) throw failure;
    },
  };
}
