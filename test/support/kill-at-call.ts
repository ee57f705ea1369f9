/**
 * Loaded with `node --import` before the command: kills it before the call of the file system, of those that
 * change something, whose number from 1 is in `KILL_AT`.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { beforeSystemCalls } from './system-calls.js';

const killAt = Number(process.env['KILL_AT'] ?? '');
// What the command starts is not killed.
delete process.env['KILL_AT'];

let calls = 0;

function count(): void {
  if (++calls === killAt) process.kill(process.pid, 'SIGKILL');
}

beforeSystemCalls(async ({ changes }) => {
  if (changes) count();
  return Promise.resolve();
});

// Of the calls that don't return before they are done, those on private folders: the code cache makes others.
const module = fs as unknown as Record<string, (...args: unknown[]) => unknown>;
for (const call of ['mkdirSync', 'writeFileSync', 'renameSync', 'rmSync']) {
  const original = module[call];
  module[call] = (...args) => {
    if (/lazycred-[0-9a-f]{24}/u.test(String(args[0]))) count();
    return original?.(...args);
  };
}
syncBuiltinESMExports();
