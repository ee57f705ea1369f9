import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The repository's root: the nearest folder above this file with a `package.json`. Compiled tests
 * lie in `dist/`, but what tsc doesn't copy (Python, requirements, vectors) stays in the sources.
 */
export function repoRoot(): string {
  let dir = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(dir, 'package.json'))) {
    const parent = dirname(dir);
    if (parent === dir) throw new Error(`no package.json above ${fileURLToPath(import.meta.url)}`);
    dir = parent;
  }
  return dir;
}

/** A file of `test/emulators/` that is not TypeScript. */
export function emulatorFile(name: string): string {
  return join(repoRoot(), 'test', 'emulators', name);
}
