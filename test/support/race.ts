import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** What a racing process writes with; made in that process by a module's `racer(options)`. */
export interface Racer {
  /** Writes `text` as a new version of `name`, whoever comes between, and gives its version. */
  write(name: string, text: string): Promise<string>;
  close(): Promise<void>;
}

/** One race: many processes that write versions of one name at once. */
export interface Race {
  /** URL of a compiled module that exports `racer(options): Racer | Promise<Racer>`. */
  readonly module: string;
  /** Handed to `racer`, as JSON. */
  readonly options: unknown;
  readonly name: string;
  /** 16 by default. */
  readonly processes?: number;
  /** Writes of each process, 25 by default. */
  readonly writes?: number;
}

/** Starts the processes of a race, and kills them (SIGKILL) so many milliseconds after they began to write. */
export async function crash(o: Race & { readonly afterMs: number }): Promise<void> {
  const workers = startWorkers(o);
  try {
    await Promise.all(workers.map((worker) => worker.ready));
    for (const worker of workers) worker.go();
    await sleep(o.afterMs);
  } finally {
    for (const worker of workers) worker.stop();
    await Promise.allSettled(workers.map((worker) => worker.done));
  }
}

/** One write that was acknowledged. */
export interface Acknowledged {
  readonly writer: number;
  /** Which of its writer's, from 1. */
  readonly write: number;
  readonly text: string;
  readonly version: string;
}

/** What a worker is told, as JSON in its only argument. */
export interface RaceJob extends Pick<Race, 'module' | 'options' | 'name'> {
  readonly writer: number;
  readonly writes: number;
}

/**
 * Runs a race: all processes load first, then start together.
 *
 * @returns what they were told had been written
 * @throws Error with a worker's last words when one fails
 */
export async function race(o: Race): Promise<Acknowledged[]> {
  const { module, options, name, processes = 16, writes = 25 } = o;
  const jobs = Array.from({ length: processes }, (_, i) => ({
    module,
    options,
    name,
    writer: i + 1,
    writes,
  }));
  const workers = jobs.map((job) => startWorker(job));
  try {
    await Promise.all(workers.map((worker) => worker.ready));
    for (const worker of workers) worker.go();
    return (await Promise.all(workers.map((worker) => worker.done))).flat();
  } finally {
    for (const worker of workers) worker.stop();
  }
}

interface Worker {
  readonly ready: Promise<void>;
  readonly done: Promise<Acknowledged[]>;
  go(): void;
  stop(): void;
}

function startWorkers({ module, options, name, processes = 16, writes = 25 }: Race): Worker[] {
  const numbers = Array.from({ length: processes }, (_, i) => i + 1);
  return numbers.map((writer) => startWorker({ module, options, name, writer, writes }));
}

function startWorker(job: RaceJob): Worker {
  const script = fileURLToPath(new URL('race-worker.js', import.meta.url));
  const child = spawn(process.execPath, [script, JSON.stringify(job)], { stdio: 'pipe' });
  let said = '';
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  // A worker that ends early closes the pipe; why it did is in `done`.
  child.stdin.on('error', (e: Error) => (complaints += e.message));
  const done = new Promise<Acknowledged[]>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(said.slice(said.indexOf('\n'))) as Acknowledged[]);
      else reject(new Error(`writer ${job.writer} ended with ${code}: ${complaints}`));
    });
  });
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.startsWith('ready\n')) resolve();
    });
    done.catch(reject);
  });
  return { ready, done, go: () => child.stdin.end('go\n'), stop: () => void child.kill('SIGKILL') };
}
