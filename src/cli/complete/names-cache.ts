/** Names that were listed a moment ago, in files of the user's own: each Tab would ask the store anew. */
import { hash, randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { attempt } from '../boot/cache-folder.js';

/** How long a listing is taken for current, in milliseconds: a name that is missing for longer would be missed. */
const FRESH_MS = 30_000;

/** Larger files are not read: nobody looks through more names, and reading takes time that Tab hasn't. */
const MOST_BYTES = 4 * 1024 * 1024;

const NAME = /^names-[0-9a-f]{32}(?:\.[0-9a-f]{12}\.tmp)?$/u;

/** Never throws: whatever is wrong with the cache, the store is asked. */
export interface NamesCache {
  /** The names of a listing that was made a moment ago under this key. */
  read(key: string): readonly string[] | undefined;
  /** Keeps a complete listing in a file of mode 0600, and removes what is stale. */
  write(key: string, names: readonly string[]): void;
}

/**
 * A cache in the folder `folder` of the user `uid`.
 *
 * @param now the clock, in milliseconds
 */
export function namesCache(folder: string, uid: number, now: () => number = Date.now): NamesCache {
  const fileOf = (key: string): string => join(folder, `names-${hash('sha256', key).slice(0, 32)}`);
  const isFresh = (at: number): boolean => at <= now() && now() - at < FRESH_MS;
  return {
    read: (key) =>
      attempt(() => {
        const kept = JSON.parse(readOwn(fileOf(key), uid)) as { key: unknown; at: unknown; names: unknown };
        const { at, names } = kept;
        const isSound = kept.key === key && typeof at === 'number' && isFresh(at) && Array.isArray(names);
        return isSound ? names.filter((name) => typeof name === 'string') : undefined;
      }),
    write: (key, names) =>
      attempt(() => {
        const file = fileOf(key);
        const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
        writeFileSync(temporary, JSON.stringify({ key, at: now(), names }), { mode: 0o600, flag: 'wx' });
        renameSync(temporary, file);
        for (const name of readdirSync(folder).filter((entry) => NAME.test(entry))) {
          if (!isFresh(Math.floor(lstatSync(join(folder, name)).mtimeMs))) rmSync(join(folder, name));
        }
      }),
  };
}

/** @throws Error for a file that another user can have written or read, and for one too large */
function readOwn(path: string, uid: number): string {
  // Non-blocking: a pipe in the file's place would otherwise hold the shell up for ever.
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const s = fstatSync(file);
    const isOwn = s.isFile() && s.uid === uid && (s.mode & 0o777) === 0o600 && s.size <= MOST_BYTES;
    if (!isOwn) throw new Error('not a file of one’s own');
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}
