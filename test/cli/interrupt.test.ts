import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { LAZY, newUser } from '../support/lazy.js';
import { run } from '../support/run.js';

/** Long enough for the command to be waiting for its value. */
const STARTED_MS = 700;

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends a command that waits for its stdin', async (signal, status) => {
  const { env, work } = newUser();
  const pipe = join(work, 'pipe');
  execFileSync('mkfifo', [pipe]);
  // Both ways, so that it never ends.
  const stdin = openSync(pipe, 'r+');
  const { code, stderr } = await run([process.execPath, LAZY, 'put', 'db'], {
    env,
    stdin,
    started: (child) => setTimeout(() => child.kill(signal), STARTED_MS),
  });
  closeSync(stdin);
  expect({ code, stderr }).toEqual({ code: status, stderr: '' });
});

test('SIGTERM ends a command that waits for the other end of a named pipe', async () => {
  const { env, work } = newUser();
  const pipe = join(work, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const { signal, stderr } = await run([process.execPath, LAZY, 'put', 'db', `@${pipe}`], {
    env,
    started: (child) => setTimeout(() => child.kill('SIGTERM'), STARTED_MS),
    timeout: 10_000,
  });
  expect({ signal, stderr }).toEqual({ signal: 'SIGTERM', stderr: '' });
});
