/** A value that the backend has no room for: refused early where that is certain, by the backend where it is not. */
import { expect, test } from '@jest/globals';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBBackend } from '../../src/backends/dynamodb.js';
import { LocalBackend } from '../../src/backends/local.js';
import { MemoryBackend } from '../../src/backends/memory.js';
import { S3Backend } from '../../src/backends/s3.js';
import { RECORD_FORMATS } from '../../src/codec/formats.js';
import type { KeyProvider } from '../../src/keys.js';
import { parseName } from '../../src/record/names.js';
import { Store } from '../../src/store.js';
import { localKey, shared } from '../support/stores.js';

const inner = shared(await localKey());

/** A key that counts what it is asked. */
function countedKey(): { readonly key: KeyProvider; readonly asked: () => number } {
  let asked = 0;
  const generate: KeyProvider['generate'] = (...args) => {
    asked++;
    return inner.generate(...args);
  };
  return { key: { ...inner, generate }, asked: () => asked };
}

// No request may be made: whoever asks this client fails.
const client = { send: () => Promise.reject(new Error('sent')), destroy: () => undefined };

test.each([
  ['DynamoDB', 409_600, () => new DynamoDBBackend({ client, table: 't' })],
  ['S3', 16_777_216, () => new S3Backend({ client, bucket: 'b' })],
  [
    'local files',
    1_048_576,
    async () => new LocalBackend({ dir: await mkdtemp(join(tmpdir(), 'lazycred-size-')) }),
  ],
])('%s: a value that cannot fit is refused before a key is asked', async (_, limit, open) => {
  const backend = await open();
  expect(backend.maxRecordBytes).toBe(limit);
  const { key, asked } = countedKey();
  const store = new Store({ backend, keys: [key], maxBytes: 2 * limit });
  const value = Buffer.alloc((limit / 4) * 3);
  await expect(store.put('db', value)).rejects.toMatchObject({
    code: 'ERR_USAGE',
    message: expect.stringMatching(
      new RegExp(
        `^the value is ${value.length} bytes: its record takes at least \\d+, and at most ${limit} fit$`,
        'u',
      ),
    ) as unknown,
    secret: 'db',
    location: backend.location,
  });
  expect(asked()).toBe(0);
});

test('what may fit is sealed, and the backend refuses the rest', async () => {
  const backend = new LocalBackend({ dir: await mkdtemp(join(tmpdir(), 'lazycred-size-')) });
  const { key, asked } = countedKey();
  const store = new Store({ backend, keys: [key], maxBytes: backend.maxRecordBytes });
  const about = { name: parseName('db'), context: {} };
  const fits = (bytes: number) => RECORD_FORMATS.native.leastBytes(bytes, about) <= backend.maxRecordBytes;
  let most = 786_432;
  while (!fits(most)) most -= 3;
  await expect(store.put('db', Buffer.alloc(most))).rejects.toMatchObject({
    code: 'ERR_USAGE',
    message: 'the record is larger than 1048576 bytes',
  });
  expect(asked()).toBe(1);
});

test.each([0, 1, 2, 3, 4, 1000])(
  'of %i bytes: the least is what a native record takes but for its keys',
  async (size) => {
    const backend = new MemoryBackend();
    const context = { env: 'prüfung' };
    const store = new Store({ backend, keys: [inner], context });
    const notes = { by: 'ann', comment: '"quoted"', tags: { team: 'a' } };
    await store.put('db', Buffer.alloc(size), notes);
    const record = await backend.get(parseName('db'));
    const { header = '', ...others } = record?.fields ?? {};
    const { keys } = JSON.parse(header) as { keys: unknown };
    const bytes = Buffer.byteLength(
      Object.entries({ header, ...others })
        .flat()
        .join(''),
    );
    const least = RECORD_FORMATS.native.leastBytes(size, { name: parseName('db'), context, ...notes });
    expect(bytes - least).toBe(JSON.stringify(keys).length - '[]'.length);
  },
);
