/** A cloned project's config file: the user's own store, a stranger's key to seal with, the user's to open with. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeKmsKey, motoUrl } from '../emulators/servers.js';
import { newUser, type User } from '../support/lazy.js';
import { run, type RunResult } from '../support/run.js';
import { tempDir } from '../support/temp-dir.js';

let user: User;
let where: string;
let file: string;

const lazy = (line: string, o: { cwd?: string; env?: Record<string, string> } = {}): Promise<RunResult> =>
  run(['sh', '-c', line], {
    env: { ...user.env, VISUAL: 'sed -i s/new/edited/', ...o.env },
    cwd: o.cwd ?? user.work,
  });
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

test.each(['rollback db 1', 'undelete gone', 'edit db'])(
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

test('import of versions says it, too, also of those that were stored before it failed', async () => {
  const elsewhere = `LAZYCRED_KEY=local: LAZYCRED_STORE=file:${user.home}/other LAZYCRED_CONFIG=none`;
  const puts = 'lazy put n/db one; lazy put n/db two; lazy put n/no value';
  await ok(`export ${elsewhere}; ${puts}; lazy export --all-versions -o all.json`);
  expect((await ok('lazy -q import all.json')).stderr).toBe(`stored 3 versions ${where}; 0 unchanged\n`);
  expect((await ok('lazy -q import all.json')).stderr).toBe(`stored 0 versions ${where}; 3 unchanged\n`);

  // A link to nowhere in the folder's place: nothing is there, and nothing can be made there.
  symlinkSync(`${user.home}/nowhere`, `${user.home}/store/p%2fn%2fno`);
  const failed = await lazy(`${text} -q import all.json --prefix p/`);
  expect(failed.code).not.toBe(0);
  expect(failed.stderr).toContain(`what was stored is ${where}\n`);
  expect((await ok('lazy list p/')).stdout).toBe('p/n/db\n');
});

describe('the same with keys in KMS', () => {
  let place: string;
  const use = async (withStranger: boolean): Promise<Record<string, string>> => {
    const [own, stranger] = [await makeKmsKey(), await makeKmsKey()];
    const env = { LAZYCRED_KMS_ENDPOINT: motoUrl(), AWS_REGION: 'us-east-1' };
    const settings = { LAZYCRED_KEY: `kms:${own.alias}`, LAZYCRED_CONFIG: 'none', ...env };
    await ok('lazy put kms old; lazy put kms new; lazy put left value; lazy delete left', { env: settings });
    const key = withStranger ? `kms:${stranger.alias}` : `kms:${own.arn}`;
    place = `in file://${user.home}/store under ${key}`;
    const store = `file:${user.home}/store`;
    writeFileSync(file, JSON.stringify({ store, key, decryptKeys: `kms:${own.alias}` }));
    return env;
  };

  test.each(['rollback kms 1', 'undelete left'])(
    '%s seals no old value for a KMS key that could not open it, until the file is trusted',
    async (words) => {
      const env = await use(true);
      const refused = await lazy(`${text} ${words}`, { env });
      expect([refused.code, refused.stdout]).toEqual([3, '']);
      expect(refused.stderr).toContain('the value is not sealed for kms:alias/');
      expect(refused.stderr).toContain(`hint: if the key is yours to seal for: lazy trust ${file}\n`);
      expect((await ok('lazy history kms | cut -f1', { env })).stdout).toBe('2\n1\n');
      await ok(`lazy trust ${file}`, { env });
      expect((await ok(`lazy -q ${words}`, { env })).stderr).toContain(` ${place}\n`);
    },
  );

  test('under another name of the key that opened it, it needs no trust', async () => {
    const env = await use(false);
    expect((await ok('lazy -q rollback kms 1', { env })).stderr).toBe(
      `stored "kms" version 3, the value of 1, ${place}\n`,
    );
  });

  test.each([
    ['put', 'lazy -q put kms more', 'stored "kms" version 3'],
    ['import', `printf '{"a":"1"}' | lazy -q import - --format json`, 'stored 1 secret'],
  ])('%s says under which KMS key it sealed, with --quiet too', async (_, line, what) => {
    const env = await use(true);
    expect((await ok(line, { env })).stderr).toBe(`${what} ${place}\n`);
  });
});
