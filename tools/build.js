/**
 * `npm run build`: `dist/` anew, from tsc (the library as ES modules and as CommonJS, the tests, the
 * benchmarks) and rolldown (the command), and the manual page.
 *
 * A folder given as the first argument takes `dist/`'s place.
 */
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bundleCommand } from './bundle.js';
import { writeManual } from './man.js';

const root = resolve(import.meta.dirname, '..');
const dist = resolve(root, process.argv[2] ?? 'dist');

// Emptied first: a test whose source is gone must not go on passing.
rmSync(dist, { recursive: true, force: true });
tsc('tsconfig.json', dist);
tsc('tsconfig.commonjs.json', join(dist, 'commonjs'));
// Nearer than the package's own "type": module.
writeFileSync(join(dist, 'commonjs/package.json'), '{ "type": "commonjs" }\n');
await bundleCommand(root, dist);
await writeManual(dist);

/**
 * @param {string} config the compiler's settings, a file in the root
 * @param {string} outDir
 */
function tsc(config, outDir) {
  const { status } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', config, '--outDir', outDir],
    { cwd: root, stdio: 'inherit' },
  );
  if (status !== 0) process.exit(status ?? 1);
}
