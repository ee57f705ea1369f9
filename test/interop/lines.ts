import { expect } from '@jest/globals';
import { LAZY, type User } from '../support/lazy.js';
import { run } from '../support/run.js';
import type { Originals, Program } from './originals.js';

/** One command line, without the program's name, and what it is known to exit with. */
export interface Line {
  readonly args: readonly string[];
  readonly input?: string;
  /** 0 by default. */
  readonly code?: number;
  /** Its lines come in no certain order. */
  readonly unordered?: boolean;
}

/** A line that succeeds. */
export function line(...args: string[]): Line {
  return { args };
}

/** A line that exits with `code`. */
export function fails(code: number, ...args: string[]): Line {
  return { args, code };
}

type Env = User['env'];

/** What is compared of a line that was run. */
interface Outcome {
  readonly args: readonly string[];
  readonly code: number | null;
  readonly stdout: string;
}

/**
 * Gives a function that runs a line through the original and through the front end of `lazy`, each with
 * variables of its own beside the user's, and fails unless both print the same and exit alike, as the
 * line says.
 */
export function lineByLine(
  program: Program,
  originals: Originals,
  { work: cwd, env }: User,
): (of: Line, originalEnv: Env, ourEnv: Env) => Promise<void> {
  return async (of, originalEnv, ourEnv) => {
    const outcome = ({ code, stdout }: Pick<Outcome, 'code' | 'stdout'>): Outcome => ({
      args: of.args,
      code,
      stdout: of.unordered === true ? stdout.split('\n').sort().join('\n') : stdout,
    });
    const o = { cwd, input: of.input ?? '', stdoutIsData: true };
    const [wanted, got] = await Promise.all([
      originals.run(program, of.args, { ...o, env: { ...env, ...originalEnv } }),
      run([process.execPath, LAZY, program, ...of.args], { ...o, env: { ...env, ...ourEnv } }),
    ]);
    expect({ args: of.args, code: wanted.code }).toEqual({ args: of.args, code: of.code ?? 0 });
    expect(outcome(got)).toEqual(outcome(wanted));
  };
}
