import { spawnSync } from 'node:child_process';
import { createDecipheriv, createHmac, hkdfSync, scryptSync } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LazycredError } from '../../src/errors.js';
import type { WrappedKey } from '../../src/keys.js';
import { PassphraseKey, type PassphraseKeyOptions } from '../../src/keys/passphrase.js';
import { keySuite } from '../suites/keys.js';

const WORDS = 'correct horse battery staple';
/** The least that is read: 60 ms instead of half a second. */
const CHEAP = { log2N: 15, r: 8, p: 1 };

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'passphrase-key-'));
});
afterAll(() => rm(dir, { recursive: true }));

let files = 0;
function newKey(o: Partial<PassphraseKeyOptions> = {}): PassphraseKey {
  const saltFile = join(dir, `${files++}`, 'salt');
  return new PassphraseKey({ passphrase: async () => WORDS, saltFile, cost: CHEAP, ...o });
}

keySuite(
  'PassphraseKey',
  async () => {
    const saltFile = join(dir, 'shared', 'salt');
    return {
      key: newKey({ saltFile }),
      again: () => newKey({ saltFile }),
      stranger: newKey({ passphrase: async () => 'wrong horse' }),
      secret: Buffer.from(WORDS),
    };
  },
  // A bit of the salt costs a derivation: LocalKey's run flips every bit of the body.
  { runs: 50, flips: 53 },
);

function reworded(wrapped: WrappedKey, change: (bytes: Buffer) => void): WrappedKey {
  const bytes = Buffer.from(wrapped.wrapped, 'base64');
  change(bytes);
  return { ...wrapped, wrapped: bytes.toString('base64') };
}

describe("a passphrase that is not the salt file's own", () => {
  const wrong = async () => 'wrong horse';
  const refused = { code: 'ERR_ACCESS', hint: expect.stringContaining('passphrase:FILE') as unknown };

  test('is refused before anything is wrapped, from the first record on', async () => {
    const saltFile = join(dir, `${files++}`, 'salt');
    const { wrapped } = await newKey({ saltFile }).generate({});
    const [salt, check] = [await readFile(saltFile, 'utf8'), await readFile(`${saltFile}.check`, 'utf8')];
    expect(check).toBe(`${salt.trim()} 15,8,1 ${wrapped.id}\n`);
    expect((await stat(`${saltFile}.check`)).mode & 0o777).toBe(0o600);
    await expect(newKey({ saltFile, passphrase: wrong }).generate({})).rejects.toMatchObject(refused);
    await newKey({ saltFile }).generate({});
  });

  test('of two makers of one salt is the one of the loser', async () => {
    const saltFile = join(dir, `${files++}`, 'salt');
    const made = await Promise.allSettled([
      newKey({ saltFile }).generate({}),
      newKey({ saltFile, passphrase: wrong }).generate({}),
    ]);
    expect(made.map((m) => m.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(made.flatMap((m) => (m.status === 'rejected' ? [m.reason as unknown] : []))).toEqual([
      expect.objectContaining(refused),
    ]);
    expect((await readdir(join(saltFile, '..'))).sort()).toEqual(['salt', 'salt.check']);
  });

  test('is known of an older salt after a record was opened with it, never from a put', async () => {
    const saltFile = join(dir, `${files++}`, 'salt');
    const { wrapped } = await newKey({ saltFile }).generate({});
    await rm(`${saltFile}.check`);
    await newKey({ saltFile }).generate({});
    expect(await readdir(join(saltFile, '..'))).toEqual(['salt']);
    await newKey({ saltFile }).unwrap(wrapped, {});
    await expect(newKey({ saltFile, passphrase: wrong }).generate({})).rejects.toMatchObject(refused);
  });

  test('is checked at the cost of the check, which is made anew when the cost that is written changes', async () => {
    const saltFile = join(dir, `${files++}`, 'salt');
    await newKey({ saltFile }).generate({});
    const cost = { log2N: 16, r: 8, p: 1 };
    await expect(newKey({ saltFile, cost, passphrase: wrong }).generate({})).rejects.toMatchObject(refused);
    const { wrapped } = await newKey({ saltFile, cost }).generate({});
    expect(await readFile(`${saltFile}.check`, 'utf8')).toContain(` 16,8,1 ${wrapped.id}\n`);
  });

  test('a check of another salt counts as missing', async () => {
    const [one, other] = [join(dir, `${files++}`, 'salt'), join(dir, `${files++}`, 'salt')];
    await newKey({ saltFile: one }).generate({});
    await newKey({ saltFile: other }).generate({});
    await writeFile(`${other}.check`, await readFile(`${one}.check`));
    await newKey({ saltFile: other, passphrase: wrong }).generate({});
  });
});

describe('hostile costs', () => {
  const hostile = async (n: number): Promise<WrappedKey[]> => {
    const { wrapped } = await newKey().generate({});
    return Array.from({ length: n }, (_, i) => reworded(wrapped, (b) => b.set([2, 20, 8, 4, i], 0)));
  };

  test('derivations that nobody waits for any more are not begun, and what waits ends when aborted', async () => {
    let asked = 0;
    const key = newKey({
      passphrase: async () => {
        asked += 1;
        await new Promise((resolve) => setTimeout(resolve, 300));
        return WORDS;
      },
    });
    const all = await hostile(2);
    const began = performance.now();
    const signal = AbortSignal.timeout(100);
    const ends = await Promise.allSettled(all.map((w) => key.unwrap(w, {}, { signal })));
    expect(ends.map((e) => e.status)).toEqual(['rejected', 'rejected']);
    expect(performance.now() - began).toBeLessThan(1000);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(asked).toBe(1);
    // Nothing runs that would hold the only thread of this: a cheap one is derived at once.
    const cheap = performance.now();
    await key.generate({});
    expect(performance.now() - cheap).toBeLessThan(2000);
  });

  /** The children of this process that derive keys. */
  const deriving = (): string[] =>
    spawnSync('ps', ['-A', '-o', 'ppid=,args='])
      .stdout.toString()
      .split('\n')
      .filter((line) => line.trim().startsWith(`${process.pid} `) && line.includes('scrypt'));

  test('a derivation of the greatest cost ends with the time limit, and its process with it', async () => {
    const [wrapped] = await hostile(1);
    const key = newKey();
    const began = performance.now();
    const signal = AbortSignal.timeout(1_500);
    const end = key.unwrap(wrapped as WrappedKey, {}, { signal }).catch((e: unknown) => e);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(deriving()).toHaveLength(1);
    expect(await end).toMatchObject({ name: 'TimeoutError' });
    expect(performance.now() - began).toBeLessThan(5_000);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(deriving()).toEqual([]);
  });

  test('a derivation that costs more than what is written gives the same key', async () => {
    const strong = newKey({ cost: { log2N: 15, r: 8, p: 4 } });
    const stronger = newKey({ cost: { log2N: 16, r: 8, p: 3 } });
    for (const key of [strong, stronger]) {
      const { key: made, wrapped } = await key.generate({});
      const [, log2N = 0, r = 0, p = 0, ...rest] = Buffer.from(wrapped.wrapped, 'base64');
      const salt = Buffer.from(rest.slice(0, 16));
      const N = 2 ** log2N;
      const derived = scryptSync(WORDS, salt, 32, { N, r, p, maxmem: 2 ** 28 });
      const mac = createHmac('sha256', derived).update('lazycred-local-id/1').digest('hex');
      expect(wrapped.id).toBe(mac.slice(0, 32));
      expect(await newKey().unwrap(wrapped, {})).toEqual(made);
    }
  });

  test('more work than two of the greatest cost is refused as damaged', async () => {
    const key = newKey({ passphrase: () => new Promise(() => undefined) });
    const [first, second, third] = await hostile(3);
    const signal = AbortSignal.timeout(50);
    const both = [first, second].map((w) => key.unwrap(w as WrappedKey, {}, { signal }));
    expect((await Promise.allSettled(both)).map((e) => e.status)).toEqual(['rejected', 'rejected']);
    await expect(key.unwrap(third as WrappedKey, {})).rejects.toMatchObject({ code: 'ERR_INTEGRITY' });
  });
});

describe('the bytes of the format', () => {
  test('wrapped is 0x02, the cost, the salt and a local body, as the format says', async () => {
    const { key, wrapped } = await newKey().generate({ a: 'b' });
    const bytes = Buffer.from(wrapped.wrapped, 'base64');
    expect(bytes).toHaveLength(100);
    expect([...bytes.subarray(0, 4)]).toEqual([2, 15, 8, 1]);
    const derived = scryptSync(WORDS, bytes.subarray(4, 20), 32, { N: 2 ** 15, r: 8, p: 1, maxmem: 2 ** 26 });
    const body = bytes.subarray(20);
    const okm = Buffer.from(hkdfSync('sha512', derived, body.subarray(0, 32), 'lazycred-local/1', 44));
    const decipher = createDecipheriv('aes-256-gcm', okm.subarray(0, 32), okm.subarray(32));
    const aad = Buffer.concat([
      bytes.subarray(0, 20),
      Buffer.from('lazycred-local/1\0\0\0\x01a\0\0\0\x01b', 'latin1'),
    ]);
    decipher.setAAD(aad).setAuthTag(body.subarray(64));
    const opened = Buffer.concat([decipher.update(body.subarray(32, 64)), decipher.final()]);
    expect(opened.equals(key)).toBe(true);
    const mac = createHmac('sha256', derived).update('lazycred-local-id/1').digest('hex');
    expect(wrapped.id).toBe(mac.slice(0, 32));
  });

  test('by default it costs 2^17, 8, 1, and any instance opens it', async () => {
    const { key, wrapped } = await newKey({ cost: undefined }).generate({});
    expect([...Buffer.from(wrapped.wrapped, 'base64').subarray(0, 4)]).toEqual([2, 17, 8, 1]);
    const opened = await newKey().unwrap(wrapped, {});
    expect(Buffer.from(opened).equals(key)).toBe(true);
  });

  const OWN_LEAD = Buffer.concat([Buffer.of(2, 15, 8, 1), Buffer.alloc(96, 7)]);
  const strange: readonly (readonly [string, number, number])[] = [
    ['layout 1', 0, 1],
    ['layout 3', 0, 3],
    ['log2 N 14', 1, 14],
    ['log2 N 21', 1, 21],
    ['log2 N 255', 1, 255],
    ['r 1', 2, 1],
    ['r 9', 2, 9],
    ['r 255', 2, 255],
    ['p 0', 3, 0],
    ['p 5', 3, 5],
    ['p 255', 3, 255],
  ];
  test.each(strange)('%s is refused before anything is derived or asked', async (_, at, value) => {
    const wrapped = {
      provider: 'passphrase',
      id: '',
      wrapped: Buffer.alloc(100, OWN_LEAD).toString('base64'),
    };
    let asked = 0;
    const key = newKey({ passphrase: async () => String(++asked) });
    const odd = reworded(wrapped, (bytes) => (bytes[at] = value));
    await expect(key.unwrap(odd, {})).rejects.toMatchObject({ code: 'ERR_INTEGRITY' });
    expect(asked).toBe(0);
  });

  test.each([20, 99, 101, 2048])('%i bytes are refused before anything is derived or asked', async (size) => {
    let asked = 0;
    const key = newKey({ passphrase: async () => String(++asked) });
    const wrapped = Buffer.alloc(size, 7);
    OWN_LEAD.copy(wrapped, 0, 0, 20);
    const odd = { provider: 'passphrase', id: '', wrapped: wrapped.toString('base64') };
    await expect(key.unwrap(odd, {})).rejects.toMatchObject({ code: 'ERR_INTEGRITY' });
    expect(asked).toBe(0);
  });

  test.each([[{ log2N: 16, r: 8, p: 1 }], [{ log2N: 15, r: 8, p: 4 }]])(
    'the bounds include %j',
    async (cost) => {
      const { wrapped } = await newKey({ cost }).generate({});
      expect(await newKey().unwrap(wrapped, {})).toHaveLength(32);
    },
  );

  test('only 32 bytes are wrapped, and opened', async () => {
    const key = newKey();
    await expect(key.wrap(new Uint8Array(44), {})).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED' });
    const { wrapped } = await key.generate({});
    await expect(key.unwrap(wrapped, {}, { keyBytes: 44 })).rejects.toMatchObject({ code: 'ERR_INTEGRITY' });
  });
});

describe('the passphrase', () => {
  test('is asked when first needed, and once', async () => {
    let asked = 0;
    const key = newKey({
      passphrase: async () => {
        asked++;
        return WORDS;
      },
    });
    expect(asked).toBe(0);
    const [a, b] = await Promise.all([key.generate({}), key.generate({})]);
    await key.unwrap(a.wrapped, {});
    // Another salt: another derivation, the same question.
    const { wrapped } = await newKey().generate({});
    await key.unwrap(wrapped, {});
    await key.unwrap(b.wrapped, {});
    expect(asked).toBe(1);
  });

  test('empty, it is ERR_USAGE', async () => {
    await expect(newKey({ passphrase: async () => '' }).generate({})).rejects.toMatchObject({
      code: 'ERR_USAGE',
    });
  });

  test('when asking fails, every call fails so, and nobody is asked again', async () => {
    let asked = 0;
    const failure = new LazycredError('ERR_ACCESS', 'no terminal');
    const key = newKey({
      passphrase: async () => {
        asked++;
        throw failure;
      },
    });
    await expect(key.generate({})).rejects.toBe(failure);
    await expect(key.generate({})).rejects.toBe(failure);
    expect(asked).toBe(1);
  });

  test('wrong, it is told from damage by the fingerprint', async () => {
    const { wrapped } = await newKey().generate({});
    const wrong = newKey({ passphrase: async () => 'wrong' });
    await expect(wrong.unwrap(wrapped, {})).rejects.toMatchObject({
      code: 'ERR_ACCESS',
      message: 'wrong passphrase for what passphrase: is to open',
    });
    const damaged = reworded(wrapped, (bytes) => (bytes[60] = (bytes[60] ?? 0) ^ 1));
    await expect(newKey().unwrap(damaged, {})).rejects.toMatchObject({ code: 'ERR_INTEGRITY' });
  });

  test('is used as its bytes, without normalising', async () => {
    const { wrapped } = await newKey({ passphrase: async () => 'caf\u00e9' }).generate({});
    const decomposed = newKey({ passphrase: async () => 'cafe\u0301' });
    await expect(decomposed.unwrap(wrapped, {})).rejects.toMatchObject({ code: 'ERR_ACCESS' });
  });
});

describe('deriving', () => {
  test('happens once for each cost and salt', async () => {
    const key = newKey({ cost: { log2N: 16, r: 8, p: 2 } });
    const start = performance.now();
    const { wrapped } = await key.generate({});
    const first = performance.now() - start;
    const again = performance.now();
    await Promise.all(Array.from({ length: 50 }, () => key.unwrap(wrapped, {})));
    expect(performance.now() - again).toBeLessThan(first);
  });

  test('stops after 32 of them, and goes on with those that are known', async () => {
    const key = newKey();
    const { wrapped } = await key.generate({});
    const salted = (n: number): WrappedKey => reworded(wrapped, (bytes) => bytes.writeUInt32BE(n, 4));
    for (let n = 1; n <= 31; n++) {
      // The key that this salt makes is another, as its fingerprint shows.
      await expect(key.unwrap(salted(n), {})).rejects.toMatchObject({ code: 'ERR_ACCESS' });
    }
    // Derived, its fingerprint would differ, too: ERR_ACCESS.
    await expect(key.unwrap(salted(32), {})).rejects.toMatchObject({ code: 'ERR_INTEGRITY' });
    expect(await key.unwrap(wrapped, {})).toHaveLength(32);
    await expect(key.unwrap(salted(7), {})).rejects.toMatchObject({ code: 'ERR_ACCESS' });
  });

  test('does not hold the event loop', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await newKey({ cost: { log2N: 16, r: 8, p: 1 } }).generate({});
    clearInterval(timer);
    expect(turns).toBeGreaterThan(2);
  });

  test('an abort does not wait for it', async () => {
    const key = newKey({ cost: { log2N: 16, r: 8, p: 4 } });
    const controller = new AbortController();
    const reason = new Error('enough');
    let derived = false;
    const other = key.generate({}).then(() => (derived = true));
    const outcome = key.generate({}, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 50);
    await expect(outcome).rejects.toBe(reason);
    expect(derived).toBe(false);
    // Who did not give up is served.
    expect(await other).toBe(true);
  });
});

describe('the salt', () => {
  test('is one file an installation, made 0600 by the first wrapping, not needed to open', async () => {
    const saltFile = join(dir, 'installation', 'salt');
    const { wrapped } = await newKey({ saltFile }).generate({});
    expect(await readFile(saltFile, 'latin1')).toMatch(/^[A-Za-z0-9+/]{22}==\n$/u);
    expect((await stat(saltFile)).mode & 0o7777).toBe(0o600);
    expect(await readdir(join(saltFile, '..'))).toEqual(['salt', 'salt.check']);
    const { wrapped: second } = await newKey({ saltFile }).generate({});
    const lead = (w: WrappedKey): string => w.wrapped.slice(0, 24);
    expect(lead(second)).toBe(lead(wrapped));
    await rm(saltFile);
    expect(await newKey({ saltFile }).unwrap(wrapped, {})).toHaveLength(32);
    await expect(stat(saltFile)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('two installations derive different keys from one passphrase', async () => {
    const [a, b] = [await newKey().generate({}), await newKey().generate({})];
    expect(a.wrapped.id).not.toBe(b.wrapped.id);
  });
});

test('after closing nothing is sealed or opened, also by what was under way', async () => {
  const closed = { code: 'ERR_ACCESS', message: 'the key passphrase: is closed' };
  const key = newKey();
  const { wrapped } = await key.generate({});
  const { wrapped: otherSalt } = await newKey().generate({});
  // Each waits somewhere else: for the salt's file, for scrypt, for a key that is there.
  const reading = newKey();
  const underWay = [reading.generate({}), key.unwrap(otherSalt, {}), key.unwrap(wrapped, {})];
  const outcomes = Promise.allSettled(underWay);
  await Promise.all([reading.close(), key.close()]);
  expect(await outcomes).toEqual(
    underWay.map(() => ({ status: 'rejected', reason: expect.objectContaining(closed) })),
  );
  await expect(key.unwrap(wrapped, {})).rejects.toMatchObject(closed);
  await expect(key.generate({})).rejects.toMatchObject(closed);
});

test('rank: 1 until the key is derived, 0 then', async () => {
  const { wrapped } = await newKey().generate({});
  const key = newKey();
  expect(key.rank(wrapped)).toBe(1);
  await key.unwrap(wrapped, {});
  expect(key.rank(wrapped)).toBe(0);
  expect(key.rank({ ...wrapped, id: 'x' })).toBe(1);
  expect(key.rank({ ...wrapped, provider: 'local' })).toBeUndefined();
});
