import { link, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode, systemErrorOf } from './system-errors.js';

/** A file to be written, whole or not at all: also after a crash, nobody sees half of it. */
export interface WholeFile {
  readonly path: string;
  /** A name of nobody else's in the same folder, under which the file is written first. */
  readonly temporary: string;
  readonly body: string | Uint8Array;
  /** Of the file, whatever the umask is; 0600 by default. */
  readonly mode?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Creates a file: written under its temporary name, flushed, hard-linked to its place,
 * the folder flushed.
 *
 * @throws the system's errors, among them `link`'s: EEXIST where the file is there already
 */
export async function createFile(file: WholeFile): Promise<void> {
  const { path, temporary } = file;
  try {
    await place(file, () => link(temporary, path));
  } finally {
    await rm(temporary, { force: true });
  }
  // From here on the file exists: an abort must not keep it from the disk.
  await syncFolder(dirname(path));
}

/**
 * Puts a file in the place of another, if there is one: written under its temporary name,
 * flushed, renamed, the folder flushed.
 *
 * @throws the system's errors
 */
export async function replaceFile(file: WholeFile): Promise<void> {
  const { path, temporary } = file;
  try {
    await place(file, () => rename(temporary, path));
  } catch (e) {
    await rm(temporary, { force: true });
    throw e;
  }
  await syncFolder(dirname(path));
}

/** How often a temporary file may be swept away under its writer before something is wrong. */
const MAX_SWEPT = 20;

// Whoever removes a secret sweeps away every unfinished file of it (`removeLeftovers`), a living writer's
// too: that one finds its file gone when it comes to put it in its place, and writes it again.
async function place({ temporary, body, mode, signal }: WholeFile, put: () => Promise<void>): Promise<void> {
  for (let swept = 0; ; swept++) {
    signal?.throwIfAborted();
    await writeNew(temporary, body, mode);
    signal?.throwIfAborted();
    try {
      await put();
      return;
    } catch (e) {
      // Where the folder is what is gone, the next attempt fails to open the file.
      if (swept === MAX_SWEPT || systemErrorOf(e)?.code !== 'ENOENT') throw e;
    }
  }
}

async function writeNew(path: string, body: string | Uint8Array, mode: number | undefined): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(body);
    if (mode !== undefined) await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const CANT_OPEN: ReadonlySet<string | undefined> = new Set(['EISDIR', 'EPERM', 'EACCES']);

// What file systems that flush no folders answer.
const CANT_FLUSH: ReadonlySet<string | undefined> = new Set(['EINVAL', 'ENOTSUP']);

/** Flushes a folder's entries to the disk, where the system can. */
export async function syncFolder(path: string): Promise<void> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (e) {
    // Windows opens no folders (it keeps their entries safe by its journal); one that may be written and
    // not read is not opened anywhere.
    if (CANT_OPEN.has(systemCode(e))) return;
    throw e;
  }
  try {
    await handle.sync();
  } catch (e) {
    if (!CANT_FLUSH.has(systemCode(e))) throw e;
  } finally {
    await handle.close();
  }
}

/** Flushes the folders above `folder`, up to `top`: the entries of what was made there. */
export async function syncFoldersAbove(folder: string, top: string): Promise<void> {
  for (let path = folder; path !== top;) {
    path = dirname(path);
    await syncFolder(path);
  }
}
