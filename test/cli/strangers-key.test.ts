/** A cloned project's config file: the user's own store, a stranger's key to seal with, the user's to open with. */
import { beforeEach, expect, test } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newUser, type User } from '../support/lazy.js';
import { run, type RunResult } from '../support/run.js';
import { tempDir } from '../support/temp-dir.js';

let user: User;
let where: string;
let file: string;

const lazy = (line: string, o: { cwd?: string; env?: Record<string, string> } = {}): Promise<RunResult> =>
  run(['sh', '-c', line], { env: { ...user.env, ...o.env }, cwd: o.cwd ?? user.work });
const text = 'lazy --log-format text';
const ok = async (line: string, o = {}): Promise<RunResult> => {
  const done = await lazy(line, o);
  expect([done.stderr, done.code]).toEqual([done.stderr, 0]);
  return done;
};

beforeEach(async () => {
  user = newUser();
  const stranger = join(tempDir(), 'key');
  where = `in file://${user.home}/store under local:${stranger}`;
  const elsewhere = join(user.home, 'elsewhere');
  mkdirSync(elsewhere);
  await ok('lazy put db old; lazy put db new; lazy put gone value; lazy delete gone', { cwd: elsewhere });
  file = join(user.work, '.lazycredrc');
  writeFileSync(
    file,
    JSON.stringify({ store: `file:${user.home}/store`, key: `local:${stranger}`, decryptKeys: 'local:' }),
  );
});

test.each(['rollback db 1', 'undelete gone'])(
  "%s seals no old value for a key that a cloned project's file names, until it is trusted",
  async (words) => {
    const refused = await lazy(`${text} ${words}`);
    expect([refused.code, refused.stdout]).toEqual([3, '']);
    expect(refused.stderr).toContain('the value is not sealed for local:/');
    expect(refused.stderr).toContain(`hint: if the key is yours to seal for: lazy trust ${file}\n`);
    expect((await ok('lazy history db | cut -f1')).stdout).toBe('2\n1\n');

    expect((await ok(`lazy trust ${file}`)).stderr).toContain(`  key: ${where.replace(/^.* under /u, '')}\n`);
    expect((await ok(`lazy ${words}`)).stderr).toContain(` ${where}\n`);
  },
);

test.each([
  ['put', 'lazy -q put db more', 'stored "db" version 3'],
  ['import', `printf '{"a":"1"}' | lazy -q import - --format json`, 'stored 1 secret'],
  ['rollback', 'LAZYCRED_TRUST=1 lazy -q rollback db 1', 'stored "db" version 3, the value of 1,'],
  ['undelete', 'LAZYCRED_TRUST=1 lazy -q undelete gone', 'brought back "gone" as version 3'],
])(
  "%s says where and under which key it sealed, with --quiet too where a project's file names the key",
  async (_, line, what) => {
    expect((await ok(line)).stderr).toBe(`${what} ${where}\n`);
  },
);

test('--quiet is quiet where the key comes from a flag, or the file was named', async () => {
  expect((await ok('lazy -q put db more --key local:')).stderr).toBe('');
  expect((await ok(`lazy -q put db more --config ${file}`)).stderr).toBe('');
});

test('a key that could open the value before gets it without trust, one beside it does not', async () => {
  writeFileSync(file, JSON.stringify({ store: `file:${user.home}/store`, key: 'local:' }));
  expect((await ok('lazy rollback db 1')).stderr).toBe(
    `stored "db" version 3, the value of 1, in file://${user.home}/store under local:\n`,
  );
  const both = { store: `file:${user.home}/store`, key: ['local:', `local:${join(tempDir(), 'key')}`] };
  writeFileSync(file, JSON.stringify(both));
  expect((await lazy('lazy rollback db 1')).code).toBe(3);
});

test('without a home folder there is no trust: what seals nothing anew works', async () => {
  const alone = {
    store: `file:${user.home}/store`,
    key: `local:${user.home}/.local/share/lazycred/local.key`,
  };
  writeFileSync(file, JSON.stringify(alone));
  expect((await ok('env -u HOME lazy get db')).stdout).toBe('new');
});
