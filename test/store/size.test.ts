import { expect, test } from '@jest/globals';
import { MemoryBackend } from '../../src/backends/memory.js';
import { forEach } from '../../src/store/bulk.js';
import { parseName } from '../../src/record/names.js';
import { Store } from '../../src/store.js';
import { collect } from '../suites/ground.js';
import { localKey, PLACES, shared } from '../support/stores.js';

// More than two pages of S3 (1,000 keys) and of DynamoDB (1 MB of rows).
const SECRETS = 3_000;
const MEGABYTE = 2 ** 20;
const names = Array.from({ length: SECRETS }, (_, i) => `team-${i % 7}/secret-${String(i).padStart(4, '0')}`);

const key = shared(await localKey());

// Sealed once; records copy between backends as they are.
const sealed = new MemoryBackend();
await new Store({ backend: sealed, keys: [key] }).putMany(
  names.map((name) => ({ name, value: `the ${name}`, comment: 'c'.repeat(300) })),
);

test('3,000 are more than two pages of 1 MB', async () => {
  const bytes = await Promise.all(
    names.map(async (name) => {
      const record = await sealed.get(parseName(name));
      return Object.values(record?.fields ?? {}).join('').length;
    }),
  );
  expect(bytes.reduce((sum, n) => sum + n)).toBeGreaterThan(2 * MEGABYTE);
});

test.each(PLACES.filter(({ title }) => title !== 'memory'))(
  `${SECRETS} secrets on $title: each is listed once, and read`,
  async ({ open }) => {
    const backend = await open();
    const copy = async (text: string): Promise<void> => {
      const record = await sealed.get(parseName(text));
      if (record !== undefined) await backend.create(record, undefined);
    };
    const failed = (await forEach(names, copy)).filter((o) => 'error' in o);
    expect(failed).toEqual([]);

    const store = new Store({ backend, keys: [key], timeoutMs: 120_000 });
    const listed = (await collect(store.list())).map((l) => l.name);
    expect(listed.toSorted()).toEqual(names.toSorted());
    const all = await store.getAll();
    expect(all.size).toBe(SECRETS);
    for (const name of names) expect(all.get(name)?.text()).toBe(`the ${name}`);
    await store.close();
  },
  180_000,
);
