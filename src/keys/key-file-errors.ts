import { LazycredError } from '../errors.js';
import { printable } from '../text/printable.js';

// What the person can do something about; anything else is the system's trouble, perhaps passing.
const REFUSED: ReadonlySet<string> = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'EEXIST',
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'ELOOP',
  'ENAMETOOLONG',
  'ENXIO',
]);

/** What a message says of a key file. */
interface NamedFile {
  readonly path: string;
  /** What it is: `local key`. */
  readonly what: string;
}

/** One of our errors for a failed system call; what isn't one passes through. */
export function fileError(e: unknown, file: NamedFile, action: 'read' | 'make'): unknown {
  const errno = codeOf(e);
  if (e instanceof LazycredError || errno === undefined) return e;
  const code = REFUSED.has(errno) ? 'ERR_ACCESS' : 'ERR_UNAVAILABLE';
  return new LazycredError(code, `cannot ${action} the ${file.what} ${printable(file.path)}: ${errno}`, {
    location: file.path,
    hint: code === 'ERR_ACCESS' ? 'check that you own the file and its folder' : undefined,
    cause: e,
  });
}

/** The file is there, but must not be used. */
export function refusal(file: NamedFile, why: string, hint?: string): LazycredError {
  return new LazycredError('ERR_ACCESS', `the ${file.what} ${printable(file.path)} ${why}`, {
    location: file.path,
    hint,
  });
}

/** Whether `e` is the system's (or Node's) error of this code. */
export function isErrno(e: unknown, code: string): boolean {
  return codeOf(e) === code;
}

function codeOf(e: unknown): string | undefined {
  // By shape: a host that runs this in a context of its own (vm) has another `Error` than node:fs.
  const code = typeof e === 'object' && e !== null && 'code' in e ? e.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
