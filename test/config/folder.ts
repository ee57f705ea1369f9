import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadConfig, type ConfigInput, type LoadedConfig, type LoadOptions } from '../../src/config.js';
import { isLazycredError, type LazycredError } from '../../src/errors.js';

/** A folder of one test, with a home and a project in it. */
export interface Folder {
  readonly path: string;
  readonly home: string;
  readonly project: string;
  /** Writes a file, 0644, below the folder; gives its path. */
  write(file: string, content: string | object): string;
  load(o?: Partial<LoadOptions>): Promise<LoadedConfig>;
  remove(): void;
}

export function makeFolder(): Folder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'lazycred-config-')));
  const home = join(path, 'home');
  const project = join(path, 'work/project');
  mkdirSync(home);
  mkdirSync(project, { recursive: true });
  return {
    path,
    home,
    project,
    write(file, content) {
      const to = join(path, file);
      mkdirSync(dirname(to), { recursive: true });
      writeFileSync(to, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o644 });
      return to;
    },
    load: (o = {}) => loadConfig({ cwd: project, home, env: {}, platform: 'linux', ...o }),
    remove: () => {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Enough to be valid. */
export const MINIMAL: ConfigInput = { store: 's3://acme/creds/', key: 'kms:alias/acme' };

/** The error that the promise, or the function, must end in. */
export async function failure(run: Promise<unknown> | (() => unknown)): Promise<LazycredError> {
  try {
    await (typeof run === 'function' ? run() : run);
  } catch (e) {
    if (isLazycredError(e, 'ERR_CONFIG')) return e;
    throw e;
  }
  throw new Error('it did not fail');
}
