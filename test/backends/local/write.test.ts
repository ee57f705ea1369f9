import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { parseName } from '../../../src/record/names.js';
import { openBackend, type RacerOptions } from '../../support/backend-racer.js';
import { crash } from '../../support/race.js';

const cleanups: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups) await cleanup();
});

const module = new URL('../../support/backend-racer.js', import.meta.url).href;

test('writers that are killed leave whole versions without a gap, and the next writer goes on', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'crash-'));
  cleanups.push(() => rm(dir, { recursive: true }));
  const options: RacerOptions = { dir };
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
