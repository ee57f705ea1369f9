import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join, resolve, sep } from 'node:path';
import { LazycredError } from '../../errors.js';
import { codeOf } from '../../files/system-errors.js';
import { quote } from '../../text/printable.js';
import { FailureWithStatus } from '../io/failure.js';

/** What a shell exits with for a program that it doesn't find, and for one that it may not run. */
const NOT_FOUND_STATUS = 127;
const NOT_RUNNABLE_STATUS = 126;

/**
 * The absolute path of a program, found as a shell finds it: a name with a slash as it is, any other along PATH.
 *
 * @param env the variables that the program will have
 * @throws FailureWithStatus 127 where there is none, 126 where it may not be run
 */
export async function findProgram(name: string, env: NodeJS.ProcessEnv, cwd: string): Promise<string> {
  if (name === '') throw notFound(name);
  const candidates =
    name.includes('/') || name.includes(sep) ? [resolve(cwd, name)] : alongPath(name, env, cwd);
  let found: string | undefined;
  for (const path of candidates) {
    const is = await kindOf(path);
    if (is === 'runnable') return path;
    if (is === 'there') found ??= path;
  }
  if (found === undefined) throw notFound(name);
  throw new FailureWithStatus(
    NOT_RUNNABLE_STATUS,
    new LazycredError('ERR_ACCESS', `${quote(found)} may not be run`, {
      hint: 'it must be a file that you may execute: chmod +x',
    }),
  );
}

function notFound(name: string): FailureWithStatus {
  let hint = name.includes('/') ? undefined : 'PATH is where programs are looked for';
  // A variable of the shell that is not set, in quotes.
  if (name === '') hint = 'CMD is empty: lazy exec [OPTIONS] -- CMD [ARG]…';
  return new FailureWithStatus(
    NOT_FOUND_STATUS,
    new LazycredError('ERR_USAGE', `the program ${quote(name)} is not found`, { hint }),
  );
}

function alongPath(name: string, env: NodeJS.ProcessEnv, cwd: string): string[] {
  // execvp(3): where PATH is not set, the system's own places.
  const path = env['PATH'] ?? '/usr/bin:/bin';
  return path.split(delimiter).map((folder) => join(resolve(cwd, folder), name));
}

async function kindOf(path: string): Promise<'runnable' | 'there' | undefined> {
  try {
    const stats = await stat(path);
    if (!stats.isFile()) return 'there';
    await access(path, constants.X_OK);
    return 'runnable';
  } catch (e) {
    if (codeOf(e) === undefined) throw e;
    return codeOf(e) === 'EACCES' ? 'there' : undefined;
  }
}
