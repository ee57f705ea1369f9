import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MemoryBackend } from '../../src/backends/memory.js';
import { decodeBase64, decodeBase64Url, encodeBase64Url } from '../../src/text/base64.js';
import { recordKind } from '../../src/codec/detect.js';
import { decodeHeader, encodeHeader, type Header } from '../../src/codec/header.js';
import { fernetDecrypt, fernetEncrypt, generateFernetKey } from '../../src/codec/fernet.js';
import { effectiveContext, openNative, sealNative } from '../../src/codec/native.js';
import { decodeStub } from '../../src/codec/stub.js';
import { isLazycredError } from '../../src/errors.js';
import { LocalKey } from '../../src/keys/local.js';
import { claimOf } from '../../src/record/claims.js';
import { MAX_VERSION } from '../../src/record/versions.js';
import { parseName } from '../../src/record/names.js';
import type { Fields } from '../../src/record.js';
import { Store } from '../../src/store.js';

const key = new LocalKey({});

/** Text without lone surrogates, any character else. */
const text = (max: number) => fc.string({ unit: 'binary', maxLength: max });
const nonEmpty = (max: number) => fc.string({ unit: 'binary', minLength: 1, maxLength: max });

const contexts = fc
  .dictionary(nonEmpty(20), nonEmpty(20), { maxKeys: 16 })
  .filter((c) => !Object.keys(c).some((k) => /^(?:lazycred|aws):/u.test(k)));

const names = nonEmpty(40).filter((name) => {
  try {
    parseName(name);
    return true;
  } catch {
    return false;
  }
});

const sealings = fc.record(
  {
    name: names,
    version: fc.integer({ min: 1, max: MAX_VERSION }).map(String),
    context: contexts,
    created: fc
      .date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true })
      .map((d) => d.toISOString()),
    by: text(60),
    comment: text(200),
    tags: fc.dictionary(text(10), text(10), { maxKeys: 50 }),
  },
  { requiredKeys: ['name', 'version', 'context', 'created'] },
);

async function seal(what: Parameters<typeof sealNative>[0], value: Uint8Array): Promise<Fields> {
  const { key: dataKey, wrapped } = await key.generate(effectiveContext(what.context, what.name));
  return sealNative(what, value, dataKey, [wrapped]);
}

function open(
  fields: Fields,
  what: { name: string; version: string; context?: Readonly<Record<string, string>> },
) {
  const expected = { name: what.name, version: what.version, context: what.context };
  return openNative(fields, expected, ([wrapped], context) => key.unwrap(wrapped as never, context));
}

describe('a native record', () => {
  test('opens to what was sealed, and says what was said', async () => {
    await fc.assert(
      fc.asyncProperty(sealings, fc.uint8Array({ maxLength: 500 }), async (what, value) => {
        const { header, value: opened } = await open(await seal(what, value), what);
        expect(Buffer.from(opened).equals(value)).toBe(true);
        expect({ ...header.context }).toEqual(what.context);
        expect([header.by, header.comment, header.created]).toEqual([what.by, what.comment, what.created]);
        expect(header.tags === undefined ? undefined : { ...header.tags }).toEqual(what.tags);
      }),
      { numRuns: 300 },
    );
  });

  test('does not open with any one bit flipped, in header, data or wrapped key', async () => {
    const what = {
      name: 'prod/db',
      version: '3',
      context: { store: 'a' },
      created: new Date().toISOString(),
      comment: 'ünïcode',
    };
    const fields = await seal(what, Buffer.from('the secret value'));
    const flips: Fields[] = [];
    for (const field of ['header', 'data', 'lazycred'] as const) {
      const bytes = Buffer.from(fields[field] ?? '');
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        // As a backend would give it: bytes that are not UTF-8 don't come back as they were.
        flips.push({ ...fields, [field]: flipped.toString() });
      }
    }
    // Also below the base64, where the text flips above rarely reach.
    const data = Buffer.from(fields['data'] ?? '', 'base64');
    for (let bit = 0; bit < data.length * 8; bit++) {
      const flipped = Buffer.from(data);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      flips.push({ ...fields, data: flipped.toString('base64') });
    }
    const header = JSON.parse(fields['header'] ?? '') as { keys: { wrapped: string }[] };
    const wrapped = Buffer.from(header.keys[0]?.wrapped ?? '', 'base64');
    for (let bit = 0; bit < wrapped.length * 8; bit++) {
      const flipped = Buffer.from(wrapped);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const text = (fields['header'] ?? '').replace(
        header.keys[0]?.wrapped ?? '',
        flipped.toString('base64'),
      );
      flips.push({ ...fields, header: text });
    }
    expect(flips.length).toBeGreaterThan(4000);
    for (const flip of flips) {
      const outcome: unknown = await open(flip, what).then(
        () => 'opened',
        (e: unknown) => e,
      );
      if (!isLazycredError(outcome, 'ERR_INTEGRITY') && !isLazycredError(outcome, 'ERR_ACCESS')) {
        throw new Error(`${String(outcome)}: ${JSON.stringify(flip)}`);
      }
    }
    expect((await open(fields, what)).value.toString()).toBe('the secret value');
  });

  test('does not open cut short or drawn out', async () => {
    const what = { name: 'db', version: '1', context: {}, created: new Date().toISOString() };
    const fields = await seal(what, Buffer.from('v'.repeat(40)));
    const data = Buffer.from(fields['data'] ?? '', 'base64');
    for (let length = 0; length < data.length; length++) {
      const cut = { ...fields, data: data.subarray(0, length).toString('base64') };
      await expect(open(cut, what)).rejects.toMatchObject({ code: 'ERR_INTEGRITY' });
    }
    const longer = { ...fields, data: Buffer.concat([data, Buffer.alloc(1)]).toString('base64') };
    await expect(open(longer, what)).rejects.toMatchObject({ code: 'ERR_INTEGRITY' });
  });
});

describe('the parsers throw nothing but our errors', () => {
  const anyFields = fc.dictionary(
    fc.oneof(
      fc.constantFrom(
        'lazycred',
        'header',
        'data',
        'key',
        'state',
        'version',
        'nonce',
        'at',
        'by',
        '__proto__',
      ),
      text(10),
    ),
    fc.oneof(text(100), fc.json(), fc.constantFrom('1', '2', 'deleted', '')),
  );

  test('on random fields, in the store', async () => {
    await fc.assert(
      fc.asyncProperty(anyFields, async (random) => {
        const fields = Object.fromEntries(Object.entries(random));
        recordKind(fields);
        claimOf(fields);
        decodeStub(fields);
        const backend = new MemoryBackend();
        const name = parseName('db');
        await backend.create({ name, version: '1', fields }, undefined);
        const store = new Store({ backend, keys: [key], accept: ['native', 'lazycred'] });
        for (const operation of [() => store.get('db'), () => store.history('db')]) {
          await operation().catch((e: unknown) => {
            if (!isLazycredError(e)) throw e;
          });
        }
      }),
      { numRuns: 500 },
    );
  });

  test('on random headers: undefined, or one that encodes to the same text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          text(300),
          fc.json().map((j) => `{"alg":"A256GCM-HKDF-SHA512",${j.slice(1)}`),
        ),
        (random) => {
          const header = decodeHeader(random);
          if (header !== undefined) expect(encodeHeader(header)).toBe(random);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('a header is read as it was written, and as nothing else', () => {
    const headers: fc.Arbitrary<Header> = fc
      .tuple(sealings, fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.uint8Array({ maxLength: 200 }))
      .map(([what, salt, wrapped]) => ({
        ...what,
        salt,
        commit: salt,
        keys: [{ provider: 'local', id: what.name, wrapped: Buffer.from(wrapped).toString('base64') }],
      }));
    fc.assert(
      fc.property(headers, (header) => {
        const written = encodeHeader(header);
        const read = decodeHeader(written);
        if (read === undefined) throw new Error('not read');
        expect(encodeHeader(read)).toBe(written);
        expect(decodeHeader(` ${written}`)).toBeUndefined();
        expect(decodeHeader(written.replace('{', '{ '))).toBeUndefined();
      }),
    );
  });

  test('on random Fernet tokens', () => {
    const fernetKey = generateFernetKey();
    fc.assert(
      fc.property(fc.oneof(text(200), fc.uint8Array({ maxLength: 200 }).map(encodeBase64Url)), (token) => {
        expect(fernetDecrypt(fernetKey, token)).toBeUndefined();
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (value) => {
        const token = fernetEncrypt(fernetKey, value);
        expect(Buffer.from(value).equals(fernetDecrypt(fernetKey, token) ?? randomBytes(1))).toBe(true);
        expect(fernetDecrypt(generateFernetKey(), token)).toBeUndefined();
      }),
    );
  });

  test('base64 has one spelling', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), text(40), (bytes, random) => {
        const standard = Buffer.from(bytes).toString('base64');
        expect(decodeBase64(standard)?.equals(bytes)).toBe(true);
        expect(decodeBase64Url(encodeBase64Url(bytes))?.equals(bytes)).toBe(true);
        const decoded = decodeBase64(random);
        if (decoded !== undefined) expect(decoded.toString('base64')).toBe(random);
      }),
    );
  });

  test('on random names: one of ours, or a name that is kept exactly', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          text(30),
          fc.string({ unit: fc.constantFrom('a', '/', '.', '*', '\n', '\ud800', '.lazycred') }),
        ),
        (random) => {
          try {
            expect(parseName(random)).toBe(random);
          } catch (e) {
            if (!isLazycredError(e, 'ERR_USAGE')) throw e;
            expect(e.message).not.toMatch(/[\u0000-\u001f]/u);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
