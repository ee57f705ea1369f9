import { platform } from 'node:os';
import { posix, win32 } from 'node:path';
import { LazycredError } from '../errors.js';

/** What surrounds a run, handed in so that nothing below reads the process. */
export interface Surroundings {
  /** The current folder, absolute; `''` when there is none any more (it was deleted). */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder; without it `HOME` (on Windows `USERPROFILE`) of `env`. */
  readonly home?: string | undefined;
  /** As `process.platform`; the system's own by default. */
  readonly platform?: string | undefined;
}

const APP = 'lazycred';

/** The user's home folder, absolute; undefined when nothing says where it is. */
export function homeFolder(around: Surroundings): string | undefined {
  const home = around.home ?? around.env[isWindows(around) ? 'USERPROFILE' : 'HOME'];
  return home !== undefined && pathsOf(around).isAbsolute(home) ? home : undefined;
}

/**
 * The folder for what must be kept: the local store, local keys, notes of trust. It may not exist yet.
 *
 * Linux: `$XDG_DATA_HOME/lazycred`, else `~/.local/share/lazycred` (XDG Base Directory 0.8, which
 * has relative paths ignored). macOS: `~/Library/Application Support/lazycred`. Windows:
 * `%LOCALAPPDATA%\lazycred`.
 *
 * @throws ERR_CONFIG when there is no home folder
 */
export function dataFolder(around: Surroundings): string {
  if (isWindows(around)) return windowsFolder(around);
  if (isMac(around)) return posix.join(needHome(around), 'Library/Application Support', APP);
  return posix.join(absolute(around, 'XDG_DATA_HOME') ?? posix.join(needHome(around), '.local/share'), APP);
}

/**
 * The folders for the user's settings, in the order in which they are looked into; none where nothing says
 * where the home folder is.
 *
 * `$XDG_CONFIG_HOME/lazycred` everywhere. Without it, on Linux `~/.config/lazycred`; beside it, on macOS
 * `~/Library/Application Support/lazycred`, on Windows `%APPDATA%\lazycred`.
 */
export function configFolders(around: Surroundings): string[] {
  const xdg = absolute(around, 'XDG_CONFIG_HOME');
  const system =
    xdg !== undefined && !isWindows(around) && !isMac(around) ? undefined : settingsFolder(around);
  return [xdg, system].flatMap((folder) => (folder === undefined ? [] : pathsOf(around).join(folder, APP)));
}

function settingsFolder(around: Surroundings): string | undefined {
  const roaming = isWindows(around) ? absolute(around, 'APPDATA') : undefined;
  const home = homeFolder(around);
  if (roaming !== undefined || home === undefined) return roaming;
  if (isWindows(around)) return win32.join(home, 'AppData', 'Roaming');
  return posix.join(home, isMac(around) ? 'Library/Application Support' : '.config');
}

function windowsFolder(around: Surroundings): string {
  const local = absolute(around, 'LOCALAPPDATA') ?? win32.join(needHome(around), 'AppData', 'Local');
  return win32.join(local, APP);
}

function needHome(around: Surroundings): string {
  const home = homeFolder(around);
  if (home !== undefined) return home;
  const variable = isWindows(around) ? 'USERPROFILE' : 'HOME';
  throw new LazycredError('ERR_CONFIG', `no home folder: ${variable} is not an absolute path`, {
    hint: `set ${variable}, or name the store and key files by absolute paths`,
  });
}

function absolute(around: Surroundings, variable: string): string | undefined {
  const path = around.env[variable];
  return path !== undefined && pathsOf(around).isAbsolute(path) ? path : undefined;
}

function pathsOf(around: Surroundings): typeof posix {
  return isWindows(around) ? win32 : posix;
}

function isWindows(around: Surroundings): boolean {
  return (around.platform ?? platform()) === 'win32';
}

function isMac(around: Surroundings): boolean {
  return (around.platform ?? platform()) === 'darwin';
}
