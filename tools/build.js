/**
 * `npm run build`: `dist/` anew, from tsc (the library, the tests, the benchmarks) and rolldown (the command).
 *
 * A folder given as the first argument takes `dist/`'s place.
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bundleCommand } from './bundle.js';

const root = resolve(import.meta.dirname, '..');
const dist = resolve(root, process.argv[2] ?? 'dist');

// Emptied first: a test whose source is gone must not go on passing.
rmSync(dist, { recursive: true, force: true });
const tsc = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--outDir', dist], {
  cwd: root,
  stdio: 'inherit',
});
if (tsc.status !== 0) process.exit(tsc.status ?? 1);
await bundleCommand(root, dist);
