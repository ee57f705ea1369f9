import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openCredstash, sealCredstash } from '../../src/codec/credstash.js';
import { CREDSTASH_DIGESTS } from '../../src/codec/credstash-digests.js';
import { decodePythonBase64 } from '../../src/text/python-base64.js';
import type { Context } from '../../src/keys.js';
import { LocalKey } from '../../src/keys/local.js';
import type { Fields } from '../../src/record.js';
import { StandInKms } from './standin-kms.js';

const kms = new StandInKms('alias/credstash');
const CONTEXT: Context = { env: 'prod' };

const dataKey = (context: Context = CONTEXT) => kms.generate(context, { keyBytes: 64 });

/** Opens, and says which data key it was handed. */
function open(fields: Fields, context: Context = CONTEXT, seen: Uint8Array[] = []): Promise<Buffer> {
  return openCredstash(fields, 'db', context, async ([wrapped], bound, keyBytes) => {
    if (wrapped === undefined) throw new Error('nothing to open');
    const key = await kms.unwrap(wrapped, bound, { keyBytes });
    seen.push(key);
    return key;
  });
}

const integrity = { name: 'LazycredError', code: 'ERR_INTEGRITY' };

describe('sealing and opening', () => {
  test('what is sealed opens, under every digest, to the same text', async () => {
    expect(CREDSTASH_DIGESTS).toEqual(['SHA', 'SHA224', 'SHA256', 'SHA384', 'SHA512', 'MD5']);
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.constantFrom(...CREDSTASH_DIGESTS),
        async (text, digest) => {
          const fields = sealCredstash(Buffer.from(text), await dataKey(), digest);
          expect((await open(fields)).toString()).toBe(text);
          await expect(open(fields, { env: 'dev' })).rejects.toMatchObject(integrity);
        },
      ),
    );
  });

  test('the attributes are those of release 1.17.1', async () => {
    const sealing = await dataKey();
    const [encryption, signing] = [
      Buffer.from(sealing.key.subarray(0, 32)),
      Buffer.from(sealing.key.subarray(32)),
    ];
    const fields = sealCredstash(Buffer.from('hunter2'), sealing, undefined, 'by ann');
    expect(Object.keys(fields).sort()).toEqual(['comment', 'contents', 'digest', 'hmac', 'key']);
    const { contents = '', hmac, key, digest, comment } = fields;
    expect([digest, comment, key]).toEqual(['SHA256', 'by ann', sealing.wrapped.wrapped]);
    const sealed = Buffer.from(contents, 'base64');
    expect(sealed).toHaveLength(7);
    expect(hmac).toBe(createHmac('sha256', signing).update(sealed).digest('hex'));
    expect(encryption).toHaveLength(32);
    for (const none of [undefined, '']) {
      const bare = sealCredstash(Buffer.from(''), await dataKey(), 'MD5', none);
      expect(Object.keys(bare).sort()).toEqual(['contents', 'digest', 'hmac', 'key']);
      expect(bare).toMatchObject({ contents: '', digest: 'MD5' });
      expect(await open(bare)).toHaveLength(0);
    }
  });

  // [F-82]
  test('a data key seals once, and none lingers', async () => {
    const sealing = await dataKey();
    const fields = sealCredstash(Buffer.from('first'), sealing);
    expect(sealing.key.every((byte) => byte === 0)).toBe(true);
    expect(() => sealCredstash(Buffer.from('second'), sealing)).toThrow(TypeError);
    const seen: Uint8Array[] = [];
    await open(fields, CONTEXT, seen);
    await expect(open({ ...fields, hmac: '00' }, CONTEXT, seen)).rejects.toMatchObject(integrity);
    expect(seen).toHaveLength(2);
    for (const key of seen) expect(Buffer.from(key).equals(Buffer.alloc(64))).toBe(true);
  });

  test('a data key of another length is not sealed under', async () => {
    for (const keyBytes of [32, 48, 65, 128]) {
      const sealing = await kms.generate(CONTEXT, { keyBytes });
      expect(() => sealCredstash(Buffer.from('x'), sealing)).toThrow(TypeError);
      expect(sealing.key.every((byte) => byte === 0)).toBe(true);
    }
  });

  test.each(['SHA3', 'sha256', 'RIPEMD', 'WHIRLPOOL', 'MD4', '__proto__', ''])(
    'the digest %j is not written',
    async (digest) => {
      const sealing = await dataKey();
      expect(() => sealCredstash(Buffer.from('x'), sealing, digest)).toThrow(
        expect.objectContaining({ code: 'ERR_UNSUPPORTED', message: expect.stringContaining(`"${digest}"`) }),
      );
      expect(sealing.key.every((byte) => byte === 0)).toBe(true);
    },
  );

  // [F-82]
  test('bytes that CredStash could not read are not written', async () => {
    for (const hex of ['ff', 'c328', 'eda080', 'c080']) {
      const sealing = await dataKey();
      expect(() => sealCredstash(Buffer.from(hex, 'hex'), sealing)).toThrow(
        expect.objectContaining({ code: 'ERR_USAGE' }),
      );
      expect(sealing.key.every((byte) => byte === 0)).toBe(true);
    }
  });

  test('a key that is not in KMS is not written for', async () => {
    const local = new LocalKey({});
    const sealing = { ...(await local.generate({})), key: randomBytes(64) };
    expect(() => sealCredstash(Buffer.from('x'), sealing)).toThrow(
      expect.objectContaining({ code: 'ERR_UNSUPPORTED' }),
    );
    await local.close();
  });
});

describe('what must not open', () => {
  // [F-80]
  test('a record with any one bit flipped: refused, or the same value in another spelling', async () => {
    const value = 'the secret value, longer than one block';
    const fields = sealCredstash(Buffer.from(value), await dataKey(), 'SHA384');
    let refused = 0;
    const refuse = async (damaged: Fields): Promise<void> => {
      const answer: unknown = await open(damaged).then(String, (e: unknown) => e);
      if (answer === value) return;
      expect(answer).toMatchObject({ code: expect.stringMatching(/^ERR_(?:INTEGRITY|UNSUPPORTED)$/u) });
      refused++;
    };
    for (const [field, text] of Object.entries(fields)) {
      for (const bytes of flips(Buffer.from(text))) await refuse({ ...fields, [field]: bytes.toString() });
    }
    // The upper-case spelling of a hexadecimal letter opens, and little else.
    const bits = Object.values(fields).reduce((sum, text) => sum + 8 * text.length, 0);
    expect(refused).toBeGreaterThan(0.95 * bits);
    const before = refused;
    const below = { contents: 'base64', key: 'base64', hmac: 'hex' } as const;
    let flipped = 0;
    for (const [field, encoding] of Object.entries(below)) {
      for (const bytes of flips(Buffer.from(fields[field] ?? '', encoding))) {
        await refuse({ ...fields, [field]: bytes.toString(encoding) });
        flipped++;
      }
    }
    expect(refused - before).toBe(flipped);
    expect((await open(fields)).toString()).toBe(value);
  });

  test('one that lacks an attribute, was cut short or drawn out', async () => {
    // Lengths without padding: what followed it would be skipped.
    const fields = sealCredstash(Buffer.from('x'.repeat(39)), await dataKey());
    for (const field of ['contents', 'hmac', 'key']) {
      const { [field]: text = '', ...rest } = fields;
      await expect(open(rest)).rejects.toMatchObject(integrity);
      for (const odd of [
        '',
        text.slice(0, -1),
        text.slice(0, -4),
        text.slice(4),
        `${text}AAAA`,
        `=${text}00`,
      ]) {
        const answer: unknown = await open({ ...fields, [field]: odd }).then(String, (e: unknown) => e);
        expect([field, odd.length, answer]).toEqual([field, odd.length, expect.objectContaining(integrity)]);
      }
    }
    await expect(open({ ...fields, key: 'A'.repeat(8200) })).rejects.toMatchObject(integrity);
  });

  test('every cause reads the same', async () => {
    const fields = sealCredstash(Buffer.from('x'), await dataKey());
    const messages = new Set<unknown>();
    for (const odd of [{ hmac: '' }, { hmac: 'zz' }, { contents: 'A' }, { contents: 'AAAA' }, { key: '' }]) {
      messages.add(await open({ ...fields, ...odd }).catch((e: Error) => e.message));
    }
    expect([...messages]).toEqual(['the record is damaged, or not the one that was asked for']);
  });

  // [F-81]
  test('an unknown digest is named, made safe to print, before KMS is asked', async () => {
    const fields = sealCredstash(Buffer.from('x'), await dataKey());
    const seen: Uint8Array[] = [];
    for (const digest of ['SHA3', 'constructor', 'sha256', '\u001b[2J', 'MD2', '']) {
      await expect(open({ ...fields, digest }, CONTEXT, seen)).rejects.toMatchObject({
        code: 'ERR_UNSUPPORTED',
        message: expect.stringContaining(digest.replace('\u001b', '\\u001b')),
      });
    }
    expect(seen).toEqual([]);
  });
});

describe("base64 as Python's decoder reads it", () => {
  // Answers of CPython 3.11's base64.b64decode.
  test.each([
    ['', ''],
    ['AAEC', '000102'],
    ['AA\nEC\n', '000102'],
    ['A!A%EC', '000102'],
    ['AA=EC', '000102'],
    ['AA==', '00'],
    ['AB==', '00'],
    ['AA=\n=', '00'],
    ['AA==junk', '00'],
    ['AAE=', '0001'],
    ['AAE==', '0001'],
    ['====', ''],
    ['=AAEC', '000102'],
    ['%%%%', ''],
    ['A-_AEC', '000102'],
    ['AA=E=', '0001'],
  ])('%j', (text, hex) => {
    expect(decodePythonBase64(text)?.toString('hex')).toBe(hex);
  });

  test.each(['A', 'AA', 'AAE', 'AA=', 'A===', 'AAECA', 'AAEC\u00e9', 'AA==\u00e9', 'AA-_', '\ud800'])(
    '%j is refused',
    (text) => {
      expect(decodePythonBase64(text)).toBeUndefined();
    },
  );
});

function* flips(bytes: Buffer): Generator<Buffer> {
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Buffer.from(bytes);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    yield flipped;
  }
}
