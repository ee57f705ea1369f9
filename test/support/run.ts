import { spawn, type ChildProcess } from 'node:child_process';
import { assertNoSecretIn } from '../canary.js';

/** How to run a child process. */
export interface RunOptions {
  /** Written to its standard input, which is a pipe. */
  readonly input?: string | Uint8Array | undefined;
  /** Without `input`: `/dev/null` (the default), closed altogether, or an open file's descriptor. */
  readonly stdin?: 'null' | 'closed' | number;
  /** Beside the run's own environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Its standard output is a value, so secrets may be in it. */
  readonly stdoutIsData?: boolean;
  /** Given the process once it runs: to send a signal, to close a pipe early. */
  readonly started?: (child: ChildProcess) => void;
  /** Milliseconds until it is killed; 30,000 by default. */
  readonly timeout?: number;
}

/** What a child process said, and how it ended. */
export interface RunResult {
  /** Exit status; null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output's bytes as they came. */
  readonly stdoutBytes: Buffer;
}

/**
 * Runs a command to its end. No secret that the test registered may be on its standard error, nor
 * on its standard output unless that is said to be data.
 *
 * @throws Error when it can't be started, takes too long, or prints a secret
 * @example
 * const { code, stdout } = await run([process.execPath, lazy, 'get', 'db'], { stdoutIsData: true });
 */
export async function run(argv: readonly string[], o: RunOptions = {}): Promise<RunResult> {
  const [command = '', ...args] = o.stdin === 'closed' ? ['sh', '-c', 'exec "$@" <&-', 'sh', ...argv] : argv;
  const piped = o.input !== undefined;
  const stdin = piped ? 'pipe' : typeof o.stdin === 'number' ? o.stdin : 'ignore';
  const child = spawn(command, args, {
    cwd: o.cwd,
    env: environment(o.env),
    stdio: [stdin, 'pipe', 'pipe'],
    timeout: o.timeout ?? 30_000,
    killSignal: 'SIGKILL',
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
  // A child may end without reading its input; how it ended says more than the broken pipe.
  child.stdin?.on('error', () => undefined);
  if (piped) child.stdin?.end(o.input);
  o.started?.(child);

  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (...ended) => resolve(ended));
  });
  const stdoutBytes = Buffer.concat(out);
  const stderr = Buffer.concat(err).toString();
  const what = argv.slice(0, 4).join(' ');
  assertNoSecretIn(stderr, `standard error of "${what} …"`);
  if (o.stdoutIsData !== true) assertNoSecretIn(stdoutBytes, `standard output of "${what} …"`);
  return { code, signal, stdout: stdoutBytes.toString(), stderr, stdoutBytes };
}

function environment(changes: RunOptions['env'] = {}): NodeJS.ProcessEnv {
  const env = { ...process.env, ...changes };
  for (const name of Object.keys(env)) if (env[name] === undefined) delete env[name];
  return env;
}
