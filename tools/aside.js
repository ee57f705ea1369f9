/**
 * Installs the tools of aside/package.json once, and gives the folder that holds their `node_modules`.
 *
 * They can't stand beside the project's own: typedoc needs a TypeScript with a compiler API (7 has none), and
 * consumers of the package are tried with the Jest and the TypeScript of yesterday.
 */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { npm } from './npm.js';

const here = join(import.meta.dirname, 'aside');
const FILES = ['package.json', 'package-lock.json'];

/**
 * The folder's name holds a hash of the lock file, so a change installs anew.
 *
 * @returns {string}
 */
export function installAside() {
  const hash = createHash('sha256')
    .update(readFileSync(join(here, 'package-lock.json')))
    .digest('hex');
  const cache = resolve(here, '../../node_modules/.cache');
  const target = join(cache, `aside-${hash.slice(0, 16)}`);
  if (existsSync(target)) return target;

  // Into a folder of this process, then renamed: two runs at once are safe, and so is a killed one.
  const partial = `${target}.${process.pid}.partial`;
  process.stderr.write('installing the tools of tools/aside (once)\n');
  try {
    mkdirSync(partial, { recursive: true });
    for (const file of FILES) cpSync(join(here, file), join(partial, file));
    npm(partial, ['ci']);
    moveInto(target, partial);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return target;
}

/**
 * @param {string} target
 * @param {string} partial
 */
function moveInto(target, partial) {
  try {
    renameSync(partial, target);
  } catch (e) {
    // Another run was faster; its folder is as good as this one's.
    if (!existsSync(target)) throw e;
  }
}
