import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { homeFolder } from '../../../config.js';
import { LazycredError } from '../../../errors.js';
import { systemCode } from '../../../files/system-errors.js';
import { quote } from '../../../text/printable.js';
import { readFileUpTo, writePrivateFile } from '../../io/files.js';
import type { Surrounding } from '../front-end.js';
/** CredStash's settings file, `~/.credstash`: one JSON object, of which only this member is known. */
const KMS_REGION = 'kms-region';

/** Far more than the settings file ever holds. */
const MAX_BYTES = 64 * 1024;

/**
 * The region of KMS that `setup --save-kms-region` kept; undefined where there is none.
 * @throws ERR_CONFIG for a file that can't be used
 */
export async function savedKmsRegion(around: Surrounding): Promise<string | undefined> {
  const region = (await readSaved(around))[KMS_REGION];
  if (region === undefined || region === null || region === '') return undefined;
  if (typeof region === 'string') return region;
  throw new LazycredError('ERR_CONFIG', `${KMS_REGION} in ~/.credstash is not text`);
}

/**
 * Keeps a region of KMS; whatever else the file holds stays.
 * @throws ERR_CONFIG, ERR_USAGE, ERR_ACCESS, ERR_UNAVAILABLE
 */
export async function saveKmsRegion(region: string, around: Surrounding): Promise<void> {
  const saved = { ...(await readSaved(around)), [KMS_REGION]: region };
  const path = pathOfSaved(around);
  if (path === undefined) throw new LazycredError('ERR_CONFIG', 'there is no home folder for .credstash');
  const otherWay = `put ${JSON.stringify({ [KMS_REGION]: region })} into the file that it leads to`;
  await writePrivateFile(path, Buffer.from(JSON.stringify(saved)), { otherWay });
}

function pathOfSaved(around: Surrounding): string | undefined {
  const home = homeFolder(around);
  return home === undefined ? undefined : join(home, '.credstash');
}

async function readSaved(around: Surrounding): Promise<Readonly<Record<string, unknown>>> {
  const path = pathOfSaved(around);
  if (path === undefined || !(await isThere(path))) return {};
  const text = (await readFileUpTo(path, MAX_BYTES)).toString();
  try {
    const saved: unknown = JSON.parse(text);
    if (typeof saved === 'object' && saved !== null && !Array.isArray(saved)) return { ...saved };
  } catch (e) {
    if (!(e instanceof SyntaxError)) throw e;
  }
  throw new LazycredError('ERR_CONFIG', `${quote(path)} is not a JSON object`, {
    location: path,
    hint: 'it may hold {"kms-region": "us-east-1"}; without the file, the region of the table counts',
  });
}

async function isThere(path: string): Promise<boolean> {
  try {
    // Reading a named pipe, say, would wait for a writer.
    return (await stat(path)).isFile();
  } catch (e) {
    if (systemCode(e) === 'ENOENT') return false;
    // The file is there but can't be looked at: reading it says why.
    return true;
  }
}
