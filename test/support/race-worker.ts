import type { Acknowledged, Racer, RaceJob } from './race.js';

// One process of a race (see race.ts): says `ready`, waits for a line, writes, prints what was
// acknowledged as JSON. When its standard input closes early it ends: nothing outlives a killed run.
const job = JSON.parse(process.argv[2] ?? '') as RaceJob;
const { racer } = (await import(job.module)) as { racer(options: unknown): Racer | Promise<Racer> };
const own = await racer(job.options);

const started = new Promise<void>((resolve) => process.stdin.once('data', () => resolve()));
process.stdout.write('ready\n');
await started;

const acknowledged: Acknowledged[] = [];
for (let write = 1; write <= job.writes; write++) {
  const text = `writer ${job.writer} write ${write}`;
  const version = await own.write(job.name, text);
  acknowledged.push({ writer: job.writer, write, text, version });
}
await own.close();
process.stdout.write(JSON.stringify(acknowledged));
