import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { lstat, open, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, basename } from 'node:path';
import { LazycredError, type ErrorCode } from '../../errors.js';
import { replaceFile } from '../../files/durable.js';
import { between, tidyLeftovers } from '../../files/leftovers.js';
import { systemCode } from '../../files/system-errors.js';
import { quote } from '../../text/printable.js';
import { DEFAULT_MAX_VALUE_BYTES } from '../../record.js';

/**
 * The absolute path of what a person wrote.
 * @throws ERR_USAGE for a relative path where the current folder is gone, or an empty one
 */
export function pathOf(text: string, cwd: string): string {
  if (text === '') throw new LazycredError('ERR_USAGE', 'the name of a file is empty');
  if (isAbsolute(text)) return text;
  if (cwd === '') throw new LazycredError('ERR_USAGE', 'the current folder is gone, give an absolute path');
  return join(cwd, text);
}

/** What messages call the file of `@FILE`: where it isn't there, its name may be a value that begins with `@`. */
export const AT_FILE = 'the file that @ names';

/**
 * The bytes of a file, or of a pipe (`<(…)`), `limit` at most.
 *
 * @param shown what messages call it
 * @throws ERR_USAGE, ERR_ACCESS, ERR_UNAVAILABLE
 */
export async function readFileUpTo(path: string, limit: number, shown = quote(path)): Promise<Buffer> {
  try {
    const handle = await open(path, constants.O_RDONLY);
    try {
      const parts: Buffer[] = [];
      let length = 0;
      for (;;) {
        const { bytesRead, buffer } = await handle.read(Buffer.alloc(64 * 1024));
        if (bytesRead === 0) return Buffer.concat(parts);
        parts.push(buffer.subarray(0, bytesRead));
        length += bytesRead;
        if (length > limit) throw tooLarge(limit);
      }
    } finally {
      await handle.close();
    }
  } catch (e) {
    throw failedOn(e, `cannot read ${shown}`);
  }
}

/** Whether two paths lead to one file, also by links; not where one of them leads to none. */
export async function isSameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map((path) => stat(path, { bigint: true }).catch(absent)));
  return a !== undefined && a.dev === b?.dev && a.ino === b.ino;
}

/** ERR_USAGE for what went on beyond `limit` bytes. */
export function tooLarge(limit: number): LazycredError {
  const what = limit === DEFAULT_MAX_VALUE_BYTES ? 'the value' : 'the file';
  const most = limit === DEFAULT_MAX_VALUE_BYTES ? 'the most that can be stored' : 'the most that is read';
  return new LazycredError('ERR_USAGE', `${what} is larger than ${limit} bytes, ${most}`);
}

/** How a file is written. */
export interface WriteFileOptions {
  /** Whatever the umask is; 0600 by default. */
  readonly mode?: number | undefined;
  /** The hint where a link, a folder or a device is in its place. */
  readonly otherWay?: string | undefined;
  /** The hint where the file is mounted by itself, as `docker -v FILE:FILE` does, so that no other takes its place. */
  readonly mountedWay?: string | undefined;
}

const OTHER_WAY = 'without -o it goes to stdout, which can be redirected into FILE';
const MOUNTED_WAY = 'it is mounted by itself: mount the folder that it is in';

/**
 * Writes a file of mode 0600, whole or not at all: a new file takes the place of an old one.
 * Symbolic links and whatever is not a plain file are refused, not followed nor replaced.
 *
 * @throws ERR_USAGE, ERR_ACCESS, ERR_UNAVAILABLE, naming the file
 */
export async function writePrivateFile(
  path: string,
  data: Uint8Array,
  o: WriteFileOptions = {},
): Promise<void> {
  const what = `cannot write ${quote(path)}`;
  const folder = dirname(path);
  // What a killed run left holds the whole of what it wrote, and goes before the same is written again.
  const [before, after] = [`.${basename(path).slice(0, 100)}.`, '.tmp'] as const;
  const temporary = join(folder, before + randomBytes(12).toString('hex') + after);
  try {
    refuseOther(await lstat(path).catch(absent), what, o.otherWay ?? OTHER_WAY);
    await tidyLeftovers(folder, between(before, after));
    await replaceFile({ path, temporary, body: data, mode: o.mode });
  } catch (e) {
    throw failedOn(e, what, systemCode(e) === 'EBUSY' ? (o.mountedWay ?? MOUNTED_WAY) : undefined);
  }
}

/**
 * Writes into the file that is there, for one that no other can take the place of. Who is killed meanwhile leaves
 * a part of it. The mode is set first, so that nobody reads what they may not; where there is no file, or one
 * that is refused there, as {@link writePrivateFile}.
 *
 * @throws ERR_USAGE, ERR_ACCESS, ERR_UNAVAILABLE, naming the file
 */
export async function writeInPlace(path: string, data: Uint8Array, mode: number): Promise<void> {
  const found = await lstat(path).catch(absent);
  if (found?.isFile() !== true) return writePrivateFile(path, data, { mode });
  try {
    // Not followed: a link may have taken its place since.
    const handle = await open(path, constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0));
    try {
      if (((await handle.stat()).mode & 0o777) !== mode) await handle.chmod(mode);
      await handle.truncate();
      await handle.writeFile(data);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (e) {
    throw failedOn(e, `cannot write ${quote(path)}`);
  }
}

/**
 * Appends lines to a text file, which is made with mode 0600 where there is none; on a line of their own, also after
 * a last line that nobody ended.
 *
 * @throws ERR_USAGE, ERR_ACCESS, ERR_UNAVAILABLE, naming the file
 */
export async function appendToFile(path: string, lines: Uint8Array): Promise<void> {
  try {
    const handle = await open(path, 'a+', 0o600);
    try {
      const { size } = await handle.stat();
      const last = Buffer.alloc(1);
      if (size > 0) await handle.read(last, 0, 1, size - 1);
      const isEnded = size === 0 || last.toString() === '\n';
      await handle.appendFile(isEnded ? lines : Buffer.concat([Buffer.from('\n'), lines]));
    } finally {
      await handle.close();
    }
  } catch (e) {
    throw failedOn(e, `cannot write ${quote(path)}`);
  }
}

function refuseOther(found: Stats | undefined, what: string, otherWay: string): void {
  if (found === undefined || found.isFile()) return;
  const kind = found.isSymbolicLink()
    ? 'a symbolic link, which is not followed'
    : found.isDirectory()
      ? 'a folder'
      : 'not a plain file';
  throw new LazycredError('ERR_USAGE', `${what}: it is ${kind}`, {
    hint: found.isDirectory() ? undefined : otherWay,
  });
}

function absent(e: unknown): undefined {
  if (systemCode(e) === undefined) throw e;
  return undefined;
}

// By errno(3): what the user may not do, what they got wrong, and what the machine can't.
const CODES: Readonly<Record<string, ErrorCode>> = {
  EACCES: 'ERR_ACCESS',
  EPERM: 'ERR_ACCESS',
  EROFS: 'ERR_ACCESS',
  ENOSPC: 'ERR_UNAVAILABLE',
  EDQUOT: 'ERR_UNAVAILABLE',
  EIO: 'ERR_UNAVAILABLE',
  EMFILE: 'ERR_UNAVAILABLE',
};
const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  ENOSPC: 'no space left',
  EBUSY: 'it is in use',
};

function failedOn(e: unknown, what: string, hint?: string): unknown {
  const code = systemCode(e);
  if (code === undefined) return e;
  return new LazycredError(CODES[code] ?? 'ERR_USAGE', `${what}: ${WORDS[code] ?? code}`, { hint, cause: e });
}
