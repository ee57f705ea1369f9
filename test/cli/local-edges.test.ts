import { beforeEach, expect, test } from '@jest/globals';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { userInfo } from 'node:os';
import { LAZY, newUser, type User } from '../support/lazy.js';
import { run, type RunResult } from '../support/run.js';

let user: User;
beforeEach(() => {
  user = newUser();
});

const lazy = (args: readonly string[], env: Record<string, string | undefined> = {}): Promise<RunResult> =>
  run([process.execPath, LAZY, ...args, '--log-format', 'text'], {
    env: { ...user.env, ...env },
    cwd: user.work,
  });

test('a store in the memory of the command is refused: what is put there ends with the command', async () => {
  for (const args of [['put', 'a', 'x'], ['get', 'a'], ['list']]) {
    const refused = await lazy([...args, '--store', 'memory:']);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('--store: memory: ends with the command that writes to it');
  }
  const configured = await lazy(['list'], { LAZYCRED_STORE: 'memory:' });
  expect(configured).toMatchObject({ code: 3, stdout: '' });
});

test('a local store whose folder is not there is not found by what reads, and made by put', async () => {
  for (const args of [
    ['list'],
    ['list', '--allow-empty'],
    ['export'],
    ['export', '--allow-empty'],
    ['find', 'x'],
    ['get', 'a*'],
  ]) {
    const refused = await lazy([...args, '--store', './none']);
    expect({ args, code: refused.code, stdout: refused.stdout }).toEqual({ args, code: 4, stdout: '' });
    expect(refused.stderr).toContain('the folder does not exist');
  }
  expect(existsSync(join(user.work, 'none'))).toBe(false);
  expect((await lazy(['get', 'a', '--store', './none'])).code).toBe(4);
  writeFileSync(join(user.work, 'in.json'), '{"b":"y"}');
  expect((await lazy(['import', 'in.json', '--dry-run', '--store', './none'])).code).toBe(0);
  expect((await lazy(['put', 'a', 'x', '--store', './none'])).code).toBe(0);
  expect(await lazy(['list', '--store', './none'])).toMatchObject({ code: 0, stdout: 'a\n' });
});

test('one odd file in the local store fails its own name, and the others are listed and read', async () => {
  for (const name of ['a', 'b', 'c']) expect((await lazy(['put', name, 'x'])).code).toBe(0);
  const store = join(user.home, 'store');
  const file = join(store, 'b', '0000000000000000001.json');
  rmSync(file);
  symlinkSync(join(store, 'a', '0000000000000000001.json'), file);
  symlinkSync(join(user.home, 'bin', 'lazy'), join(store, 'odd'));
  for (const args of [['list'], ['list', '--long']]) {
    const listed = await lazy(args);
    expect(listed.code).toBe(0);
    expect(listed.stdout.split('\n').map((line) => line.split(/\s/u)[0])).toEqual(
      expect.arrayContaining(['a', 'b', 'c']),
    );
  }
  expect(await lazy(['get', 'c'])).toMatchObject({ code: 0 });
  expect((await lazy(['get', 'b'])).code).toBe(7);
});

test('a home that does not exist is made by no command', async () => {
  const HOME = join(user.home, 'nonexistent');
  expect((await lazy(['get', 'a'], { HOME })).code).not.toBe(0);
  const refused = await lazy(['put', 'a', 'x'], { HOME, LAZYCRED_STORE: undefined, CI: undefined });
  expect(refused).toMatchObject({ code: 3, stdout: '' });
  expect(refused.stderr).toContain(`the home folder ${HOME} does not exist`);
  writeFileSync(join(user.work, '.lazycredrc'), '{}');
  expect((await lazy(['trust', '.lazycredrc'], { HOME })).code).toBe(3);
  expect(existsSync(HOME)).toBe(false);
});

// Only root can give a folder away.
(userInfo().uid === 0 ? test : test.skip)(
  'root with the HOME of another user leaves nothing there',
  async () => {
    const HOME = join(user.home, 'ann');
    mkdirSync(HOME);
    chmodSync(HOME, 0o755);
    chownSync(HOME, 12_345, 12_345);
    const refused = await lazy(['put', 'a', 'x'], { HOME, LAZYCRED_STORE: undefined, CI: undefined });
    expect(refused).toMatchObject({ code: 3, stdout: '' });
    expect(refused.stderr).toContain(`the home folder ${HOME} belongs to another user (uid 12345)`);
    expect(readdirSync(HOME)).toEqual([]);
  },
);
