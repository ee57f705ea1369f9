import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { systemCode } from './system-errors.js';

/** Writes a new file with mode 0600 and flushes it to the disk; it must not exist yet. */
export async function writeNew(path: string, body: string): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(body);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Flushes a folder's entries to the disk, where the system can. */
export async function syncFolder(path: string): Promise<void> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (e) {
    // Windows opens no folders (it keeps their entries safe by its journal).
    if (systemCode(e) === 'EISDIR' || systemCode(e) === 'EPERM') return;
    throw e;
  }
  try {
    await handle.sync();
  } catch (e) {
    // What file systems that don't do this answer.
    if (systemCode(e) !== 'EINVAL' && systemCode(e) !== 'ENOTSUP') throw e;
  } finally {
    await handle.close();
  }
}
