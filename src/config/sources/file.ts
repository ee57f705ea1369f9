import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { platform } from 'node:os';
import { LazycredError } from '../../errors.js';
import { unfit } from '../../text/unfit.js';
import { codeOf, systemCode } from '../../files/system-errors.js';
import { shellWord } from '../../text/printable.js';

/** Largest config file, in bytes: far more than settings need, and too little for a bomb of YAML anchors. */
export const MAX_CONFIG_BYTES = 64 * 1024;

/** A file as read: one open, so that what was checked is what was read. */
export interface FileText {
  readonly text: string;
  /** SHA-256 of the bytes, hex. */
  readonly digest: string;
  readonly stat: Stats;
}

/**
 * Reads a text file of at most `limit` bytes; undefined when it is absent. `pipes`: a pipe will do
 * (`--config <(…)`), and is waited for.
 *
 * @throws ERR_CONFIG when it is there but can't be read, is too large, or not UTF-8
 */
export async function readConfigText(
  file: string,
  limit: number,
  pipes = false,
): Promise<FileText | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(file, pipes ? constants.O_RDONLY : constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (e) {
    if (systemCode(e) === 'ENOENT' || systemCode(e) === 'ENOTDIR') return undefined;
    throw unreadable(e);
  }
  try {
    const stat = await handle.stat();
    if (!stat.isFile() && !(pipes && stat.isFIFO())) unfit('is not a file');
    const bytes = await readUpTo(handle, limit);
    return { text: decode(bytes), digest: createHash('sha256').update(bytes).digest('hex'), stat };
  } catch (e) {
    if (systemCode(e) !== undefined) throw unreadable(e);
    throw e;
  } finally {
    await handle.close();
  }
}

async function readUpTo(handle: FileHandle, limit: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(16 * 1024));
    if (bytesRead === 0) return Buffer.concat(parts);
    parts.push(buffer.subarray(0, bytesRead));
    length += bytesRead;
    if (length > limit) unfit(`is larger than ${limit / 1024} KiB`);
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (e) {
    if (codeOf(e) === 'ERR_ENCODING_INVALID_ENCODED_DATA') return unfit('is not UTF-8 text');
    throw e;
  }
}

/** ERR_CONFIG for a file that is there and can't be read. */
export function unreadable(e: unknown): unknown {
  const code = systemCode(e);
  if (code === undefined) return e;
  if (code === 'ENOENT') return new LazycredError('ERR_CONFIG', 'is a link that leads nowhere', { cause: e });
  const denied = code === 'EACCES' || code === 'EPERM';
  const hint = denied ? ({ code: 'other-config-file' } as const) : undefined;
  return new LazycredError('ERR_CONFIG', `can not be read (${code})`, { hint, cause: e });
}

const WRITABLE_BY_ALL = 0o002;

/**
 * Refuses a file that anybody may write to. Windows has no mode in this sense.
 *
 * @throws ERR_CONFIG
 */
export function refuseWritable(stat: Pick<Stats, 'mode' | 'isFile'>, file: string): void {
  if (platform() === 'win32') return;
  // A pipe's mode says nothing: it belongs to the one who opened it.
  if (stat.isFile() && (stat.mode & WRITABLE_BY_ALL) !== 0) {
    unfit('anybody may write to this file, so it is not read', `chmod o-w ${shellWord(file)}`);
  }
}

/**
 * Refuses a file that somebody else may have written: anybody may write to it, or it belongs to
 * neither `uid` nor root. Windows has neither mode nor owner in this sense.
 *
 * @param uid the user's; undefined when unknown, so that only root's files will do
 * @throws ERR_CONFIG
 */
export function refuseForeign(
  stat: Pick<Stats, 'mode' | 'uid' | 'isFile'>,
  file: string,
  uid: number | undefined,
): void {
  refuseWritable(stat, file);
  if (platform() === 'win32' || stat.uid === 0 || stat.uid === uid) return;
  const chown = `chown ${uid === undefined ? 'root' : String(uid)} ${shellWord(file)}`;
  unfit(`belongs to another user (${stat.uid}), so it is not read`, { code: 'foreign-file', file, chown });
}
