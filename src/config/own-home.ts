import { stat } from 'node:fs/promises';
import { dirname, sep } from 'node:path';
import { LazycredError } from '../errors.js';
import { currentUid } from '../files/current-user.js';
import { systemCode } from '../files/system-errors.js';
import { dataFolder, homeFolder, type Surroundings } from '../files/user-folders.js';
import { printable } from '../text/printable.js';
import type { Settings } from './settings.js';

const HINT = 'set HOME to your own home folder (sudo -H), or name the store and key files by absolute paths';

/**
 * Refuses a home that isn't there or is another user's, where a store or key lies in the data folder below
 * it: root with a user's HOME would leave folders there that shut the user out.
 *
 * @param uid the user; the current one by default. For tests
 * @throws ERR_CONFIG
 */
export async function refuseStrangeHome(
  settings: Pick<Settings, 'store' | 'keys' | 'decryptKeys'>,
  around: Surroundings,
  uid = currentUid(),
): Promise<void> {
  const home = homeFolder(around);
  // -1: Windows, where users have no numbers.
  if (home === undefined || uid === undefined || uid < 0) return;
  const data = dataFolder(around);
  if (!isBelow(data, home)) return;
  const { store, keys, decryptKeys } = settings;
  const paths = [store, ...keys, ...decryptKeys].flatMap((part) => Object.values(part) as unknown[]);
  if (!paths.some((path) => typeof path === 'string' && isBelow(path, data))) return;
  await refuseHome(home, data, uid);
}

/**
 * Refuses to make or write anything in the data folder below a home that isn't there or is another user's.
 *
 * @throws ERR_CONFIG
 */
export async function refuseHome(home: string, data: string, uid: number): Promise<void> {
  if ((await ownerOf(home)) === undefined) throw strange(home, 'does not exist');
  for (let path = data; ; path = dirname(path)) {
    const owner = await ownerOf(path);
    if (owner === undefined) continue;
    // A folder of root's is a volume that was mounted there, or a home such as /tmp: nobody is shut out of it.
    if (owner === uid || owner === 0) return;
    throw strange(home, `belongs to another user (uid ${owner})`);
  }
}

function strange(home: string, why: string): LazycredError {
  return new LazycredError('ERR_CONFIG', `the home folder ${printable(home)} ${why}`, { hint: HINT });
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

async function ownerOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).uid;
  } catch (e) {
    if (systemCode(e) === undefined) throw e;
    return undefined;
  }
}
