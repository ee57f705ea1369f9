import { expect, test } from '@jest/globals';
import { MemoryBackend } from '../../src/backends/memory.js';
import { LocalKey } from '../../src/keys/local.js';
import { Store } from '../../src/store.js';

test('checking 100,000 names costs no more a name than checking 1,000', async () => {
  const store = new Store({ backend: new MemoryBackend(), keys: [new LocalKey({ label: 'memory:' })] });
  const entries = Array.from({ length: 100_000 }, (_, i) => ({ name: `n/${i}`, value: 'v' }));
  const perName = async (n: number): Promise<number> => {
    const start = performance.now();
    await store.checkMany(entries.slice(0, n));
    return (performance.now() - start) / n;
  };
  await perName(1_000);
  const few = await perName(1_000);
  // Quadratic work, as comparing each name with all of them, costs 100 times as much a name here.
  expect(await perName(100_000)).toBeLessThan(few * 20);
  await expect(store.checkMany([...entries, { name: 'n/7', value: 'v' }])).rejects.toMatchObject({
    code: 'ERR_USAGE',
    message: '"n/7" is there twice',
  });
  await store.close();
});
