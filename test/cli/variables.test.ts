import { beforeEach, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newUser, type User } from '../support/lazy.js';
import { run, type RunResult } from '../support/run.js';

let user: User;
beforeEach(() => {
  user = newUser();
});
const lazy = (line: string): Promise<RunResult> => run(['sh', '-c', line], { env: user.env, cwd: user.work });

test('a file that overrides LAZYCRED_STORE is told of in one line, with the ways to have the variable count', async () => {
  const file = join(user.work, '.lazycredrc');
  writeFileSync(file, 'store: ./theirs\ntimeout: 20\n');
  const { stderr } = await lazy('LAZYCRED_TIMEOUT=3s lazy put db value');
  expect(stderr.split('\n')).toEqual([
    `note: LAZYCRED_STORE, LAZYCRED_TIMEOUT do not count, ${file} says otherwise: use --store, --timeout, LAZYCRED_CONFIG=none`,
    `stored "db" version 1 in file://${user.work}/theirs under local:`,
    '',
  ]);
  expect((await lazy('lazy -q put db value')).stderr).toBe('');
  const mine = await lazy('LAZYCRED_CONFIG=none lazy put db value');
  expect(mine.stderr).toBe(`stored "db" version 1 in file://${user.home}/store under local:\n`);
});

test('a file that says what LAZYCRED_STORE says, and a file without a store, are not told of', async () => {
  writeFileSync(join(user.work, '.lazycredrc'), `store: "file:${user.home}/store"\n`);
  expect((await lazy('lazy put db value')).stderr).not.toContain('note:');
  writeFileSync(join(user.work, '.lazycredrc'), 'timeout: 20\n');
  expect((await lazy('lazy put db value')).stderr).not.toContain('note:');
});

test('a variable LAZYCRED_… that is no setting is warned of, with what was meant', async () => {
  const { stderr, stdout, code } = await lazy(
    'lazy -q put db value; LAZYCRED_STROE=./x LAZYCRED_COLOUR=1 lazy get db',
  );
  expect([code, stdout]).toEqual([0, 'value']);
  expect(stderr.split('\n').sort()).toEqual([
    '',
    'note: the variable LAZYCRED_COLOUR is no setting',
    'note: the variable LAZYCRED_STROE is no setting, did you mean "LAZYCRED_STORE"?',
  ]);
});
