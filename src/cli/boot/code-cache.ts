/**
 * V8's cached code on disk: read only where nobody else can have written it, and checked before use,
 * since V8 trusts what it is given: damaged code can crash it, foreign code can do anything.
 */
import { hash } from 'node:crypto';
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
import { cachedDataVersionTag } from 'node:v8';
import { attempt, openCacheFolder } from './cache-folder.js';

/** The code of one chunk as V8 serialised it. */
export interface CachedCode {
  /** A bit for each command whose run contributed compiled functions. */
  readonly words: number;
  readonly data: Buffer;
}

/** Never throws: whatever is wrong with the cache, the command works without it. */
export interface CodeCache {
  /** The code kept for this chunk, `undefined` where there is none or anything about it is off. */
  read(name: string, source: Buffer): CachedCode | undefined;
  /** Keeps the code, whole or not at all. */
  write(name: string, source: Buffer, code: CachedCode): void;
  /** Removes the oldest files beyond the limit: those of versions that were replaced. */
  prune(): void;
}

const MAGIC = Buffer.from('lazyv8c1', 'latin1');
// magic (8) ‖ V8's version and flags (u32) ‖ words (u32) ‖ SHA-256 of the source ‖ SHA-256 of the data
const HEADER_LENGTH = 8 + 4 + 4 + 32 + 32;
/** Files kept: some hundred are the chunks of one installation, which may meet a few versions of Node. */
const MAX_FILES = 512;

/**
 * Opens the cache in the user's cache folder. `undefined` where users have no numbers (Windows), and where
 * {@link openCacheFolder} gives none.
 */
export function openCodeCache(env: NodeJS.ProcessEnv, uid: number | undefined): CodeCache | undefined {
  const folder = uid === undefined ? undefined : openCacheFolder(env, uid);
  if (uid === undefined || folder === undefined) return undefined;
  return {
    read: (name, source) => attempt(() => readCode(folder, uid, name, source)),
    write: (name, source, code) => attempt(() => writeCode(folder, name, source, code)),
    prune: () => attempt(() => prune(folder)),
  };
}

function fileName(name: string, sourceDigest: Buffer): string {
  return `${name}-${process.version}-${process.arch}-${sourceDigest.toString('hex', 0, 8)}.bin`;
}

function readCode(folder: string, uid: number, name: string, source: Buffer): CachedCode | undefined {
  const sourceDigest = hash('sha256', source, 'buffer');
  const file = openSync(
    join(folder, fileName(name, sourceDigest)),
    // Non-blocking: a pipe in the file's place would otherwise hold the command up for ever.
    constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
  );
  try {
    const s = fstatSync(file);
    if (!s.isFile() || s.uid !== uid || (s.mode & 0o777) !== 0o600) return undefined;
    return parseCode(readFileSync(file), sourceDigest);
  } finally {
    closeSync(file);
  }
}

function parseCode(bytes: Buffer, sourceDigest: Buffer): CachedCode | undefined {
  if (bytes.length <= HEADER_LENGTH || !bytes.subarray(0, 8).equals(MAGIC)) return undefined;
  if (bytes.readUInt32LE(8) !== cachedDataVersionTag()) return undefined;
  if (!bytes.subarray(16, 48).equals(sourceDigest)) return undefined;
  const data = bytes.subarray(HEADER_LENGTH);
  if (!bytes.subarray(48, 80).equals(hash('sha256', data, 'buffer'))) return undefined;
  return { words: bytes.readUInt32LE(12), data };
}

function writeCode(folder: string, name: string, source: Buffer, code: CachedCode): void {
  const sourceDigest = hash('sha256', source, 'buffer');
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32LE(cachedDataVersionTag(), 0);
  numbers.writeUInt32LE(code.words >>> 0, 4);
  const target = join(folder, fileName(name, sourceDigest));
  const temporary = `${target}.${process.pid}.tmp`;
  try {
    const parts = [MAGIC, numbers, sourceDigest, hash('sha256', code.data, 'buffer'), code.data];
    writeFileSync(temporary, Buffer.concat(parts), { mode: 0o600, flag: 'wx' });
    renameSync(temporary, target);
  } catch (e) {
    rmSync(temporary, { force: true });
    throw e;
  }
}

function prune(folder: string): void {
  const files = readdirSync(folder).map((name) => ({ name, time: lstatSync(join(folder, name)).mtimeMs }));
  files.sort((a, b) => b.time - a.time);
  for (const { name } of files.slice(MAX_FILES)) rmSync(join(folder, name), { force: true });
}
