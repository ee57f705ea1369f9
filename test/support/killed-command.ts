import { fileURLToPath } from 'node:url';
import { LAZY } from './lazy.js';
import { run, type RunOptions, type RunResult } from './run.js';

const PRELOAD = fileURLToPath(new URL('kill-at-call.js', import.meta.url));

/** More calls than any command makes that is killed here: it would never end otherwise. */
const MOST_KILLS = 60;

/**
 * Runs `lazy` killed before its first call of the file system that changes something, before its second, … and
 * does `then` after each kill, until a run is not killed.
 *
 * @returns how many runs were killed, and the last one
 */
export async function killedAtEachCall(
  args: readonly string[],
  o: RunOptions,
  then: (kill: number) => Promise<void> | void,
): Promise<{ readonly kills: number; readonly last: RunResult }> {
  const argv = [process.execPath, '--import', PRELOAD, LAZY, ...args];
  for (let at = 1; at <= MOST_KILLS; at++) {
    const last = await run(argv, { ...o, env: { ...o.env, KILL_AT: String(at) } });
    if (last.signal !== 'SIGKILL') return { kills: at - 1, last };
    await then(at);
  }
  throw new Error(`${args[0]} was killed ${MOST_KILLS} times`);
}
