import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../src/files/make-folder.js';
import { tempDir } from '../support/temp-dir.js';

test('makes what is missing, private, and says where it began', async () => {
  const dir = tempDir();
  expect(await makeFolder(join(dir, 'a', 'b', 'c'))).toBe(join(dir, 'a'));
  for (const path of ['a', 'a/b', 'a/b/c']) expect(statSync(join(dir, path)).mode & 0o777).toBe(0o700);
  expect(await makeFolder(join(dir, 'a', 'b', 'd'))).toBe(join(dir, 'a', 'b', 'd'));
});

test('leaves what is there as it is, also behind a link', async () => {
  const dir = tempDir();
  mkdirSync(join(dir, 'real'), { mode: 0o755 });
  symlinkSync('real', join(dir, 'link'));
  expect(await makeFolder(join(dir, 'link'))).toBeUndefined();
  expect(statSync(join(dir, 'real')).mode & 0o777).toBe(0o755);
  expect(await makeFolder('/')).toBeUndefined();
});

test('is done by many at once', async () => {
  const path = join(tempDir(), 'a', 'b', 'c', 'd');
  await Promise.all(Array.from({ length: 16 }, () => makeFolder(path)));
  expect(existsSync(path)).toBe(true);
});

test('throws what the system says', async () => {
  const dir = tempDir();
  writeFileSync(join(dir, 'file'), '');
  symlinkSync('nowhere', join(dir, 'dangling'));
  await expect(makeFolder(join(dir, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(makeFolder(join(dir, 'file', 'a'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  await expect(makeFolder(join(dir, 'dangling'))).rejects.toMatchObject({ code: 'EEXIST' });
});

// In a process of its own: what never returns can't be ended from within.
test('ends where a folder is there and takes none', () => {
  const module = JSON.stringify(new URL('../../src/files/make-folder.js', import.meta.url).href);
  const script = `const { makeFolder } = await import(${module});
    console.log(await makeFolder(process.argv[1]).catch((e) => e.syscall));`;
  // Only Linux has such a folder everywhere; elsewhere a device stands for it.
  const folder = process.platform === 'linux' ? '/proc/self' : '/dev/null';
  const args = ['--input-type=module', '-e', script, `${folder}/a/b`];
  const child = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 });
  expect(child.stdout).toBe('mkdir\n');
});
