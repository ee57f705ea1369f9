import { expect, test } from '@jest/globals';
import { MemoryBackend } from '../../src/backends/memory.js';
import { LocalKey } from '../../src/keys/local.js';
import { FORMATS } from '../../src/record.js';
import { Store } from '../../src/store.js';

// Version 1 of the secret `db`, where S3 archives it.
const ARCHIVED = '.lazycred/db/0000000000000000001';

test.each(FORMATS)('no operation of a %s store that writes takes a name below .lazycred', async (format) => {
  const backend = new MemoryBackend();
  const store = new Store({ backend, keys: [new LocalKey({ label: 'memory:' })], format });
  const operations = [
    () => store.put(ARCHIVED, 'value'),
    () => store.put('team/.lazycred/db', 'value'),
    () => store.delete(ARCHIVED),
    () => store.undelete(ARCHIVED),
    () => store.rollback(ARCHIVED, 1),
    () => store.destroy(ARCHIVED),
    () => store.prune(ARCHIVED, { keep: 1 }),
  ];
  for (const operation of operations) {
    const refused: unknown = await operation().then(
      () => 'nothing',
      (e: unknown) => e,
    );
    // An ancestor's format may have no such operation at all, which is said first.
    expect(['ERR_USAGE', 'ERR_UNSUPPORTED']).toContain((refused as { code?: string }).code);
    if (format === 'native')
      expect(refused).toMatchObject({
        message: expect.stringContaining('the segment ".lazycred"') as unknown,
      });
  }
});
