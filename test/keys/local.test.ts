import { createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LocalKey } from '../../src/keys/local.js';
import { keySuite } from '../suites/keys.js';
import { race } from '../support/race.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'local-key-'));
});
afterAll(() => rm(dir, { recursive: true }));

let files = 0;
function newFile(): string {
  return join(dir, `${files++}`, 'keys', 'local.key');
}

async function keyInFile(): Promise<{ file: string; bytes: Buffer }> {
  const file = newFile();
  const key = new LocalKey({ file });
  await key.generate({});
  await key.close();
  return { file, bytes: Buffer.from(await readFile(file, 'latin1'), 'base64') };
}

keySuite('LocalKey', async () => {
  const { file, bytes } = await keyInFile();
  return {
    key: new LocalKey({ file }),
    again: () => new LocalKey({ file }),
    stranger: new LocalKey({ file: newFile() }),
    secret: bytes,
  };
});

describe('the bytes of the format', () => {
  // Written from docs/format.md's words, with no code of src/.
  const context = { b: 'zwei', a: '1', é: 'ü' };
  const aad = Buffer.concat([
    Buffer.from('lazycred-local/1'),
    ...['a', '1', 'b', 'zwei', 'é', 'ü'].flatMap((part) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Buffer.byteLength(part));
      return [length, Buffer.from(part)];
    }),
  ]);

  test('wrapped is 0x01, salt, ciphertext and tag, as the format says', async () => {
    const { file, bytes: localKey } = await keyInFile();
    const { key, wrapped } = await new LocalKey({ file }).generate(context);
    const bytes = Buffer.from(wrapped.wrapped, 'base64');
    expect(bytes).toHaveLength(81);
    expect(bytes[0]).toBe(1);
    const okm = Buffer.from(hkdfSync('sha512', localKey, bytes.subarray(1, 33), 'lazycred-local/1', 44));
    const decipher = createDecipheriv('aes-256-gcm', okm.subarray(0, 32), okm.subarray(32));
    decipher.setAAD(aad).setAuthTag(bytes.subarray(65));
    const opened = Buffer.concat([decipher.update(bytes.subarray(33, 65)), decipher.final()]);
    expect(opened.equals(key)).toBe(true);
  });

  test('id is the first half of an HMAC over the label', async () => {
    const { file, bytes } = await keyInFile();
    const { wrapped } = await new LocalKey({ file }).generate(context);
    const mac = createHmac('sha256', bytes).update('lazycred-local-id/1').digest('hex');
    expect(wrapped.id).toBe(mac.slice(0, 32));
  });

  test('with the same randomness it makes the same bytes', async () => {
    const { file } = await keyInFile();
    const random = (n: number): Buffer => Buffer.alloc(n, 0x55);
    const [a, b] = [new LocalKey({ file, random }), new LocalKey({ file, random })];
    expect((await a.generate(context)).wrapped).toEqual((await b.generate(context)).wrapped);
  });

  test('another layout number is refused', async () => {
    const { file } = await keyInFile();
    const key = new LocalKey({ file });
    const { wrapped } = await key.generate(context);
    const bytes = Buffer.from(wrapped.wrapped, 'base64');
    bytes[0] = 2;
    const newer = { ...wrapped, wrapped: bytes.toString('base64') };
    await expect(key.unwrap(newer, context)).rejects.toMatchObject({ code: 'ERR_INTEGRITY' });
  });

  test('only 32 bytes are wrapped, and opened', async () => {
    const { file } = await keyInFile();
    const key = new LocalKey({ file });
    await expect(key.wrap(new Uint8Array(44), {})).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED' });
    const { wrapped } = await key.generate({});
    await expect(key.unwrap(wrapped, {}, { keyBytes: 44 })).rejects.toMatchObject({ code: 'ERR_INTEGRITY' });
  });
});

describe('the file', () => {
  test('is made by the first wrapping: one line of base64, 0600, in a folder 0700, and nothing beside it', async () => {
    const file = newFile();
    const key = new LocalKey({ file });
    await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' });
    await key.generate({});
    expect(await readFile(file, 'latin1')).toMatch(/^[A-Za-z0-9+/]{43}=\n$/u);
    expect((await stat(file)).mode & 0o7777).toBe(0o600);
    expect((await stat(join(file, '..'))).mode & 0o7777).toBe(0o700);
    expect(await readdir(join(file, '..'))).toEqual(['local.key']);
  });

  test('is never made by unwrap, which says what is missing', async () => {
    const { file } = await keyInFile();
    const { wrapped } = await new LocalKey({ file }).generate({});
    const missing = newFile();
    const key = new LocalKey({ file: missing });
    await expect(key.unwrap(wrapped, {})).rejects.toMatchObject({
      code: 'ERR_ACCESS',
      message: `the local key ${missing} is missing`,
      hint: expect.stringContaining('restore'),
    });
    await expect(stat(missing)).rejects.toMatchObject({ code: 'ENOENT' });
    // And the failure isn't remembered.
    await key.generate({});
  });

  test('an unwrap that finds none does not spoil a wrapping at the same time', async () => {
    const { file } = await keyInFile();
    const { wrapped } = await new LocalKey({ file }).generate({});
    const key = new LocalKey({ file: newFile() });
    const [opened, made] = await Promise.allSettled([key.unwrap(wrapped, {}), key.generate({})]);
    expect([opened.status, made.status]).toEqual(['rejected', 'fulfilled']);
  });

  test('many calls at once on a new instance use one key', async () => {
    const key = new LocalKey({ file: newFile() });
    const made = await Promise.all(Array.from({ length: 20 }, () => key.generate({ a: 'b' })));
    expect(new Set(made.map((m) => m.wrapped.id)).size).toBe(1);
    for (const { wrapped } of made) expect(await key.unwrap(wrapped, { a: 'b' })).toHaveLength(32);
  });

  test('is read once, and again by another instance', async () => {
    const { file } = await keyInFile();
    const key = new LocalKey({ file });
    const { wrapped } = await key.generate({});
    await rm(file);
    expect(await key.unwrap(wrapped, {})).toHaveLength(32);
    await expect(new LocalKey({ file }).unwrap(wrapped, {})).rejects.toMatchObject({ code: 'ERR_ACCESS' });
  });

  test.each([
    [0o604, ', or in a Kubernetes volume defaultMode: 0400'],
    [0o620, ''],
    [0o601, ''],
  ])('open to others (mode %d) it is refused, with the remedy', async (mode, mounted) => {
    const { file } = await keyInFile();
    await chmod(file, mode);
    await expect(new LocalKey({ file }).generate({})).rejects.toMatchObject({
      code: 'ERR_ACCESS',
      message: `the local key ${file} is open to others (mode 0${mode.toString(8)})`,
      hint: `chmod 600 ${file}${mounted}`,
    });
  });

  test.each([
    ['nothing', ''],
    ['a key too short', `${Buffer.alloc(31, 1).toString('base64')}\n`],
    ['a key too long', `${Buffer.alloc(33, 1).toString('base64')}\n`],
    ['another line', `${Buffer.alloc(32, 1).toString('base64')}\n\n`],
    ['a carriage return', `${Buffer.alloc(32, 1).toString('base64')}\r\n`],
    ['32 raw bytes', 'x'.repeat(32)],
    ['stray bits', `${'A'.repeat(42)}B=\n`],
    ['much more', 'A'.repeat(100_000)],
  ])('holding %s it is refused, quoting none of it', async (_, text) => {
    const { file } = await keyInFile();
    await writeFile(file, text);
    await expect(new LocalKey({ file }).generate({})).rejects.toMatchObject({
      code: 'ERR_ACCESS',
      message: `the local key ${file} does not hold one line of 44 characters of base64`,
    });
    expect(await readFile(file, 'latin1')).toBe(text);
  });

  test('without its newline it is read', async () => {
    const { file, bytes } = await keyInFile();
    const { wrapped } = await new LocalKey({ file }).generate({});
    await writeFile(file, bytes.toString('base64'));
    expect(await new LocalKey({ file }).unwrap(wrapped, {})).toHaveLength(32);
  });

  test('a folder in its place, or a file in its folder’s, is refused', async () => {
    await expect(new LocalKey({ file: dir }).generate({})).rejects.toMatchObject({ code: 'ERR_ACCESS' });
    const { file } = await keyInFile();
    const inside = new LocalKey({ file: join(file, 'local.key') });
    await expect(inside.generate({})).rejects.toMatchObject({ code: 'ERR_ACCESS' });
  });

  test('a name that would break the line is shown escaped', async () => {
    const file = join(dir, 'a\nb');
    await writeFile(file, '', { mode: 0o600 });
    await expect(new LocalKey({ file }).generate({})).rejects.toMatchObject({
      message: expect.stringContaining('a\\u000ab'),
    });
  });
});

test('keys that came to nothing, or are on the disk now, are zeroed', async () => {
  const made: Buffer[] = [];
  const random = (n: number): Buffer => {
    const bytes = Buffer.alloc(n, 7);
    made.push(bytes);
    return bytes;
  };
  const { file } = await keyInFile();
  await chmod(file, 0o644);
  await expect(new LocalKey({ file, random }).generate({})).rejects.toMatchObject({ code: 'ERR_ACCESS' });
  expect(made).toEqual([Buffer.alloc(32)]);

  made.length = 0;
  const { key } = await new LocalKey({ file: newFile(), random }).generate({});
  // The data key, which is the caller's; the local key; the salt, which is in the record.
  expect(made).toEqual([Buffer.alloc(32, 7), Buffer.alloc(32), Buffer.alloc(32, 7)]);
  expect(key).toBe(made[0]);
});

describe('closing', () => {
  test('nothing is sealed or opened afterwards', async () => {
    const { file } = await keyInFile();
    const key = new LocalKey({ file });
    const { wrapped } = await key.generate({});
    await key.close();
    await expect(key.generate({})).rejects.toMatchObject({ code: 'ERR_ACCESS' });
    await expect(key.unwrap(wrapped, {})).rejects.toMatchObject({ code: 'ERR_ACCESS' });
  });

  test('under way, a wrapping is refused or made under the true key, never under zeros', async () => {
    const { file } = await keyInFile();
    const other = new LocalKey({ file });
    for (let turns = 0; turns < 40; turns++) {
      const key = new LocalKey({ file });
      if (turns % 2 === 1) await key.generate({});
      const outcome = key.generate({}).then(
        ({ wrapped }) => wrapped,
        (e: unknown) => e,
      );
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      await key.close();
      const made = await outcome;
      if (made !== null && typeof made === 'object' && 'wrapped' in made) {
        expect(await other.unwrap(made as Parameters<LocalKey['unwrap']>[0], {})).toHaveLength(32);
      } else expect(made).toMatchObject({ code: 'ERR_ACCESS' });
    }
  });
});

test('rank: 0 for its own and 2 for another key once it was read, 1 before', async () => {
  const { file } = await keyInFile();
  const key = new LocalKey({ file });
  const own = { provider: 'local', id: (await new LocalKey({ file }).generate({})).wrapped.id, wrapped: '' };
  expect(key.rank(own)).toBe(1);
  await key.generate({});
  expect(key.rank(own)).toBe(0);
  expect(key.rank({ ...own, id: 'f'.repeat(32) })).toBe(2);
  expect(key.rank({ ...own, provider: 'passphrase' })).toBeUndefined();
});

test('eight processes that make the key at once end with the same', async () => {
  const file = newFile();
  const made = await race({
    module: new URL('local-racer.js', import.meta.url).href,
    options: { file },
    name: 'db',
    processes: 8,
    writes: 1,
  });
  expect(made).toHaveLength(8);
  expect(await readdir(join(file, '..'))).toEqual(['local.key']);
  const key = new LocalKey({ file });
  for (const { version } of made) {
    const wrapped = JSON.parse(version) as Parameters<LocalKey['unwrap']>[0];
    expect(await key.unwrap(wrapped, { a: 'b' })).toHaveLength(32);
  }
  expect(new Set(made.map(({ version }) => (JSON.parse(version) as { id: string }).id)).size).toBe(1);
});
