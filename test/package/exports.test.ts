/** The names that the package exports, with their signatures. A change is renewed by `npm run exports:write`. */
import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from '../emulators/root.js';
import { run, type RunResult } from '../support/run.js';
import { tempDir } from '../support/temp-dir.js';
import { writeProject } from './consumer.js';

const TOOL = join(repoRoot(), 'tools/exports.js');

// Where it is the first to need the compiler, it installs it.
function exportsOf(folder: string): Promise<RunResult> {
  return run([process.execPath, TOOL, folder], { timeout: 300_000 });
}

test('are those of exports.txt, and each type that they name is one of them, under one name', async () => {
  const { stdout, stderr } = await exportsOf(repoRoot());
  expect(stderr.replace(/^installing .*\n/u, '')).toBe('');
  expect(stdout).toBe(readFileSync(join(repoRoot(), 'test/package/exports.txt'), 'utf8'));
}, 300_000);

test('a type that is hidden, or has two names, or shares one, is told', async () => {
  const folder = writeProject(tempDir(), {
    'package.json': {
      name: 'planted',
      type: 'module',
      exports: { '.': { default: './dist/src/index.js' }, './other': { default: './dist/src/other.js' } },
    },
    'dist/src/index.d.ts': `
      interface Hidden { readonly a: string }
      /** Said of it. */
      export interface Shown<T> { readonly hidden: Hidden; readonly t: T }
      export declare class Kept { #hidden: Hidden; private other: Hidden; shown(): Shown<string> }
      export { Shown as Again };
      export interface Twice { a: string }
    `,
    'dist/src/other.d.ts': 'export interface Twice { b: string }',
  });
  const { code, stdout, stderr } = await exportsOf(folder);
  expect(stdout).toContain('class Kept {\n  shown(): Shown<string>;\n}\n');
  expect(stdout).not.toContain('Said');
  expect(stderr.split('\n').filter((line) => line !== '' && !line.startsWith('installing'))).toEqual([
    'Shown names Hidden, which is not exported',
    'one thing is called Shown and Again',
    'two things are called Twice',
  ]);
  expect(code).toBe(1);
}, 300_000);
