import { randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { lstat, readdir, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { isLazycredError, LazycredError } from '../../errors.js';
import { currentUid } from '../../files/current-user.js';
import { fileError } from '../../files/file-error.js';
import { codeOf, systemCode } from '../../files/system-errors.js';
import { cleanUpAtSignal } from '../interrupt.js';

/** A private folder's name: this, and random characters. */
const PREFIX = 'lazycred-';
const NAME = /^lazycred-[0-9a-f]{24}$/u;

/**
 * A socket that the folder's owner listens on: while somebody can connect to it, the owner lives. Files are called
 * as variables are, and no variable's name holds a "=", so that none of them takes its place.
 */
const LOCK = '=lock';

/** A folder whose owner can't be proved dead is taken for forgotten after this time, in milliseconds. */
const FORGOTTEN_MS = 24 * 60 * 60 * 1000;

/** A folder that only this user reads, for secrets that a program wants as files. */
export interface PrivateFolder {
  readonly path: string;
  /** Writes a file of mode 0600, called as a variable, in the place of one of that name, and gives its path. */
  write(name: string, value: Uint8Array): Promise<string>;
  /** Removes the folder and all that is in it; so does a signal that ends the process before. */
  remove(): Promise<void>;
}

/**
 * Makes a private folder, in memory where there is such a place: in `$XDG_RUNTIME_DIR`, in /dev/shm, or else
 * where temporary files go.
 *
 * @throws ERR_ACCESS, ERR_UNAVAILABLE, ERR_CONFIG
 */
export function makePrivateFolder(env: NodeJS.ProcessEnv): Promise<PrivateFolder> {
  return inSafePlace(env, makeIn);
}

/** Does something in the first of the places that is safe, and where it can be done. */
async function inSafePlace<T>(env: NodeJS.ProcessEnv, make: (base: string) => Promise<T>): Promise<T> {
  let failure = new LazycredError('ERR_CONFIG', 'there is no safe folder for temporary files', {
    hint: 'set TMPDIR to a folder that nobody else can write to',
  });
  for (const base of placesOf(env)) {
    if (!(await isSafe(base))) continue;
    try {
      return await make(base);
    } catch (e) {
      if (systemCode(e) === undefined) throw e;
      const told = fileError(e, 'make a private folder in', base);
      if (isLazycredError(told)) failure = told;
    }
  }
  throw failure;
}

/**
 * Keeps a value in a file of mode 0600 of its own, in the places of {@link makePrivateFolder}, until the user
 * removes it: no sweep does.
 *
 * @returns its path
 * @throws what {@link makePrivateFolder} throws
 */
export async function keepPrivately(env: NodeJS.ProcessEnv, value: Uint8Array): Promise<string> {
  return inSafePlace(env, async (base) => {
    const path = join(base, `lazycred-kept-${randomBytes(6).toString('hex')}.txt`);
    await writeFile(path, value, { mode: 0o600, flag: 'wx' });
    return path;
  });
}

/** Removes the private folders that killed runs of this user left, where {@link makePrivateFolder} makes them. */
export async function sweepPrivateFolders(env: NodeJS.ProcessEnv): Promise<void> {
  for (const base of placesOf(env)) await sweep(base);
}

function placesOf(env: NodeJS.ProcessEnv): string[] {
  return [...new Set([env['XDG_RUNTIME_DIR'] ?? '', '/dev/shm', tmpdir()])];
}

// A folder of one's own, or one in which nobody removes or renames what is another's (sticky, as /tmp).
async function isSafe(base: string): Promise<boolean> {
  if (!isAbsolute(base)) return false;
  try {
    const { mode, uid } = await lstat(base);
    if (process.platform === 'win32') return true;
    return (mode & 0o1000) !== 0 || ((mode & 0o022) === 0 && (uid === currentUid() || uid === 0));
  } catch (e) {
    if (systemCode(e) === undefined) throw e;
    return false;
  }
}

async function makeIn(base: string): Promise<PrivateFolder> {
  const path = join(base, PREFIX + randomBytes(12).toString('hex'));
  const clean = cleanUpAtSignal(() => rmSync(path, { recursive: true, force: true }));
  // One system call after the other, with none under way in another thread when a signal's cleanup runs.
  mkdirSync(path, { mode: 0o700 });
  // The lock stands before the first secret does, so that no folder with a secret lacks it.
  const lock = await listen(join(path, LOCK));
  return {
    path,
    write: async (name, value) => {
      const file = join(path, name);
      try {
        const temporary = `${file}=new`;
        writeFileSync(temporary, value, { mode: 0o600 });
        renameSync(temporary, file);
      } catch (e) {
        throw fileError(e, 'write', file);
      }
      return file;
    },
    remove: async () => {
      rmSync(path, { recursive: true, force: true });
      clean();
      lock?.close();
    },
  };
}

/** Undefined where the system has no sockets with a path, or the path is too long for one: a day must tell then. */
function listen(path: string): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', () => resolve(undefined));
    server.listen(path, () => resolve(server.unref()));
  });
}

/**
 * Removes the private folders of this user whose owner is dead. A process number would not do: in another
 * namespace of processes, or after its reuse, it says nothing of the owner.
 */
async function sweep(base: string): Promise<void> {
  for (const path of await ownFolders(base)) {
    if (await isAlive(path)) continue;
    // What another run of this command removes at the same time is gone all the same.
    await rm(path, { recursive: true, force: true });
  }
}

async function ownFolders(base: string): Promise<string[]> {
  if (!isAbsolute(base)) return [];
  try {
    const paths = (await readdir(base)).filter((name) => NAME.test(name)).map((name) => join(base, name));
    const own: string[] = [];
    for (const path of paths) {
      const stats = await lstat(path).catch(ignoreMissing);
      if (stats?.isDirectory() === true && isOwn(stats.uid)) own.push(path);
    }
    return own;
  } catch (e) {
    // A place that can't be read holds none of ours that could be removed.
    if (systemCode(e) === undefined) throw e;
    return [];
  }
}

function isOwn(uid: number): boolean {
  return process.platform === 'win32' || uid === currentUid();
}

function ignoreMissing(e: unknown): undefined {
  if (systemCode(e) !== 'ENOENT') throw e;
  return undefined;
}

function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(join(path, LOCK));
    const answer = (alive: boolean): void => {
      socket.destroy();
      resolve(alive);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', (e) => {
      // Refused: the socket is there, and nobody listens on it any more. Anything else proves nothing.
      if (codeOf(e) === 'ECONNREFUSED') answer(false);
      else void isForgotten(path).then((old) => answer(!old));
    });
  });
}

async function isForgotten(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(ignoreMissing);
  return stats !== undefined && Date.now() - stats.mtimeMs > FORGOTTEN_MS;
}
