import { stat } from 'node:fs/promises';
import { platform } from 'node:os';
import { LazycredError } from '../errors.js';
import { fileError } from '../files/file-error.js';
import { makeFolder } from '../files/make-folder.js';
import { systemCode } from '../files/system-errors.js';
import { printable } from '../text/printable.js';
import type { SetupRun, SetupStep } from './steps.js';

/** Bits of a folder's mode that let others in. */
const OTHERS = 0o077;

/**
 * Makes the folder of a file store with mode 0700, and those above it; one that is there is described.
 *
 * @throws ERR_CONFIG when it is not a folder; ERR_ACCESS, ERR_UNAVAILABLE
 */
export async function setUpFolder(o: SetupRun & { readonly dir: string }): Promise<SetupStep[]> {
  const what = `folder ${printable(o.dir)}`;
  o.signal?.throwIfAborted();
  const found = await modeOf(o.dir);
  if (found === undefined) {
    if (!o.dryRun) await make(o.dir);
    return [{ what, action: 'make', detail: 'mode 0700: yours alone', cost: '' }];
  }
  const steps: SetupStep[] = [{ what, action: 'none', detail: 'exists', cost: '' }];
  // Windows' access is not in the mode.
  if ((found & OTHERS) !== 0 && platform() !== 'win32') {
    const detail = `others may enter it; closed with: chmod 700 ${printable(o.dir)}`;
    steps.push({ what: `mode of ${what}`, action: 'none', detail, cost: '' });
  }
  return steps;
}

async function make(dir: string): Promise<void> {
  try {
    await makeFolder(dir);
  } catch (e) {
    throw fileError(e, 'make', dir);
  }
}

async function modeOf(dir: string): Promise<number | undefined> {
  try {
    const found = await stat(dir);
    if (found.isDirectory()) return found.mode;
  } catch (e) {
    if (systemCode(e) === 'ENOENT') return undefined;
    throw fileError(e, 'read', dir);
  }
  throw new LazycredError('ERR_CONFIG', `${printable(dir)} is not a folder`, {
    location: dir,
    hint: 'the store must be a folder, and so must everything above it',
  });
}
