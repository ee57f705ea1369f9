import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
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

/** ERR_USAGE for what went on beyond `limit` bytes. */
export function tooLarge(limit: number): LazycredError {
  const what = limit === DEFAULT_MAX_VALUE_BYTES ? 'the value' : 'the file';
  const most = limit === DEFAULT_MAX_VALUE_BYTES ? 'the most that can be stored' : 'the most that is read';
  return new LazycredError('ERR_USAGE', `${what} is larger than ${limit} bytes, ${most}`);
}

/**
 * Writes a file of mode 0600, whole or not at all: a new file takes the place of an old one.
 * Symbolic links and whatever is not a plain file are refused, not followed nor replaced.
 *
 * @param otherWay the hint where it is refused
 * @throws ERR_USAGE, ERR_ACCESS, ERR_UNAVAILABLE, naming the file
 */
export async function writePrivateFile(
  path: string,
  data: Uint8Array,
  otherWay = 'without -o it goes to stdout, which can be redirected into FILE',
): Promise<void> {
  const what = `cannot write ${quote(path)}`;
  const folder = dirname(path);
  // What a killed run left holds the whole of what it wrote, and goes before the same is written again.
  const [before, after] = [`.${basename(path).slice(0, 100)}.`, '.tmp'] as const;
  const temporary = join(folder, before + randomBytes(12).toString('hex') + after);
  try {
    refuseOther(await lstat(path).catch(absent), what, otherWay);
    await tidyLeftovers(folder, between(before, after));
    await replaceFile({ path, temporary, body: data });
  } catch (e) {
    throw failedOn(e, what);
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
};

function failedOn(e: unknown, what: string): unknown {
  const code = systemCode(e);
  if (code === undefined) return e;
  return new LazycredError(CODES[code] ?? 'ERR_USAGE', `${what}: ${WORDS[code] ?? code}`, { cause: e });
}
