import { tooLarge } from './files.js';
import { LazycredError } from '../../errors.js';
import { systemCode } from '../../files/system-errors.js';

/**
 * All of stdin, `limit` bytes at most.
 *
 * @param otherWays the hint where it can't be read
 * @throws ERR_USAGE
 */
export async function readStdin(signal: AbortSignal, limit: number, otherWays: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  const stop = (): void => void process.stdin.destroy(signal.reason as Error);
  signal.throwIfAborted();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const part of process.stdin as AsyncIterable<Buffer>) {
      parts.push(part);
      length += part.length;
      if (length > limit) throw tooLarge(limit);
    }
  } catch (e) {
    const code = systemCode(e);
    if (code === undefined) throw e;
    throw new LazycredError('ERR_USAGE', `cannot read stdin (${code})`, {
      hint: otherWays,
      cause: e,
    });
  } finally {
    signal.removeEventListener('abort', stop);
  }
  return Buffer.concat(parts);
}
