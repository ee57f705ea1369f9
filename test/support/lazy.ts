import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tempDir } from './temp-dir.js';

/** The command as it is shipped. */
export const LAZY = fileURLToPath(new URL('../../bin/lazy.cjs', import.meta.url));

/** A user's surroundings of a test's own: home, working folder, a local store, and `lazy` on the PATH. */
export interface User {
  readonly home: string;
  readonly work: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * A new user, whose secrets are in `$HOME/store`.
 *
 * @param options put before all arguments of `lazy`
 */
export function newUser(options: readonly string[] = []): User {
  const home = tempDir();
  const [bin, work] = [join(home, 'bin'), join(home, 'work')];
  for (const dir of [bin, work]) mkdirSync(dir);
  const shim = join(bin, 'lazy');
  writeFileSync(shim, `#!/bin/sh\nexec '${process.execPath}' '${LAZY}' ${options.join(' ')} "$@"\n`);
  chmodSync(shim, 0o755);
  const env = {
    HOME: home,
    XDG_DATA_HOME: undefined,
    XDG_CONFIG_HOME: undefined,
    LAZYCRED_STORE: `file:${home}/store`,
    PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`,
  };
  return { home, work, env };
}
