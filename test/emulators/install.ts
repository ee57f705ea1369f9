import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Python } from './python.js';
import { emulatorFile, repoRoot } from './root.js';

/**
 * Installs moto for this Python, and CredStash beside it, once, and gives the folder for PYTHONPATH.
 *
 * @throws Error with the installer's own words, and what to do
 */
export function installMoto(python: Python): string {
  return install(python, 'moto', 'requirements.txt', 'the S3, DynamoDB and KMS server of the tests');
}

/** As {@link installMoto}: python-dotenv and PyYAML, which the exported files are read with. */
export function installReaders(python: Python): string {
  return install(python, 'readers', 'readers-requirements.txt', 'the dotenv and YAML readers of the tests');
}

/**
 * The folder's name holds a hash of the requirements and the interpreter's ABI, so a change of either
 * installs anew.
 *
 * No venv: making one costs 5 s, and Debian's Python lacks ensurepip.
 */
function install(python: Python, name: string, file: string, purpose: string): string {
  const requirements = emulatorFile(file);
  const hash = createHash('sha256')
    .update(readFileSync(requirements))
    .update(python.abi)
    .digest('hex')
    .slice(0, 16);
  const cache = join(repoRoot(), 'node_modules', '.cache', 'emulators');
  const target = join(cache, `${name}-${hash}`);
  if (existsSync(target)) return target;

  // Into a folder of this process, then renamed: two runs at once are safe, and so is a killed one.
  const partial = `${target}.${process.pid}.partial`;
  mkdirSync(cache, { recursive: true });
  rmSync(partial, { recursive: true, force: true });
  process.stderr.write(`installing ${name}, ${purpose} (once)\n`);
  try {
    runInstaller(python, partial, requirements);
    moveInto(target, partial);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return target;
}

function runInstaller(python: Python, target: string, requirements: string): void {
  const what = ['--require-hashes', '--only-binary', ':all:', '--target', target, '-r', requirements];
  const uv = spawnSync('uv', ['--version']).status === 0;
  const [command, args] = uv
    ? ['uv', ['pip', 'install', '--quiet', '--python', python.executable, ...what]]
    : [python.executable, ['-m', 'pip', 'install', '--quiet', '--no-input', '--no-compile', ...what]];
  const { status, error, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status === 0) return;
  const why = /No module named pip/u.test(stderr)
    ? 'this Python has no pip: install it (apt install python3-pip) or uv'
    : `${error?.message ?? stderr.trim()}\nthe tests need a package index (PyPI or a mirror) the first time`;
  throw new Error(`cannot install what the tests need: ${command} ${args.join(' ')}: ${why}`);
}

function moveInto(target: string, partial: string): void {
  try {
    renameSync(partial, target);
  } catch (e) {
    // Another run was faster; its folder is as good as ours.
    if (!existsSync(target)) throw e;
  }
}
