import { LazycredError } from '../errors.js';

// By what they carry, not by class: an error of Node's own may stem from another realm.
export function codeOf(e: unknown): unknown {
  return typeof e === 'object' && e !== null && 'code' in e ? e.code : undefined;
}

/** The code of a system error: `ENOENT`; undefined for every other. */
export function errno(e: unknown): string | undefined {
  const code = e instanceof LazycredError ? undefined : codeOf(e);
  return typeof code === 'string' && /^E[A-Z0-9]+$/u.test(code) ? code : undefined;
}

/** A failed system call as Node throws it: by shape, since it may come from another realm. */
interface SystemFailure {
  readonly code: string;
  readonly message: string;
}

export function systemFailure(e: unknown): SystemFailure | undefined {
  if (typeof e !== 'object' || e === null || !('syscall' in e)) return undefined;
  const { code, message } = e as { code?: unknown; message?: unknown };
  return typeof code === 'string' && typeof message === 'string' ? { code, message } : undefined;
}

/** The code of a failed system call (`ENOENT`), undefined for any other failure. */
export function systemCode(e: unknown): string | undefined {
  return systemFailure(e)?.code;
}
