import { randomBytes } from 'node:crypto';
import { lstat, rm, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isLazycredError, LazycredError } from '../../errors.js';
import { makeFolder } from '../../files/make-folder.js';
import { versionNumber } from '../../record/versions.js';
import type { SecretName } from '../../record/names.js';
import { createFile, replaceFile, syncFolder, syncFoldersAbove } from '../../files/durable.js';
import { fileError } from '../../files/file-error.js';
import { removeLeftovers } from '../../files/leftovers.js';
import { systemCode, systemErrorOf } from '../../files/system-errors.js';
import { MAX_FILE_BYTES } from './files.js';
import { TEMPORARY, isTemporary, readVersions } from './folders.js';
import { fileOf } from './names.js';

/** Age from which an unfinished file is a crashed writer's, in milliseconds: a day. */
const STALE_MS = 24 * 60 * 60 * 1000;

// What `link()` answers where a file system has no hard links.
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** A version to be written, and where. */
export interface NewVersion {
  readonly dir: string;
  /** The folders of the name below `dir`. */
  readonly folders: readonly string[];
  readonly name: SecretName;
  /** Canonical. */
  readonly version: string;
  /** The newest version as read before. */
  readonly after: string | undefined;
  readonly body: Uint8Array;
  /** The store's, for messages. */
  readonly location: string;
  readonly signal: AbortSignal | undefined;
}

/**
 * Creates a version's file: a temporary file, flushed, then linked to its place, then the folder
 * flushed.
 *
 * Two writers that both follow version 4 both link to 5, and one of the links fails. A writer that puts 7 after 4
 * meets nobody there: that 5 exists is seen only by the look at the folder, a moment before the link.
 */
export async function writeVersion(v: NewVersion): Promise<void> {
  const folder = join(v.dir, ...v.folders);
  if (v.body.length > MAX_FILE_BYTES) {
    const message = `the record is larger than ${MAX_FILE_BYTES} bytes`;
    throw new LazycredError('ERR_USAGE', message, { name: v.name, location: v.location });
  }
  try {
    await write(v, folder);
  } catch (e) {
    throw fileError(e, 'write', folder, v.name);
  }
}

/**
 * Replaces a version's file, whole or not at all: a temporary file, flushed, renamed over it. What
 * the disk keeps of the old bytes is beyond a file system's reach.
 */
export async function overwriteVersion(
  folder: string,
  file: string,
  body: Uint8Array,
  name: SecretName,
): Promise<void> {
  try {
    await replaceFile({ path: join(folder, file), temporary: temporaryIn(folder), body });
  } catch (e) {
    throw fileError(e, 'write', folder, name);
  }
}

/** Removes a version's file, if it is there. */
export async function removeVersion(folder: string, file: string, name: SecretName): Promise<void> {
  try {
    await unlink(join(folder, file));
    await syncFolder(folder);
  } catch (e) {
    if (systemCode(e) !== 'ENOENT') throw fileError(e, 'remove', folder, name);
  }
}

/**
 * Removes every unfinished file of a name: what a killed put left holds a whole record.
 *
 * @throws ERR_ACCESS and others as {@link fileError} when one remains, naming it
 */
export async function removeUnfinished(folder: string, name: SecretName): Promise<void> {
  const remaining = await removeLeftovers(folder, isTemporary).catch((e: unknown) => {
    throw fileError(e, 'read', folder, name);
  });
  const [first] = remaining;
  if (first === undefined) return;
  const failure = fileError(first.error, 'remove', first.path, name);
  if (!isLazycredError(failure)) throw failure;
  const { code, location, hint } = failure;
  const count = remaining.length === 1 ? 'an unfinished write' : `${remaining.length} unfinished writes`;
  const message = `${count} of it may still hold a value: ${failure.message}`;
  throw new LazycredError(code, message, { name, location, hint, cause: failure });
}

async function write(v: NewVersion, folder: string): Promise<void> {
  const { versions, temporary } = await readVersions(folder, v.name);
  const newest = versions.at(-1);
  if (newest !== v.after)
    throw conflict(v, newest === undefined ? 'there is no version' : `version ${newest} is the newest`);
  if (newest !== undefined && (versionNumber(v.version) ?? 0) <= (versionNumber(newest) ?? 0)) {
    throw conflict(v, `version ${newest} is the newest`);
  }
  v.signal?.throwIfAborted();
  if (newest === undefined) await makeFolders(v.dir, folder);
  await sweep(folder, temporary);
  const path = join(folder, fileOf(v.version));
  try {
    await createFile({ path, temporary: temporaryIn(folder), body: v.body, signal: v.signal });
  } catch (e) {
    throw linkError(e, v);
  }
}

function temporaryIn(folder: string): string {
  return join(folder, TEMPORARY + randomBytes(12).toString('hex'));
}

function linkError(e: unknown, v: NewVersion): unknown {
  const failure = systemErrorOf(e);
  if (failure?.syscall !== 'link') return e;
  if (failure.code === 'EEXIST') return conflict(v, `version ${v.version} exists`, e);
  if (!NO_LINKS.has(failure.code)) return e;
  return new LazycredError('ERR_UNSUPPORTED', `the file system of ${v.location} has no hard links`, {
    name: v.name,
    location: v.location,
    hint: 'keep the store on a local disk (ext4, xfs, btrfs, APFS, NTFS) or NFS',
    cause: e,
  });
}

function conflict(v: NewVersion, why: string, cause?: unknown): LazycredError {
  const message = `version ${v.version} can't be written: ${why}`;
  return new LazycredError('ERR_CONFLICT', message, { name: v.name, location: v.location, cause });
}

// A folder must be on the disk before the version in it is. So the folders above are flushed also where another
// writer made them, who may not have flushed them yet.
async function makeFolders(dir: string, folder: string): Promise<void> {
  const made = await makeFolder(folder);
  const top = made !== undefined && made.length <= dir.length ? dirname(made) : dir;
  await syncFoldersAbove(folder, top);
}

async function sweep(folder: string, temporary: readonly string[]): Promise<void> {
  for (const entry of temporary) {
    const path = join(folder, entry);
    if (await isStale(path)) await rm(path, { force: true });
  }
}

async function isStale(path: string): Promise<boolean> {
  try {
    return Date.now() - (await lstat(path)).mtimeMs > STALE_MS;
  } catch (e) {
    if (systemCode(e) === 'ENOENT') return false;
    throw e;
  }
}
