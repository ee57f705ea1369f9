import { expect, test } from '@jest/globals';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LAZY, newUser } from '../../support/lazy.js';
import { run, type RunResult } from '../../support/run.js';

const TOTAL = 1_000;

test('Ctrl-C in import says how many are stored and how to go on, and that goes on', async () => {
  const { env, work, home } = newUser();
  const store = join(home, 'store');
  const many = Object.fromEntries(Array.from({ length: TOTAL }, (_, i) => [`many-${i}`, 'x']));
  writeFileSync(join(work, 'many.json'), JSON.stringify(many));
  const lazy = (
    args: readonly string[],
    started?: (child: { kill(s: 'SIGINT'): void }) => void,
  ): Promise<RunResult> =>
    run([process.execPath, LAZY, ...args], {
      env,
      cwd: work,
      timeout: 90_000,
      ...(started === undefined ? {} : { started }),
    });
  const { code, stderr } = await lazy(['import', 'many.json'], (child) => {
    const timer = setInterval(() => {
      if (!existsSync(store) || readdirSync(store).length < 40) return;
      clearInterval(timer);
      child.kill('SIGINT');
    }, 20);
  });
  expect(code).toBe(130);
  const [, count] =
    /^interrupted: at least (\d+) of 1000 secrets are stored in file:\S+\nto go on: the same command with --skip-unchanged\n/u.exec(
      stderr,
    ) ?? [];
  const names = (await lazy(['list'])).stdout.trimEnd().split('\n').length;
  expect(Number(count)).toBeGreaterThan(0);
  expect(Number(count)).toBeLessThanOrEqual(names);
  expect(names).toBeLessThan(TOTAL);
  const rest = await lazy(['import', 'many.json', '--skip-unchanged']);
  expect(rest.code).toBe(0);
  expect(rest.stderr).toContain(`stored ${TOTAL - names} secrets in file:`);
}, 120_000);

test('of versions, too, it says how many are stored, and the same command stores the rest', async () => {
  const { home, work, env } = newUser();
  const store = join(home, 'store');
  const lazy = (args: string[], started?: (child: { kill(s: 'SIGINT'): void }) => void) =>
    run([process.execPath, LAZY, ...args], {
      env,
      cwd: work,
      timeout: 90_000,
      ...(started === undefined ? {} : { started }),
    });
  const secrets = Array.from({ length: TOTAL }, (_, i) => ({
    name: `n${i % 250}`,
    version: String(1 + Math.floor(i / 250)),
    value: `value ${i}`,
  }));
  writeFileSync(join(work, 'history.json'), JSON.stringify({ 'lazycred-export': '1', secrets }));
  const { code, stderr } = await lazy(['import', 'history.json'], (child) => {
    const timer = setInterval(() => {
      if (!existsSync(store) || readdirSync(store).length < 40) return;
      clearInterval(timer);
      child.kill('SIGINT');
    }, 20);
  });
  expect({ code, stderr }).toEqual({
    code: 130,
    stderr: expect.stringMatching(
      /^interrupted: at least \d+ of 1000 versions are stored in file:\S+\nto go on: the same command again\n/u,
    ),
  });
  expect(await lazy(['import', 'history.json'])).toMatchObject({ code: 0 });
}, 120_000);
