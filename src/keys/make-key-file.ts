import { randomBytes } from 'node:crypto';
import { link, open, rm } from 'node:fs/promises';
import { platform } from 'node:os';
import { dirname } from 'node:path';
import { LazycredError } from '../errors.js';
import { makeFolder } from '../files/make-folder.js';
import { printable } from '../text/printable.js';
import { fileError, isErrno } from './key-file-errors.js';
import { readKeyFile, type KeyFile } from './key-file.js';

/**
 * Makes the file (0600, its folder 0700) unless it is there, and gives the bytes that it then
 * holds. Of several makers at once one wins and the others change nothing; nobody ever sees half a
 * file. The caller zeroes them.
 *
 * @throws ERR_ACCESS where it may not be written, and as {@link readKeyFile}
 */
export async function makeKeyFile(file: KeyFile, random: (n: number) => Buffer): Promise<Buffer> {
  await create(file, random);
  const made = await readKeyFile(file);
  if (made !== undefined) return made;
  throw new LazycredError(
    'ERR_UNAVAILABLE',
    `the ${file.what} ${printable(file.path)} was removed while it was made`,
    {
      location: file.path,
    },
  );
}

async function create(file: KeyFile, random: (n: number) => Buffer): Promise<void> {
  const folder = dirname(file.path);
  // Its own randomness: an injected `random` may repeat itself.
  const temporary = `${file.path}.${randomBytes(8).toString('hex')}.tmp`;
  try {
    await makeFolder(folder);
    try {
      await writePrivate(temporary, file, random);
      await linkUnlessThere(temporary, file.path);
    } finally {
      await rm(temporary, { force: true });
    }
    // By the losers of a race too: what they wrap next must not outlive the key in a power cut.
    await syncFolder(folder);
  } catch (e) {
    throw fileError(e, file, 'make');
  }
}

async function linkUnlessThere(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (e) {
    // Somebody else made it first: theirs counts.
    if (!isErrno(e, 'EEXIST')) throw e;
  }
}

async function writePrivate(path: string, file: KeyFile, random: (n: number) => Buffer): Promise<void> {
  const bytes = random(file.bytes);
  const line = Buffer.from(`${bytes.toString('base64')}\n`, 'latin1');
  bytes.fill(0);
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(line);
    await handle.sync();
  } finally {
    line.fill(0);
    await handle.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders; its file systems keep names in order by themselves.
  if (platform() === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
