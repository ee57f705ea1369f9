/**
 * `npm run bench`: start-up, codec and stores, from one run; `npm run bench -- codec` for one of them.
 * docs/benchmarks.md says what the numbers mean.
 */
import { availableParallelism, cpus } from 'node:os';
import { benchCodec } from './codec.js';
import { openGround } from './ground.js';
import { benchStartup } from './startup.js';
import { benchStores } from './stores.js';

const PARTS = { startup: benchStartup, codec: benchCodec, stores: benchStores };

const asked = process.argv.slice(2);
const unknown = asked.filter((part) => !Object.hasOwn(PARTS, part));
if (unknown.length > 0) {
  console.error(`bench: no part ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}`);
  process.exit(2);
}

console.log(`Node ${process.version}, ${availableParallelism()} x ${cpus()[0]?.model.trim() ?? 'unknown'}`);
const ground = await openGround();
try {
  for (const [part, bench] of Object.entries(PARTS)) {
    if (asked.length === 0 || asked.includes(part)) await bench(ground);
  }
} finally {
  await ground.close();
}
