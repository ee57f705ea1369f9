import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { LazycredError } from '../../errors.js';
import { fieldsOf } from '../../record/body.js';
import { printable } from '../../text/printable.js';
import type { SecretName } from '../../record/names.js';
import type { Fields } from '../../record.js';
import { fileError } from '../../files/file-error.js';
import { systemCode } from '../../files/system-errors.js';

/** Largest file that is written or read as a record, in bytes: well over a value of 256 KiB in base64 with its header. */
export const MAX_FILE_BYTES = 1024 * 1024;

/** A record's file as read: its fields, or what is known of it without reading. */
export interface RecordFile {
  /** Size in bytes. */
  readonly size: number;
  readonly modified: Date;
  /** Reads and parses the whole file. */
  fields(): Promise<Fields>;
}

/**
 * Opens a record's file for `use`, and closes it after.
 *
 * @returns undefined when there is no such file
 * @throws ERR_INTEGRITY when it is not a regular file (symbolic links are not followed), is larger
 *   than {@link MAX_FILE_BYTES} or is not a flat JSON object of strings; else as {@link fileError}
 */
export async function withRecord<T>(
  path: string,
  name: SecretName,
  use: (file: RecordFile) => Promise<T>,
): Promise<T | undefined> {
  const damaged = (why: string, cause?: unknown): LazycredError =>
    new LazycredError('ERR_INTEGRITY', `${printable(path)} is not a record: ${why}`, {
      name,
      location: path,
      cause,
    });
  let handle: FileHandle;
  try {
    // O_NONBLOCK: a FIFO in a record's place must not hold the reader up. Both are absent on Windows.
    handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (e) {
    const code = systemCode(e);
    // A name that is too long for the file system was never stored on it.
    if (code === 'ENOENT' || code === 'ENAMETOOLONG') return undefined;
    // ENXIO: a socket. ELOOP: what O_NOFOLLOW says of a link (EMLINK and EFTYPE on the BSDs).
    if (code === 'ELOOP' || code === 'EMLINK' || code === 'EFTYPE' || code === 'ENXIO') {
      throw damaged('it is not a regular file', e);
    }
    throw fileError(e, 'read', path, name);
  }
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw damaged('it is not a regular file');
    return await use({
      size: stat.size,
      modified: stat.mtime,
      async fields() {
        if (stat.size > MAX_FILE_BYTES) throw damaged(`it is larger than ${MAX_FILE_BYTES} bytes`);
        const body = await readUpTo(handle, stat.size);
        const fields = fieldsOf(body);
        if (fields === undefined) throw damaged('it is not a flat JSON object of strings');
        return fields;
      },
    });
  } catch (e) {
    throw fileError(e, 'read', path, name);
  } finally {
    await handle.close();
  }
}

// Never more than was asked for, whatever happens to the file meanwhile.
async function readUpTo(handle: FileHandle, size: number): Promise<Buffer> {
  const body = Buffer.alloc(size);
  let length = 0;
  while (length < size) {
    const { bytesRead } = await handle.read(body, length, size - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return body.subarray(0, length);
}
