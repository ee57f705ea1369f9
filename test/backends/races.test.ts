import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { parseName } from '../../src/record.js';
import { dynaliteUrl, makeTable } from '../emulators/servers.js';
import { openBackend, type RacerOptions } from '../support/backend-racer.js';
import { crash, race } from '../support/race.js';

const cleanups: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups) await cleanup();
});

const module = new URL('../support/backend-racer.js', import.meta.url).href;
const WRITERS = 16;
const WRITES = 25;

const places: readonly [string, () => Promise<RacerOptions>][] = [
  [
    'local files',
    async () => {
      const dir = await mkdtemp(join(tmpdir(), 'race-'));
      cleanups.push(() => rm(dir, { recursive: true }));
      return { kind: 'local', dir };
    },
  ],
  [
    'DynamoDB',
    async () => {
      const endpoint = dynaliteUrl();
      return { kind: 'dynamodb', endpoint, table: await makeTable(endpoint) };
    },
  ],
];

test.each(places)(
  `16 processes write 25 versions each on %s: no gap, no loss`,
  async (_, place) => {
    const options = await place();
    const acknowledged = await race({ module, options, name: 'raced', processes: WRITERS, writes: WRITES });
    const byVersion = new Map(acknowledged.map((a) => [a.version, a]));
    expect(byVersion.size).toBe(WRITERS * WRITES);

    const backend = openBackend(options);
    const name = parseName('raced');
    const versions: (string | undefined)[] = [];
    for await (const { version } of backend.list({ name })) versions.push(version);
    expect(versions).toEqual(
      Array.from({ length: WRITERS * WRITES }, (__, i) => String(WRITERS * WRITES - i)),
    );
    for (const version of versions) {
      const record = await backend.get(name, version);
      expect([version, record?.fields['data']]).toEqual([version, byVersion.get(version ?? '')?.text]);
    }
    const newest = await backend.get(name);
    expect(byVersion.get(newest?.version ?? '')?.write).toBe(WRITES);
    await backend.close();
  },
  120_000,
);

test('writers that are killed leave whole versions without a gap, and the next writer goes on', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'crash-'));
  cleanups.push(() => rm(dir, { recursive: true }));
  const options: RacerOptions = { kind: 'local', dir };
  const backend = openBackend(options);
  const name = parseName('crashed');
  for (const afterMs of [30, 60, 90]) {
    await crash({ module, options, name: 'crashed', processes: 4, writes: 1000, afterMs });
    const newest = await backend.get(name);
    const count = Number(newest?.version ?? 0);
    for (let version = 1; version <= count; version++) {
      const record = await backend.get(name, String(version));
      expect(record?.fields).toEqual({
        lazycred: '1',
        header: JSON.stringify({ version: String(version) }),
        data: expect.stringMatching(/^writer \d+ write \d+$/u),
      });
    }
    const version = String(count + 1);
    await backend.create(
      {
        name,
        version,
        fields: { lazycred: '1', header: JSON.stringify({ version }), data: 'writer 0 write 0' },
      },
      newest,
    );
  }
  expect(Number((await backend.get(name))?.version)).toBeGreaterThan(3);
  await backend.close();
}, 120_000);
