import { isLazycredError } from '../errors.js';

/**
 * Reads a piece of something larger; a failure's message begins with where that piece stands.
 *
 * @param where asked only on a failure: `line 3: `
 * @throws what `read` throws
 */
export function readAt<T>(where: () => string, read: () => T): T {
  try {
    return read();
  } catch (e) {
    throw isLazycredError(e) ? e.with({ message: `${where()}${e.message}` }) : e;
  }
}
