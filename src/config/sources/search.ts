import { closeSync, constants, fstatSync, lstatSync, openSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { LazycredError } from '../../errors.js';
import { LAZYCRED_FILE, PACKAGE_FILE, parseData } from './data.js';
import { currentUid } from '../../files/current-user.js';
import { systemCode } from '../../files/system-errors.js';
import { MAX_CONFIG_BYTES, readConfigText, refuseForeign, refuseWritable, unreadable } from './file.js';
import { unfit } from '../../text/unfit.js';
import { isMap } from '../values.js';

/** A config file's content, as plain data. */
export interface ConfigFile {
  readonly file: string;
  readonly value: unknown;
  /** SHA-256 of the file's bytes, hex. */
  readonly digest: string;
}

/** The config files, in the order in which each folder is searched for them. */
export const PLACES = [
  '.lazycredrc',
  '.lazycredrc.json',
  '.lazycredrc.yaml',
  '.lazycredrc.yml',
  LAZYCRED_FILE,
  PACKAGE_FILE,
] as const;

/** The config file in the folder that the system has for a user's settings. */
export const OWN_FILE = 'config.yaml';

/** The member of package.json. */
const MEMBER = 'lazycred';
/** Largest package.json that is read, in bytes: those of editors' extensions reach a megabyte. */
const MAX_PACKAGE_BYTES = 16 * 1024 * 1024;

/**
 * Reads one config file, whole and checked: {@link refuseForeign}, size, UTF-8, syntax. Undefined when there is none (for package.json: none of our settings in it).
 *
 * @param named somebody named this very file: it may be another user's (a checkout that is mounted into a
 *   container, say), and a pipe, as in {@link readConfigText}
 * @throws ERR_CONFIG, with what is wrong and not where
 */
export async function readConfigFile(file: string, named = false): Promise<ConfigFile | undefined> {
  const shared = basename(file) === PACKAGE_FILE;
  const read = await readConfigText(file, shared ? MAX_PACKAGE_BYTES : MAX_CONFIG_BYTES, named);
  // A package.json without our member is not judged, not even its syntax.
  if (read === undefined || (shared && !read.text.includes(`"${MEMBER}"`))) return undefined;
  const whole = shared ? await parseData(file, read.text) : undefined;
  if (shared && !(isMap(whole) && Object.hasOwn(whole, MEMBER))) return undefined;
  if (named) refuseWritable(read.stat, file);
  else refuseForeign(read.stat, file, currentUid());
  const value = isMap(whole) ? whole[MEMBER] : await parseData(file, read.text);
  return { file, value, digest: read.digest };
}

/** What the search came upon first: settings, or a file that should hold some and can't be used. */
export type SearchResult = ConfigFile | { readonly file: string; readonly problem: LazycredError };

/**
 * The first of `places` from `cwd` up to the root, then in `home`, then {@link OWN_FILE} in one of the folders
 * for the user's settings; undefined when there is none. A
 * folder that may not be entered is passed over; a file that is there and can't be read is not.
 */
export async function search(
  cwd: string,
  home: string | undefined,
  { places, own }: { readonly places: readonly string[]; readonly own: readonly string[] },
): Promise<SearchResult | undefined> {
  const all = [
    ...[...folders(cwd, home)].map((folder) => ({ folder, names: places })),
    ...own.map((folder) => ({ folder, names: [OWN_FILE] })),
  ];
  for (const { folder, names } of all) {
    const there = present(folder, names);
    if ('problem' in there) return there;
    if (there.names.length === 0) continue;
    const found = await explore(folder, there.names);
    if (found !== undefined) return found;
  }
  return undefined;
}

function folders(cwd: string, home: string | undefined): Set<string> {
  const all = new Set<string>();
  if (isAbsolute(cwd)) {
    for (let folder = resolve(cwd); !all.has(folder); folder = dirname(folder)) all.add(folder);
  }
  if (home !== undefined) all.add(resolve(home));
  return all;
}

// cosmiconfig's explorer passes over files that it may not read, and reads pipes and devices to
// their end; so what it will meet is looked at first. Without a file it isn't even loaded.
function present(
  folder: string,
  places: readonly string[],
): { names: string[] } | { file: string; problem: LazycredError } {
  const names: string[] = [];
  for (const name of places) {
    const file = join(folder, name);
    try {
      if (lstatSync(file, { throwIfNoEntry: false }) === undefined) continue;
    } catch (e) {
      // The folder can't be entered, or is none.
      if (systemCode(e) === 'EACCES' || systemCode(e) === 'ENOTDIR') return { names: [] };
      return { file, problem: problemOf(unreadable(e)) };
    }
    try {
      if (isFile(file)) names.push(name);
    } catch (e) {
      // One before it in the same folder decides.
      if (names.length > 0) break;
      return { file, problem: problemOf(unreadable(e)) };
    }
  }
  return { names };
}

// Opened, not only looked at: whether it may be read is the system's to say.
function isFile(file: string): boolean {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(fd);
    if (stat.isDirectory()) return false;
    if (!stat.isFile()) unfit('is not a file');
    const limit = basename(file) === PACKAGE_FILE ? MAX_PACKAGE_BYTES : MAX_CONFIG_BYTES;
    if (stat.size > limit) unfit(`is larger than ${limit / 1024} KiB`);
    return true;
  } finally {
    closeSync(fd);
  }
}

function problemOf(e: unknown): LazycredError {
  if (e instanceof LazycredError) return e;
  throw e;
}

// What is used of cosmiconfig's inner explorer; its own type declarations leave it out.
type Loader = (file: string, text: string) => Promise<unknown>;
interface Explorer {
  search(from: string): Promise<{ readonly config: unknown; readonly isEmpty?: boolean } | null>;
}
type ExplorerClass = new (options: {
  readonly moduleName: string;
  readonly searchPlaces: readonly string[];
  readonly searchStrategy: 'none';
  readonly ignoreEmptySearchPlaces: boolean;
  readonly cache: boolean;
  readonly loaders: Readonly<Record<string, Loader>>;
  readonly transform: <T>(result: T) => T;
}) => Explorer;

/**
 * One folder's search by cosmiconfig's explorer. Never by `cosmiconfig()` itself, which looks for
 * programs under `.config/` and runs them; here the only loader is ours, for each extension.
 */
async function explore(folder: string, places: readonly string[]): Promise<SearchResult | undefined> {
  const { Explorer } = (await import('cosmiconfig/dist/Explorer.js')) as unknown as {
    Explorer: ExplorerClass;
  };
  const explorer = new Explorer({
    moduleName: MEMBER,
    searchPlaces: places,
    searchStrategy: 'none',
    ignoreEmptySearchPlaces: false,
    cache: false,
    loaders: { default: load },
    transform: (result) => result,
  });
  const result = await explorer.search(folder);
  if (result === null) return undefined;
  if (result.isEmpty !== true) return result.config as SearchResult;
  // Empty files are not handed to the loader; an empty package.json says nothing of us.
  const name = places.find((p) => p !== PACKAGE_FILE);
  return name === undefined ? undefined : await read(join(folder, name));
}

// The file is read again, by one checked descriptor; and the explorer gets an envelope in which it
// sees no `$import`, which it would follow.
async function load(file: string): Promise<unknown> {
  const found = await read(file);
  return basename(file) === PACKAGE_FILE ? { [MEMBER]: found } : (found ?? null);
}

async function read(file: string): Promise<SearchResult | undefined> {
  try {
    return await readConfigFile(file);
  } catch (e) {
    if (e instanceof LazycredError) return { file, problem: e };
    throw e;
  }
}

/** Whether `file` lies in the home folder itself, by whichever path. */
export function liesIn(file: string, home: string | undefined): boolean {
  if (home === undefined) return false;
  const [a, b] = [dirname(file), home].map(identity);
  return a !== undefined && a === b;
}

function identity(folder: string): string | undefined {
  try {
    const { dev, ino } = statSync(folder);
    return `${dev}:${ino}`;
  } catch (e) {
    if (systemCode(e) === undefined) throw e;
    return undefined;
  }
}
