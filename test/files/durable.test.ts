import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm, stat, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFile, replaceFile, syncFolder } from '../../src/files/durable.js';

let folder: string;
let path: string;
let temporary: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'durable-'));
  path = join(folder, 'kept');
  temporary = join(folder, 'unfinished');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe.each([
  ['createFile', createFile],
  ['replaceFile', replaceFile],
] as const)('%s', (_, write) => {
  test('writes a file of mode 0600, and leaves nothing beside it', async () => {
    await write({ path, temporary, body: 'text' });
    expect(await readFile(path, 'utf8')).toBe('text');
    expect(await readdir(folder)).toEqual(['kept']);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('writes bytes as they are', async () => {
    await write({ path, temporary, body: Buffer.from([0, 0xff, 0x0a]) });
    expect(await readFile(path)).toEqual(Buffer.from([0, 0xff, 0x0a]));
  });

  test('writes nothing once aborted', async () => {
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    await expect(write({ path, temporary, body: 'text', signal })).rejects.toBe(reason);
    expect(await readdir(folder)).toEqual([]);
  });

  test('leaves nothing where the place is a folder', async () => {
    await mkdir(join(path, 'full'), { recursive: true });
    await expect(write({ path, temporary, body: 'text' })).rejects.toThrow(/EEXIST|EISDIR/u);
    expect(await readdir(folder)).toEqual(['kept']);
  });
});

test('createFile leaves a file that is there as it is', async () => {
  await writeFile(path, 'first');
  await expect(createFile({ path, temporary, body: 'second' })).rejects.toMatchObject({
    code: 'EEXIST',
    syscall: 'link',
  });
  expect(await readFile(path, 'utf8')).toBe('first');
  expect(await readdir(folder)).toEqual(['kept']);
});

test('replaceFile takes the place of a file that is there', async () => {
  await writeFile(path, 'first', { mode: 0o644 });
  await replaceFile({ path, temporary, body: 'second' });
  expect(await readFile(path, 'utf8')).toBe('second');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('syncFolder does without on a file system that flushes no folders', async () => {
  // procfs answers EINVAL.
  await expect(syncFolder('/proc/self')).resolves.toBeUndefined();
});

test('syncFolder tells of a folder that is not there', async () => {
  await expect(syncFolder(join(folder, 'gone'))).rejects.toMatchObject({ code: 'ENOENT' });
});
