import { isAbsolute, join, resolve } from 'node:path';
import { unfit } from './unfit.js';

/** What the paths of one source are relative to. */
export interface Base {
  /** The folder of the config file, or the current one; undefined: the process's, as everywhere in Node; '': gone. */
  readonly folder: string | undefined;
  /** For `~/`; undefined where there is none, or no guessing. */
  readonly home: string | undefined;
  /** The user's data folder, for keys without a path; throws ERR_CONFIG where there is none. */
  readonly data: () => string;
}

/** An absolute path for what a person wrote: `/abs`, `./rel`, `~/in-home`. */
export function pathFrom(text: string, base: Base): string {
  if (text === '') unfit('the path is empty');
  if (text.includes('\0')) unfit('the path holds a NUL character');
  if (text === '~' || text.startsWith('~/')) {
    if (base.home === undefined) unfit('"~" has no meaning here, give an absolute path');
    return join(base.home, text.slice(1));
  }
  if (isAbsolute(text)) return resolve(text);
  if (base.folder === '') unfit('the current folder is gone, give an absolute path');
  return base.folder === undefined ? resolve(text) : resolve(base.folder, text);
}
