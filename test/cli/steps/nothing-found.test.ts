import { beforeAll, expect, test } from '@jest/globals';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LAZY, newUser } from '../../support/lazy.js';
import { run, type RunResult } from '../../support/run.js';

const { env, work, home } = newUser();
const lazy = (...args: string[]): Promise<RunResult> =>
  run([process.execPath, LAZY, '--log-format', 'text', ...args], { env, cwd: work });

beforeAll(async () => {
  for (const name of ['prod/db', 'dev/db']) expect((await lazy('put', name, 'value')).code).toBe(0);
});

const IN_VAIN: readonly (readonly [string, ...string[]])[] = [
  ['export', 'typo/'],
  ['export', 'typo/', '--format', 'dotenv'],
  ['export', 'prod/', 'typo/'],
  ['export', 'prod/*x', 'dev/'],
  ['get', 'a*b'],
  ['get', 'prod/db', 'a*b'],
  ['get', 'a*b', '--format', 'yaml'],
  ['list', 'typo/'],
  ['list', 'a*b', '--long'],
  ['list', 'typo/', '--json'],
  ['list', '--deleted', 'prod/'],
  ['find', 'nowhere'],
  ['find', 'nowhere', '--json'],
];

test.each(IN_VAIN)('nothing found is a failure that prints no data: lazy %s %s %s %s', async (...args) => {
  const { code, stdout, stderr } = await lazy(...args);
  expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
  expect(stderr).toMatch(
    /^lazy: (?:cannot \w+(?: the secrets)?: )?(?:nothing matches|no (?:deleted )?secrets match|no name contains) "/u,
  );
  expect(stderr).toContain(
    ` in file://${home}/store\nhint: lazy list shows what is there; with --allow-empty finding nothing is no failure\n`,
  );
});

test.each(IN_VAIN)('--allow-empty takes nothing for an answer: lazy %s %s %s %s', async (...args) => {
  expect((await lazy(...args, '--allow-empty')).code).toBe(0);
});

test.each([
  ['export', 'typo/', '--format', 'dotenv'],
  ['export', 'prod/', 'typo/'],
  ['get', 'a*b', '--format', 'dotenv'],
])('nothing found leaves the file that -o names as it is: lazy %s %s %s %s', async (...args) => {
  const file = join(work, '.env');
  writeFileSync(file, "DB='good'\n");
  expect((await lazy(...args, '-o', '.env')).code).toBe(4);
  expect(readFileSync(file, 'utf8')).toBe("DB='good'\n");
  expect((await lazy(...args, '-o', 'new')).code).toBe(4);
  expect(existsSync(join(work, 'new'))).toBe(false);
});

test('an empty store: list lists nothing, export fails unless --allow-empty is given', async () => {
  const store = ['--store', `file:${home}/empty`];
  expect((await lazy('put', 'a', 'b', ...store)).code).toBe(0);
  expect((await lazy('delete', 'a', ...store)).code).toBe(0);
  expect(await lazy('list', ...store)).toMatchObject({ code: 0, stdout: '', stderr: '' });
  expect(await lazy('list', '--json', ...store)).toMatchObject({ code: 0, stdout: '[]\n', stderr: '' });
  const failed = await lazy('export', ...store);
  expect(failed).toMatchObject({ code: 4, stdout: '' });
  expect(failed.stderr).toContain(`lazy: cannot export: there are no secrets in file://${home}/empty`);
  expect(await lazy('export', '--allow-empty', ...store)).toMatchObject({
    code: 0,
    stdout: '{}\n',
    stderr: '',
  });
});
