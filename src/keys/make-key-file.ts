import { dirname } from 'node:path';
import { LazycredError } from '../errors.js';
import { createFile, syncFolder, syncFoldersAbove } from '../files/durable.js';
import { makeFolder } from '../files/make-folder.js';
import { systemCode } from '../files/system-errors.js';
import { printable } from '../text/printable.js';
import { keyFileError, readKeyFile, removeTwins, twinOf, type KeyFile } from './key-file.js';

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
  const temporary = twinOf(file.path);
  const body = randomLine(file, random);
  try {
    const made = await makeFolder(folder);
    // A power cut must not take the folder with the key in it.
    if (made !== undefined) await syncFoldersAbove(folder, dirname(made));
    await createUnlessThere(file.path, temporary, body);
    await removeTwins(file.path);
  } catch (e) {
    throw keyFileError(e, file, 'make');
  } finally {
    body.fill(0);
  }
}

async function createUnlessThere(path: string, temporary: string, body: Uint8Array): Promise<void> {
  try {
    await createFile({ path, temporary, body });
  } catch (e) {
    // Somebody else made it first: that file counts.
    if (systemCode(e) !== 'EEXIST') throw e;
    // Also by the losers of the race: what they wrap next must not outlive the key in a power cut.
    await syncFolder(dirname(path));
  }
}

function randomLine(file: KeyFile, random: (n: number) => Buffer): Buffer {
  const bytes = random(file.bytes);
  const line = Buffer.from(`${bytes.toString('base64')}\n`, 'latin1');
  bytes.fill(0);
  return line;
}
