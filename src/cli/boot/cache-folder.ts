/** The user's own folder for what can be had anew. */
import { lstatSync, mkdirSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, sep } from 'node:path';

/**
 * The user's own cache folder: `$XDG_CACHE_HOME/lazycred`, else `$HOME/.cache/lazycred`, mode 0700, made
 * where it is missing. `undefined` where it can't be trusted or made, and with `LAZYCRED_NO_CACHE` set to anything
 * but the empty string or `0`. Never throws.
 */
export function openCacheFolder(env: NodeJS.ProcessEnv, uid: number): string | undefined {
  const off = env['LAZYCRED_NO_CACHE'] ?? '';
  if (off !== '' && off !== '0') return undefined;
  const folder = cacheFolder(env);
  if (folder === undefined || isInStrangeHome(folder, env, uid)) return undefined;
  return ensureFolder(folder, uid) ? folder : undefined;
}

/** A cache is a convenience: no failure of it is worth a word, or the command. */
export function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

function cacheFolder(env: NodeJS.ProcessEnv): string | undefined {
  const [base, home] = [env['XDG_CACHE_HOME'] ?? '', env['HOME'] ?? ''];
  // The XDG base directory specification: a relative path is invalid and to be ignored.
  if (isAbsolute(base)) return join(base, 'lazycred');
  return isAbsolute(home) ? join(home, '.cache', 'lazycred') : undefined;
}

// A home that isn't there is not made, be it even root who runs this.
function isInStrangeHome(folder: string, env: NodeJS.ProcessEnv, uid: number): boolean {
  const home = env['HOME'] ?? '';
  if (!isAbsolute(home) || !folder.startsWith(join(home, sep))) return false;
  return attempt(() => statSync(home).uid === uid) !== true;
}

function ensureFolder(folder: string, uid: number): boolean {
  const isPrivate = (): boolean => {
    const s = lstatSync(folder);
    return s.isDirectory() && s.uid === uid && (s.mode & 0o777) === 0o700;
  };
  const found = attempt(isPrivate);
  if (found !== undefined) return found;
  return attempt(() => makeFolder(folder, uid) && isPrivate()) ?? false;
}

function makeFolder(folder: string, uid: number): boolean {
  const parent = dirname(folder);
  const found = attempt(() => statSync(parent));
  // Only in a home of one's own: root with a user's HOME must leave nothing that shuts the user out.
  const ours = found === undefined ? parent !== folder && makeFolder(parent, uid) : found.uid === uid;
  // Not `recursive`: Node 20 never returns from that where the parent exists but takes no folder, as in /proc.
  if (ours) mkdirSync(folder, { mode: 0o700 });
  return ours;
}
