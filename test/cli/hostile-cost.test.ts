/** A record that says that its key takes a minute of work: the command ends at its time limit, as a process. */
import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LAZY, newUser } from '../support/lazy.js';
import { run, type RunResult } from '../support/run.js';

test('a hostile cost of scrypt does not hold the command after its time limit', async () => {
  const user = newUser();
  const env = {
    ...user.env,
    LAZYCRED_KEY: `passphrase:${user.home}/salt`,
    LAZYCRED_PASSPHRASE: 'correct horse',
  };
  const lazy = (...args: string[]): Promise<RunResult> =>
    run([process.execPath, LAZY, '--log-format', 'text', ...args], { env, cwd: user.work });
  expect(await lazy('put', 'seed', 'x')).toMatchObject({ code: 0 });

  const folder = join(user.home, 'store');
  const [file = ''] = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((f) =>
    f.endsWith('.json'),
  );
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  const [, wrapped = ''] = /wrapped\\":\\"([A-Za-z0-9+/=]+)/u.exec(text) ?? [];
  const bytes = Buffer.from(wrapped, 'base64');
  // The greatest cost that is read: 1 GiB, four times.
  bytes.set([20, 8, 4], 1);
  writeFileSync(path, text.replace(wrapped, bytes.toString('base64')));

  const began = performance.now();
  const { code, stderr } = await lazy('get', 'seed', '--timeout', '1s');
  const took = performance.now() - began;
  expect(stderr).toContain('within 1 s');
  expect(code).toBe(9);
  expect(took).toBeLessThan(10_000);
});
