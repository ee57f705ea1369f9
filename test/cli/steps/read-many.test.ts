import { beforeAll, expect, test } from '@jest/globals';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canary } from '../../canary.js';
import { LAZY, newUser, type User } from '../../support/lazy.js';
import { run, type RunResult } from '../../support/run.js';

const COUNT = 50;
const nameOf = (i: number): string => `many/secret-${String(i).padStart(2, '0')}`;

let user: User;

const lazy = (...args: string[]): Promise<RunResult> =>
  run([process.execPath, LAZY, ...args], { env: user.env, cwd: user.work });

beforeAll(async () => {
  user = newUser();
  const names = Array.from({ length: COUNT }, (_, i) => nameOf(i));
  writeFileSync(
    join(user.work, 'all.json'),
    JSON.stringify(Object.fromEntries(names.map((n) => [n, canary()]))),
  );
  expect(await lazy('import', 'all.json')).toMatchObject({ code: 0, stdout: '' });
});

/** Damages the records of these secrets while `during` runs. */
async function damaged(failing: readonly number[], during: () => Promise<void>): Promise<void> {
  const store = join(user.home, 'store');
  const stored = readdirSync(store, { recursive: true, encoding: 'utf8' });
  const files = failing.map((i) => {
    const suffix = nameOf(i).replace('many/', '');
    return join(store, stored.find((path) => path.includes(suffix) && path.endsWith('.json')) ?? suffix);
  });
  const before = files.map((file) => readFileSync(file, 'utf8'));
  for (const [i, file] of files.entries()) {
    const record = JSON.parse(before[i] ?? '') as Record<string, string>;
    const data = Buffer.from(record['data'] ?? '', 'base64');
    data[0] = (data[0] ?? 0) ^ 1;
    writeFileSync(file, JSON.stringify({ ...record, data: data.toString('base64') }));
  }
  await during();
  for (const [i, file] of files.entries()) writeFileSync(file, before[i] ?? '');
}

test.each([{ failing: [0] }, { failing: [24] }, { failing: [49] }, { failing: [0, 7, 48] }])(
  '$failing of 50 fail: no output, and each is named',
  async ({ failing }) => {
    await damaged(failing, async () => {
      const several = Array.from({ length: COUNT }, (_, i) => nameOf(i));
      for (const args of [
        ['get', 'many/*'],
        ['get', ...several],
        ['export', 'many/', '--format', 'dotenv', '-o', 'out'],
      ]) {
        const { code, stdout, stderr } = await lazy(...args);
        expect({ args, code, stdout }).toEqual({ args, code: 7, stdout: '' });
        const { msg, failures } = JSON.parse(stderr) as {
          msg: string;
          failures: { code: string; name: string }[];
        };
        expect(msg.startsWith(`cannot get ${failing.length} of 50: "${nameOf(failing[0] ?? 0)}": `)).toBe(
          true,
        );
        expect(failures).toMatchObject(failing.map((i) => ({ code: 'ERR_INTEGRITY', name: nameOf(i) })));
      }
    });
    expect(existsSync(join(user.work, 'out'))).toBe(false);
  },
);

test('none fails: all of them', async () => {
  const { code, stdout } = await run([process.execPath, LAZY, 'get', 'many/*'], {
    env: user.env,
    stdoutIsData: true,
  });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual(JSON.parse(readFileSync(join(user.work, 'all.json'), 'utf8')));
});
