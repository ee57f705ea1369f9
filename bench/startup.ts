import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { figure, median, printTable } from './measure.js';
import type { Ground } from './ground.js';

const LAZY = resolve(import.meta.dirname, '../bin/lazy.cjs');
const RUNS = 31;

interface Case {
  readonly what: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** At most so many times bare node; none: no aim. */
  readonly aim?: number;
}

/**
 * Start-up of the command, as a ratio to `node -e 0`. The cases take turns, so that whatever else the
 * machine does meets all of them alike.
 */
export async function benchStartup(ground: Ground): Promise<void> {
  const home = join(ground.work, 'startup');
  mkdirSync(home, { mode: 0o700 });
  const base = { HOME: home, LAZYCRED_CONFIG: 'none' };
  const local = { ...base, LAZYCRED_STORE: 'file:./store', LAZYCRED_KEY: `local:${join(home, 'key')}` };
  const aws = {
    ...base,
    LAZYCRED_KEY: `kms:${await ground.newKey()}`,
    LAZYCRED_REGION: 'us-east-1',
    LAZYCRED_ENDPOINT: ground.moto,
    LAZYCRED_KMS_ENDPOINT: ground.moto,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'not-a-real-secret-access-key',
  };
  const s3 = { ...aws, LAZYCRED_STORE: `s3://${await ground.newBucket()}/bench/` };
  const dynamodb = { ...aws, LAZYCRED_STORE: `dynamodb://${await ground.newTable()}` };
  const get = [LAZY, 'get', 'db'];
  const cases: readonly Case[] = [
    { what: 'node -e 0', args: ['-e', '0'], env: base },
    { what: 'lazy --version', args: [LAZY, '--version'], env: base, aim: 2.5 },
    { what: 'lazy --help', args: [LAZY, '--help'], env: base },
    { what: 'lazy get, local files', args: get, env: local, aim: 3.5 },
    { what: 'lazy get, S3 and KMS', args: get, env: s3, aim: 5 },
    { what: 'lazy get, DynamoDB and KMS', args: get, env: dynamodb },
    { what: 'lazy get, local, no code cache', args: get, env: { ...local, LAZYCRED_NO_CACHE: '1' } },
    { what: 'lazy get, S3, no code cache', args: get, env: { ...s3, LAZYCRED_NO_CACHE: '1' } },
  ];
  const run = ({ what, args, env }: Case): number => {
    const start = performance.now();
    const child = spawnSync(process.execPath, args, { cwd: home, env, encoding: 'utf8', input: '' });
    const elapsed = performance.now() - start;
    if (child.status !== 0) throw new Error(`${what}: exit ${child.status}: ${child.stderr}`);
    return elapsed;
  };
  for (const env of [local, s3, dynamodb]) run({ what: 'put', args: [LAZY, 'put', 'db', 'value'], env });
  // Once unmeasured: this run writes the code cache.
  for (const c of cases) run(c);
  const times = cases.map((): number[] => []);
  for (let i = 0; i < RUNS; i++) for (const [k, c] of cases.entries()) times[k]?.push(run(c));

  const medians = times.map(median);
  const bare = medians[0] ?? Number.NaN;
  printTable(
    `Start-up: median of ${RUNS} runs, as a ratio to bare node`,
    ['', 'ms', 'ratio', 'aim'],
    cases.map(({ what, aim }, k) => {
      const ms = medians[k] ?? Number.NaN;
      return [
        what,
        ms.toFixed(1),
        `${(ms / bare).toFixed(2)} x`,
        aim === undefined ? '' : `<= ${figure(aim)}`,
      ];
    }),
  );
}
