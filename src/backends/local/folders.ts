import { compareUtf8 } from '../../text/utf8-order.js';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SecretName } from '../../record/names.js';
import { systemCode } from '../../files/system-errors.js';
import { fileError } from '../../files/file-error.js';
import { CONTINUES, decodeName, versionOf } from './names.js';

/** Begins the name of a file that is still being written. */
export const TEMPORARY = '.tmp-';

/** Whether a file of a name's folder is still being written, or was left so. */
export function isTemporary(file: string): boolean {
  return file.startsWith(TEMPORARY);
}

/** What a name's folder holds, apart from what isn't ours. */
export interface Versions {
  /** Canonical, oldest first. */
  readonly versions: readonly string[];
  /** Names of unfinished files. */
  readonly temporary: readonly string[];
}

/** The versions in a name's folder; none where there is no folder. */
export async function readVersions(folder: string, name: SecretName): Promise<Versions> {
  let entries: string[];
  try {
    entries = await readdir(folder);
  } catch (e) {
    // A name that is too long for the file system was never stored on it.
    if (systemCode(e) === 'ENOENT' || systemCode(e) === 'ENAMETOOLONG')
      return { versions: [], temporary: [] };
    throw fileError(e, 'read', folder, name);
  }
  // 19 digits each: the order of the text is that of the numbers.
  const versions = entries
    .toSorted()
    .map(versionOf)
    .filter((version) => version !== undefined);
  return { versions, temporary: entries.filter(isTemporary) };
}

/**
 * The names below a store's folder that begin with `prefix`, in the order of their UTF-8; foreign folders are
 * left out.
 *
 * @returns undefined where there is no such folder
 */
export async function readNames(
  dir: string,
  prefix: string,
  signal: AbortSignal | undefined,
): Promise<readonly SecretName[] | undefined> {
  const names: SecretName[] = [];
  const pending: (readonly string[])[] = [[]];
  for (let parents = pending.pop(); parents !== undefined; parents = pending.pop()) {
    signal?.throwIfAborted();
    const found = await readFolders(join(dir, ...parents));
    if (found === undefined && parents.length === 0) return undefined;
    for (const folder of found ?? []) {
      const folders = [...parents, folder];
      if (folder.endsWith(CONTINUES) && !/[^a-z0-9_%-]/u.test(folder.slice(0, -1))) pending.push(folders);
      const name = decodeName(folders);
      if (name?.startsWith(prefix) === true) names.push(name);
    }
  }
  return names.sort(compareUtf8);
}

async function readFolders(path: string): Promise<readonly string[] | undefined> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter((e) => e.isDirectory() || e.isSymbolicLink()).map((e) => e.name);
  } catch (e) {
    if (systemCode(e) === 'ENOENT') return undefined;
    // Which names a folder holds that can't be read, the end of a long one's too, is not known: a listing
    // without them would be a part that looks like the whole.
    throw fileError(e, 'read', path);
  }
}
