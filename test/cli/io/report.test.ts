import { beforeEach, describe, expect, test } from '@jest/globals';
import { LAZY, newUser, type User } from '../../support/lazy.js';
import { run } from '../../support/run.js';

let user: User;
beforeEach(() => {
  user = newUser();
});

const lazy = (...args: string[]) => run([process.execPath, LAZY, ...args], { cwd: user.work, env: user.env });

type Line = Readonly<Record<string, unknown>>;
const lines = (stderr: string): Line[] =>
  stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

describe('--log-format json', () => {
  test('stderr is JSON lines and nothing else, talk and cautions included', async () => {
    const put = await lazy('--log-format', 'json', 'put', 'db', 'value');
    expect(put.code).toBe(0);
    const said = lines(put.stderr);
    expect(said.length).toBeGreaterThan(0);
    for (const line of said) {
      expect(line).toMatchObject({ level: 'info', time: expect.stringMatching(/^\d{4}-.*Z$/u) as unknown });
    }
    expect(said.map((line) => line['msg'])).toContainEqual(expect.stringContaining('stored "db" version 1'));
    const failed = await lazy('--log-format', 'json', '--verbose', 'get', 'nothing');
    expect(failed.code).toBe(4);
    expect(lines(failed.stderr).at(-1)).toMatchObject({
      level: 'error',
      code: 'ERR_NOT_FOUND',
      name: 'nothing',
    });
  });

  test('escapes C1 controls and the marks that reorder text, in every member', async () => {
    const name = 'a\u009b31m\u202eb';
    const { stderr } = await lazy('--log-format', 'json', 'get', name);
    expect(stderr).not.toMatch(/[\u0080-\u009f\u202a-\u202e\u2066-\u2069]/u);
    expect(lines(stderr).at(-1)).toMatchObject({ name });
  });
});
