import { LazycredError, type ErrorCode } from '../errors.js';
import { printable } from '../text/printable.js';
import { systemErrorOf } from './system-errors.js';

// What a file system says and what that means for a store's folder; anything else (ENOSPC, EIO, EMFILE, …) may pass.
const BY_CODE: Readonly<Record<string, ErrorCode>> = {
  EACCES: 'ERR_ACCESS',
  EPERM: 'ERR_ACCESS',
  EROFS: 'ERR_ACCESS',
  ENOTDIR: 'ERR_CONFIG',
  EEXIST: 'ERR_CONFIG',
  ELOOP: 'ERR_CONFIG',
  ENAMETOOLONG: 'ERR_USAGE',
};

const HINTS: Partial<Record<ErrorCode, string>> = {
  ERR_ACCESS: 'check who owns the folder and what its mode allows',
  ERR_CONFIG: 'the store must be a folder, and so must everything above it',
};

/**
 * One of our errors for a system call that failed on a store's folder or a file in it: ERR_ACCESS,
 * ERR_CONFIG, ERR_USAGE (the name is too long for this file system) or ERR_UNAVAILABLE. Everything else
 * passes through.
 *
 * @param action what can't be done: `read`
 * @param name the secret's, where it is about one
 */
export function fileError(e: unknown, action: string, path: string, name?: string): unknown {
  const failure = systemErrorOf(e);
  if (failure === undefined) return e;
  const code = BY_CODE[failure.code] ?? 'ERR_UNAVAILABLE';
  // Node's text is `ENOSPC: no space left on device, write '…'`: the path is said once, by us.
  const why = printable(failure.message.split(',', 1)[0] ?? failure.code);
  return new LazycredError(code, `cannot ${action} ${printable(path)}: ${why}`, {
    name,
    location: path,
    hint: HINTS[code],
    cause: e,
  });
}
