import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openStore, type ConfigInput } from '../src/index.js';
import { dynaliteUrl, makeBucket, makeTable, motoUrl } from './emulators/servers.js';
import { race } from './support/race.js';

const module = new URL('support/store-racer.js', import.meta.url).href;
const WRITERS = 16;
const WRITES = 25;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lazycred-race-'));
});
afterAll(() => rm(folder, { recursive: true }));

const region = 'us-east-1';
const places: readonly (readonly [string, () => Promise<ConfigInput>])[] = [
  ['local files', async () => ({ store: `${await mkdtemp(join(folder, 'store-'))}` })],
  ['S3', async () => ({ store: `s3://${await makeBucket()}/creds/`, endpoint: motoUrl(), region })],
  [
    'DynamoDB',
    async () => ({ store: `dynamodb://${await makeTable(dynaliteUrl())}`, endpoint: dynaliteUrl(), region }),
  ],
];

test.each(places)(
  '16 processes put 25 values each under one name on %s: 400 versions, no gap, no loss',
  async (_, place) => {
    // Whoever is unlucky waits for all the others; the limit is not what is tested here.
    const config = { ...(await place()), key: `local:${join(folder, 'local.key')}`, timeout: 300 };
    const acknowledged = await race({
      module,
      options: config,
      name: 'raced',
      processes: WRITERS,
      writes: WRITES,
    });
    const byVersion = new Map(acknowledged.map((a) => [Number(a.version), a]));
    const all = Array.from({ length: WRITERS * WRITES }, (__, i) => i + 1);
    expect([...byVersion.keys()].sort((a, b) => a - b)).toEqual(all);

    const store = await openStore(config);
    expect((await store.history('raced')).map((v) => Number(v.version))).toEqual([...all].reverse());
    for (const version of all) {
      expect((await store.get('raced', { version })).text()).toBe(byVersion.get(version)?.text);
    }
    // The newest is some writer's last.
    const newest = await store.get('raced');
    expect(byVersion.get(Number(newest.version))).toMatchObject({ write: WRITES, text: newest.text() });
    await store.close();
  },
  300_000,
);
