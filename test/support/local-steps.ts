/**
 * A process of its own that writes local files step by step: `node local-steps.js JOB`, killed before a
 * system call, or with something else done before one. It prints what it did as JSON.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawn } from 'node:child_process';
import { writePrivateFile } from '../../src/cli/io/files.js';
import { trust } from '../../src/config.js';
import { openStore } from '../../src/connect.js';
import { beforeSystemCalls } from './system-calls.js';

/** What can be done in a folder. */
export type Action = 'put' | 'destroy' | 'prune' | 'write' | 'trust';

/** One run. */
export interface StepsJob {
  readonly folder: string;
  readonly action: Action;
  /** The call, from 1 and of those that change something, before which the process is killed; undefined for none. */
  readonly killAt?: number | undefined;
  /** What is done as a whole between two calls, before the call of this number. */
  readonly between?: { readonly action: Action; readonly at: number } | undefined;
  /** The text that `put` and `write` store. */
  readonly text?: string | undefined;
}

/** What a run tells that was not killed. */
export interface StepsDone {
  /** The calls of the action that change something, in order. */
  readonly changes: readonly string[];
  /** How many calls it made, reading ones too. */
  readonly calls: number;
  /** The version that `put` was told; else empty. */
  readonly put: string;
  readonly between: string;
}

/** The name that is put and destroyed. */
export const STEPS_NAME = 'db';

const script = fileURLToPath(import.meta.url);

/** Runs a job in a process of its own; undefined when that was killed. */
export async function runSteps(job: StepsJob): Promise<StepsDone | undefined> {
  const child = spawn(process.execPath, [script, JSON.stringify(job)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [said, complaints] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (...end) => resolve(end));
  });
  if (signal === 'SIGKILL') return undefined;
  if (code !== 0) throw new Error(`ended with ${code}: ${complaints}`);
  return JSON.parse(said) as StepsDone;
}

async function act(action: Action, { folder, text = '' }: StepsJob): Promise<string> {
  if (action === 'write') {
    await writePrivateFile(join(folder, 'out.env'), Buffer.from(text));
    return '';
  }
  if (action === 'trust') {
    const around = { cwd: folder, env: { XDG_DATA_HOME: join(folder, 'data') }, home: folder };
    await trust(join(folder, '.lazycredrc'), around);
    return '';
  }
  const store = await openStore({
    store: join(folder, 'store'),
    key: `local:${join(folder, 'keys/local.key')}`,
  });
  try {
    if (action === 'put') return (await store.put(STEPS_NAME, text)).version;
    if (action === 'destroy') await store.destroy(STEPS_NAME);
    else await store.prune(STEPS_NAME, { keep: 1 });
    return '';
  } finally {
    await store.close();
  }
}

async function main(job: StepsJob): Promise<void> {
  const changes: string[] = [];
  let calls = 0;
  let meanwhile = '';
  let isWatching = true;
  beforeSystemCalls(async (call) => {
    if (!isWatching) return;
    calls++;
    if (call.changes) changes.push(call.text);
    // Nothing runs any more once the signal was sent to oneself.
    if (call.changes && changes.length === job.killAt) process.kill(process.pid, 'SIGKILL');
    if (calls !== job.between?.at) return;
    isWatching = false;
    meanwhile = await act(job.between.action, { ...job, text: 'put between' });
    isWatching = true;
  });
  const put = await act(job.action, job);
  const done: StepsDone = { changes, calls, put, between: meanwhile };
  process.stdout.write(JSON.stringify(done));
}

if (process.argv[1] === script) await main(JSON.parse(process.argv[2] ?? '') as StepsJob);
