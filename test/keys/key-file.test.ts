import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readKeyFile, type KeyFile } from '../../src/keys/key-file.js';
import { makeKeyFile } from '../../src/keys/make-key-file.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'key-file-'));
});
afterAll(() => rm(dir, { recursive: true }));

function keyFile(name: string, o: Partial<KeyFile> = {}): KeyFile {
  return { path: join(dir, name), bytes: 32, what: 'local key', ...o };
}

const ones = (n: number): Buffer => Buffer.alloc(n, 1);
const twos = (n: number): Buffer => Buffer.alloc(n, 2);

test('undefined is a missing file, and a missing folder', async () => {
  expect(await readKeyFile(keyFile('none'))).toBeUndefined();
  expect(await readKeyFile(keyFile('no/such/folder'))).toBeUndefined();
});

test('the first maker wins; the second gets what the first made', async () => {
  const file = keyFile('first');
  expect(await makeKeyFile(file, ones)).toEqual(ones(32));
  expect(await makeKeyFile(file, twos)).toEqual(ones(32));
  expect(await readKeyFile(file)).toEqual(ones(32));
});

test('of many makers at once all get the same, and no other file stays', async () => {
  const file = keyFile('race/key');
  const made = await Promise.all(
    Array.from({ length: 20 }, (_, i) => makeKeyFile(file, (n) => Buffer.alloc(n, i))),
  );
  expect(new Set(made.map((b) => b.toString('hex'))).size).toBe(1);
  expect(await readdir(join(dir, 'race'))).toEqual(['key']);
});

test('an open umask opens nothing', async () => {
  const before = process.umask(0);
  try {
    await makeKeyFile(keyFile('umask/deep/key'), ones);
  } finally {
    process.umask(before);
  }
  expect((await stat(join(dir, 'umask/deep/key'))).mode & 0o7777).toBe(0o600);
  expect((await stat(join(dir, 'umask/deep'))).mode & 0o7777).toBe(0o700);
  expect((await stat(join(dir, 'umask'))).mode & 0o7777).toBe(0o700);
});

test('a file of another user is refused', async () => {
  const file = keyFile('owned');
  await makeKeyFile(file, ones);
  const { uid } = userInfo();
  expect(await readKeyFile({ ...file, uid })).toEqual(ones(32));
  await expect(readKeyFile({ ...file, uid: uid + 1 })).rejects.toMatchObject({
    code: 'ERR_ACCESS',
    message: `the local key ${file.path} belongs to another user (uid ${uid})`,
  });
});

test('a link is followed, and what it leads to is judged', async () => {
  const file = keyFile('linked-to');
  await makeKeyFile(file, ones);
  await symlink(file.path, join(dir, 'link'));
  expect(await readKeyFile(keyFile('link'))).toEqual(ones(32));
});

test('a named pipe is refused, without waiting for a writer', async () => {
  execFileSync('mkfifo', ['-m', '600', join(dir, 'pipe')]);
  await expect(readKeyFile(keyFile('pipe'))).rejects.toMatchObject({
    code: 'ERR_ACCESS',
    message: `the local key ${join(dir, 'pipe')} is not a regular file`,
  });
});

test('where the file cannot be made, the error says where and why, and nothing is left', async () => {
  await makeKeyFile(keyFile('file'), ones);
  const inside = keyFile('file/key');
  await expect(makeKeyFile(inside, ones)).rejects.toMatchObject({
    code: 'ERR_ACCESS',
    message: expect.stringContaining(`cannot make the local key ${inside.path}: `),
    location: inside.path,
  });
  expect((await readFile(join(dir, 'file'), 'latin1')).length).toBe(45);
});

test('a key file that its group may read and not write is accepted, as Kubernetes mounts with fsGroup', async () => {
  const path = join(dir, 'mounted');
  await writeFile(path, `${ones(32).toString('base64')}\n`);
  for (const mode of [0o440, 0o640]) {
    await chmod(path, mode);
    expect(await readKeyFile({ path, bytes: 32, what: 'local key' })).toEqual(ones(32));
  }
  for (const mode of [0o460, 0o620, 0o450]) {
    await chmod(path, mode);
    await expect(readKeyFile({ path, bytes: 32, what: 'local key' })).rejects.toMatchObject({
      code: 'ERR_ACCESS',
    });
  }
});

test('a key file that anybody may read (0444) is refused, with defaultMode: 0400 in the hint', async () => {
  const path = join(dir, 'open');
  await writeFile(path, `${ones(32).toString('base64')}\n`);
  await chmod(path, 0o444);
  await expect(readKeyFile({ path, bytes: 32, what: 'local key' })).rejects.toMatchObject({
    code: 'ERR_ACCESS',
    message: `the local key ${path} is open to others (mode 0444)`,
    hint: expect.stringContaining('defaultMode: 0400'),
  });
});
