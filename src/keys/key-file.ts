import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { platform } from 'node:os';
import { basename, dirname } from 'node:path';
import { LazycredError } from '../errors.js';
import { currentUid } from '../files/current-user.js';
import { between, tidyLeftovers } from '../files/leftovers.js';
import { codeOf, systemCode } from '../files/system-errors.js';
import { decodeBase64 } from '../text/base64.js';
import { printable } from '../text/printable.js';

/**
 * A small file of random bytes that only its owner may read: one line of base64 (RFC 4648 §4,
 * padded), with or without the newline at its end, and nothing else. Text, so that it survives
 * editors and can be copied to another machine by hand.
 */
export interface KeyFile {
  readonly path: string;
  /** How many bytes it holds once decoded. */
  readonly bytes: number;
  /** What it is, for messages: `local key`. */
  readonly what: string;
  /** The user that must own it; the current one by default. For tests. */
  readonly uid?: number | undefined;
}

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

const TWIN = { before: '.', after: '.tmp' } as const;

/** The permission bits of which none may be set: all of others', and of the group's all but reading. */
const OTHERS = 0o037;
const READ_BY_GROUP = 0o040;
const READ_BY_OTHERS = 0o004;

/**
 * The bytes in the file, or undefined when there is none. The caller zeroes them.
 *
 * @throws ERR_ACCESS when it can't be read, others may read it, another user owns it or it holds
 *   something else; ERR_UNAVAILABLE when the system fails (too many open files, a broken disk)
 */
export async function readKeyFile(file: KeyFile): Promise<Buffer | undefined> {
  let handle: FileHandle;
  try {
    // Non-blocking: opening a pipe in the file's place would otherwise wait for a writer for ever.
    handle = await open(file.path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (e) {
    if (systemCode(e) === 'ENOENT') return undefined;
    throw keyFileError(e, file, 'read');
  }
  try {
    // The open file's own status: a path could lead elsewhere by the next call.
    const status = await handle.stat();
    refuseUnlessPrivate(status, file);
    // A second name of the key itself: whoever removes the key to make its values unreadable must not keep it.
    if (status.nlink > 1) await removeTwins(file.path);
    return await readBytes(handle, file);
  } catch (e) {
    throw keyFileError(e, file, 'read');
  } finally {
    await handle.close();
  }
}

/** A name of nobody else's beside the key file, under which it is written first. */
export function twinOf(path: string): string {
  return path + TWIN.before + randomBytes(8).toString('hex') + TWIN.after;
}

/** Removes what makers that were killed left beside the key file, as far as it may be removed. */
export function removeTwins(path: string): Promise<void> {
  return tidyLeftovers(dirname(path), between(basename(path) + TWIN.before, TWIN.after));
}

function refuseUnlessPrivate(status: Stats, file: KeyFile): void {
  if (!status.isFile()) throw refusal(file, 'is not a regular file');
  // Windows keeps permissions elsewhere: Node makes these bits up there.
  if (platform() === 'win32') return;
  if ((status.mode & OTHERS) !== 0) {
    const mode = (status.mode & 0o777).toString(8).padStart(4, '0');
    // 0444 and the like: Kubernetes' default for a mounted secret is 0644.
    const mounted =
      (status.mode & READ_BY_OTHERS) === 0 ? '' : ', or in a Kubernetes volume defaultMode: 0400';
    throw refusal(file, `is open to others (mode ${mode})`, `chmod 600 ${printable(file.path)}${mounted}`);
  }
  const uid = file.uid ?? currentUid();
  // Kubernetes mounts with fsGroup: root's file, handed over to the group of whoever runs this.
  const isHandedOver = status.uid === 0 && (status.mode & READ_BY_GROUP) !== 0;
  if (uid !== undefined && status.uid !== uid && !isHandedOver) {
    throw refusal(file, `belongs to another user (uid ${status.uid})`, 'chown it to yourself if it is yours');
  }
}

async function readBytes(handle: FileHandle, file: KeyFile): Promise<Buffer> {
  const length = 4 * Math.ceil(file.bytes / 3);
  // Room for the newline and for one byte too many.
  const buffer = Buffer.alloc(length + 2);
  try {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    const end = buffer[bytesRead - 1] === 0x0a ? bytesRead - 1 : bytesRead;
    const bytes = end === length ? decodeBase64(buffer.toString('latin1', 0, end)) : undefined;
    if (bytes?.length === file.bytes) return bytes;
    bytes?.fill(0);
    throw refusal(file, `does not hold one line of ${length} characters of base64`, RESTORE);
  } finally {
    buffer.fill(0);
  }
}

const RESTORE = 'restore it from a copy; with another key, what it wrapped stays closed';

/** One of our errors for a key file that can't be read or made; what is no error of Node's passes through. */
export function keyFileError(e: unknown, file: KeyFile, action: 'read' | 'make'): unknown {
  // Node's own refusals, too: `ERR_INVALID_ARG_VALUE` for a path with a NUL.
  const reason = codeOf(e);
  if (reason === undefined) return e;
  const code = REFUSED.has(reason) ? 'ERR_ACCESS' : 'ERR_UNAVAILABLE';
  return new LazycredError(code, `cannot ${action} the ${file.what} ${printable(file.path)}: ${reason}`, {
    location: file.path,
    hint: code === 'ERR_ACCESS' ? 'check that you own the file and its folder' : undefined,
    cause: e,
  });
}

/** The file is there, but must not be used. */
function refusal(file: KeyFile, why: string, hint?: string): LazycredError {
  return new LazycredError('ERR_ACCESS', `the ${file.what} ${printable(file.path)} ${why}`, {
    location: file.path,
    hint,
  });
}
