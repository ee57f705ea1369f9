import { createHash, randomBytes } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { LazycredError } from '../../errors.js';
import { dataFolder, homeFolder, type Surroundings } from '../../files/user-folders.js';
import { replaceFile } from '../../files/durable.js';
import { between, tidyLeftovers } from '../../files/leftovers.js';
import { makeFolder } from '../../files/make-folder.js';
import { parseData } from './data.js';
import { currentUid } from '../../files/current-user.js';
import { systemCode } from '../../files/system-errors.js';
import { readConfigText, refuseForeign } from './file.js';
import { readConfigFile } from './search.js';
import { refuseHome } from '../own-home.js';
import { isMap } from '../values.js';
import { SPELLINGS } from '../schema.js';
import { NEED_TRUST, NEED_TRUST_TO_RESEAL } from '../settings.js';

/** What {@link trust} noted. */
export interface TrustNote {
  /** The trusted file, its real path. */
  readonly file: string;
  /** SHA-256 of its bytes, hex: any change ends the trust. */
  readonly digest: string;
  /** Where this is noted. */
  readonly note: string;
  /** What the trust is about, to show: `endpoint`, `key`, `stores.prod.role`. */
  readonly grants: { readonly key: string; readonly value: string }[];
}

const MAX_NOTE_BYTES = 16 * 1024;

/**
 * Trusts a project's config file as it is now: from here on its endpoints and role count when the
 * search finds it, and older values may be sealed anew for its key, until a byte of it changes.
 *
 * @throws ERR_CONFIG when the file is absent or can't be used, or the note can't be written
 */
export async function trust(file: string, around: Surroundings): Promise<TrustNote> {
  if (around.cwd === '' && resolve('/', file) !== file) {
    throw new LazycredError('ERR_CONFIG', 'the current folder is gone, give an absolute path');
  }
  const path = resolve(around.cwd, file);
  try {
    const config = await readConfigFile(path);
    if (config === undefined) throw new LazycredError('ERR_CONFIG', 'there is no such config file');
    const real = await realpath(path);
    const note = noteOf(real, around);
    await refuseNoteInStrangeHome(around);
    await writeNote(note, { file: real, digest: config.digest });
    return { file: real, digest: config.digest, note, grants: grantsIn(config.value) };
  } catch (e) {
    if (!(e instanceof LazycredError)) {
      if (systemCode(e) === undefined) throw e;
      throw new LazycredError('ERR_CONFIG', `${path}: the trust can not be noted (${systemCode(e) ?? ''})`, {
        location: path,
        cause: e,
      });
    }
    throw e.with({ code: 'ERR_CONFIG', message: `${path}: ${e.message}`, location: path, cause: e });
  }
}

/** Whether the file, with these bytes, was trusted. */
export async function isTrusted(file: string, digest: string, around: Surroundings): Promise<boolean> {
  const real = await realpath(file);
  const note = noteOf(real, around);
  const read = await readConfigText(note, MAX_NOTE_BYTES);
  if (read === undefined) return false;
  refuseForeign(read.stat, note, currentUid());
  const value = await parseData(note, read.text);
  return isMap(value) && value['file'] === real && value['digest'] === digest;
}

// A file for each path: two commands that trust at once can't lose each other's note.
function noteOf(real: string, around: Surroundings): string {
  return join(dataFolder(around), 'trust', `${createHash('sha256').update(real).digest('hex')}.json`);
}

async function refuseNoteInStrangeHome(around: Surroundings): Promise<void> {
  const [home, data, uid] = [homeFolder(around), dataFolder(around), currentUid()];
  if (home === undefined || uid === undefined || uid < 0 || !data.startsWith(home)) return;
  await refuseHome(home, data, uid);
}

async function writeNote(note: string, content: { file: string; digest: string }): Promise<void> {
  const folder = dirname(note);
  await makeFolder(folder);
  await tidyLeftovers(folder, between(`${basename(note)}.`));
  const temporary = `${note}.${randomBytes(8).toString('hex')}`;
  await replaceFile({ path: note, temporary, body: `${JSON.stringify(content)}\n` });
}

const LAZYCREDS = Object.keys(SPELLINGS).filter((s) => NEED_TRUST_TO_RESEAL.some((k) => k === SPELLINGS[s]));
/** The settings whose meaning a trust changes, in all their spellings. */
const GRANTED: readonly string[] = [...NEED_TRUST, ...NEED_TRUST_TO_RESEAL, ...LAZYCREDS];

function grantsIn(value: unknown, path = ''): { key: string; value: string }[] {
  if (!isMap(value)) return [];
  const own = GRANTED.flatMap((key) => {
    const given = value[key];
    const texts = (Array.isArray(given) ? given : [given]).filter((v) => typeof v === 'string');
    return texts.length === 0 ? [] : [{ key: `${path}${key}`, value: texts.join(', ') }];
  });
  const stores = value['stores'];
  if (path !== '' || !isMap(stores)) return own;
  return [...own, ...Object.keys(stores).flatMap((name) => grantsIn(stores[name], `stores.${name}.`))];
}
