import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LazycredError } from '../../errors.js';
import { pathFrom, type Base } from '../../text/paths.js';
import { unfit } from '../../text/unfit.js';
import type { StoreKind } from '../kind.js';

/** Files of a folder. */
export interface FileLocation {
  readonly kind: 'file';
  readonly dir: string;
}

const SCHEME = 'file:';

/** A folder of this machine. */
export const file: StoreKind<FileLocation> = {
  kind: 'file',
  form: 'file:DIR',
  formats: ['native'],
  withoutKey: 'own',
  parse(text, base) {
    if (text.startsWith(SCHEME)) return folder(parse(text, base));
    return isPath(text) ? folder(pathFrom(text, base)) : undefined;
  },
  show: ({ dir }) => `${SCHEME}${dir}`,
  async open({ dir }) {
    const { LocalBackend } = await import('../../backends/local.js');
    return new LocalBackend({ dir });
  },
  async setUp({ dir }) {
    const { setUpFolder } = await import('../../setup/folder.js');
    return { run: (run) => setUpFolder({ ...run, dir }), close: () => undefined };
  },
  awsParts: () => ({}),
};

/** The store in a folder, given its absolute path. */
export function folder(dir: string): FileLocation {
  return { kind: 'file', dir };
}

function isPath(text: string): boolean {
  return isAbsolute(text) || /^(?:\/|\.\.?(?:\/|$)|~(?:\/|$))/u.test(text);
}

// file:///dir and file://localhost/dir are URLs, percent-encoded; file:dir and file:./dir are paths.
function parse(url: string, base: Base): string {
  const rest = url.slice(SCHEME.length);
  if (!rest.startsWith('//')) return pathFrom(rest, base);
  if (!/^\/\/(?:localhost)?\//u.test(rest)) {
    unfit('a folder on another host is not possible (use file:///DIR with three slashes, or file:./DIR)');
  }
  if (/[?#]/u.test(rest)) unfit('"?" and "#" must be written %3F and %23 after file://');
  let path: string;
  try {
    path = fileURLToPath(url);
  } catch (e) {
    // Whatever the parser throws (for a bad escape, say, or an escaped slash), the text is at fault.
    throw new LazycredError('ERR_CONFIG', 'it is not a valid file: URL', { cause: e });
  }
  return pathFrom(path, base);
}
