import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from './system-errors.js';

/**
 * Makes a folder, and those above it that are missing, with mode 0700; one that is there stays as it is.
 *
 * Not by `mkdir`'s own `recursive`: Node 20 never returns from that, and keeps a core busy, where a
 * folder says ENOENT to whoever makes another in it, though it exists itself (/proc, automounters).
 *
 * @param path absolute
 * @returns the topmost folder made; undefined when there was nothing to make
 * @throws the system's error, as `mkdir` does
 */
export async function makeFolder(path: string): Promise<string | undefined> {
  try {
    return await makeOne(path);
  } catch (e) {
    const parent = dirname(path);
    if (systemCode(e) !== 'ENOENT' || parent === path) throw e;
    const topmost = await makeFolder(parent);
    // Once more and no oftener: a parent that is there now and still says ENOENT takes no folders.
    const made = await makeOne(path);
    return topmost ?? made;
  }
}

async function makeOne(path: string): Promise<string | undefined> {
  try {
    await mkdir(path, { mode: 0o700 });
    return path;
  } catch (e) {
    // Not only EEXIST: of a root or a read-only disk, systems say other things first.
    if (systemCode(e) !== 'ENOENT' && (await isFolder(path))) return undefined;
    throw e;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (e) {
    // The caller throws what `mkdir` said.
    if (systemCode(e) !== undefined) return false;
    throw e;
  }
}
