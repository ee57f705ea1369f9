import { readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from './durable.js';
import { systemCode } from './system-errors.js';

/** A file that a write left unfinished, and why it could not be removed. */
export interface Remaining {
  readonly path: string;
  /** The system's error. */
  readonly error: unknown;
}

/** Tells by its name alone whether a file is one that is still being written, or was when its writer was killed. */
export type IsUnfinished = (file: string) => boolean;

/** Names of unfinished files: hexadecimal digits of the writer's own between two texts. */
export function between(before: string, after = ''): IsUnfinished {
  return (file) =>
    file.startsWith(before) &&
    file.endsWith(after) &&
    /^[0-9a-f]{12,32}$/u.test(file.slice(before.length, file.length - after.length));
}

/**
 * Removes from a folder what killed writers left, whatever its age, and flushes the folder: each such
 * file may hold a whole secret. A living writer whose file goes writes it again (`createFile`,
 * `replaceFile`), so that no age has to tell the living from the dead.
 *
 * @returns what could not be removed, for the caller to tell or to leave; none where there is no folder
 * @throws the system's error where the folder can't be read
 */
export async function removeLeftovers(
  folder: string,
  isUnfinished: IsUnfinished,
): Promise<readonly Remaining[]> {
  const remaining: Remaining[] = [];
  let removed = 0;
  for (const file of (await filesIn(folder)).filter(isUnfinished)) {
    const path = join(folder, file);
    try {
      await unlink(path);
      removed++;
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
      if (systemCode(error) !== 'ENOENT') remaining.push({ path, error });
    }
  }
  if (removed > 0) await syncFolder(folder);
  return remaining;
}

/** As {@link removeLeftovers}, before or after a write that must not fail because of what another one left. */
export async function tidyLeftovers(folder: string, isUnfinished: IsUnfinished): Promise<void> {
  try {
    await removeLeftovers(folder, isUnfinished);
  } catch (e) {
    // A folder that may be written and not read: its leftovers can't be known.
    if (systemCode(e) === undefined) throw e;
  }
}

async function filesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (e) {
    // A name that is too long for the file system was never stored on it.
    if (systemCode(e) === 'ENOENT' || systemCode(e) === 'ENAMETOOLONG') return [];
    throw e;
  }
}
