import { join } from 'node:path';
import { repoRoot } from '../emulators/root.js';
import { pythonPath } from '../emulators/servers.js';
import { run } from './run.js';

/** A command on a terminal of its own; see `pty.py`. */
export interface TerminalRun {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** What is the terminal; all three by default. The others are pipes. */
  readonly tty?: readonly ('stdin' | 'stdout' | 'stderr')[];
  readonly input?: string;
  /** What to wait for, and what to type then (or the number of a signal to send). */
  readonly steps?: readonly (readonly [waitFor: string, type: string | { readonly signal: number }])[];
  /** Until it is killed; 20 by default. */
  readonly seconds?: number;
  /** What it shows may hold secrets. */
  readonly stdoutIsData?: boolean;
}

/** What happened there. */
export interface TerminalResult {
  /** Exit status; negative for a signal. */
  readonly code: number;
  /** What the terminal showed, with the line ends of a terminal made plain. */
  readonly screen: string;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether the terminal echoed at each step. */
  readonly echo: readonly boolean[];
  /** Whether it does when the command has ended. */
  readonly echo_after: boolean;
  /** The step that never came. */
  readonly waited: string | null;
}

const SCRIPT = join(repoRoot(), 'test/support/pty.py');

/** Runs a command on a terminal. */
export async function runOnTerminal(o: TerminalRun): Promise<TerminalResult> {
  const { argv, env = {}, cwd, tty = ['stdin', 'stdout', 'stderr'], input, steps = [], seconds } = o;
  const all = Object.entries({ ...process.env, ...env }).filter(([, value]) => value !== undefined);
  const spec = { argv, env: Object.fromEntries(all), cwd, tty, input, steps, seconds };
  const result = await run([pythonPath(), SCRIPT], {
    input: JSON.stringify(spec),
    stdoutIsData: o.stdoutIsData === true,
    timeout: ((seconds ?? 20) + 10) * 1_000,
  });
  if (result.code !== 0) throw new Error(`pty.py: ${result.stderr}`);
  const parsed = JSON.parse(result.stdout) as TerminalResult;
  return { ...parsed, screen: parsed.screen.replaceAll('\r\n', '\n') };
}
