import { LazycredError } from '../errors.js';

// By what an error carries, not by its class: where a host runs this in a context of its own (vm), the
// errors of `node:fs` are of another realm's `Error`.

/** The code of an error of Node's own: `ENOENT`, `ERR_INVALID_ARG_VALUE`; undefined for ours, and for errors without one. */
export function codeOf(e: unknown): string | undefined {
  if (typeof e !== 'object' || e === null || e instanceof LazycredError || !('code' in e)) return undefined;
  return typeof e.code === 'string' ? e.code : undefined;
}

/** A failed system call as Node throws it. */
export interface SystemError {
  /** By errno(3): `ENOENT`. */
  readonly code: string;
  /** The call: `open`. */
  readonly syscall: string;
  readonly message: string;
}

/** The failed system call that an error tells of; undefined for every other error. */
export function systemErrorOf(e: unknown): SystemError | undefined {
  const code = codeOf(e);
  if (code === undefined || !/^E[A-Z0-9]+$/u.test(code)) return undefined;
  const { syscall, message } = e as { syscall?: unknown; message?: unknown };
  return typeof syscall === 'string' && typeof message === 'string' ? { code, syscall, message } : undefined;
}

/** The code of a failed system call: `ENOENT`; undefined for every other error. */
export function systemCode(e: unknown): string | undefined {
  return systemErrorOf(e)?.code;
}
