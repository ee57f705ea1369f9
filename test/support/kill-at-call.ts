/**
 * Loaded with `node --import` before the command: kills it before the call of the file system, of those that
 * change something, whose number from 1 is in `KILL_AT`.
 */
import { beforeSystemCalls } from './system-calls.js';

const killAt = Number(process.env['KILL_AT'] ?? '');
// What the command starts is not killed.
delete process.env['KILL_AT'];

let calls = 0;
beforeSystemCalls(async ({ changes }) => {
  if (changes && ++calls === killAt) process.kill(process.pid, 'SIGKILL');
  return Promise.resolve();
});
