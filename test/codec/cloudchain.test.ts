import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MAX_CLOUDCHAIN_BYTES, openCloudchain, sealCloudchain } from '../../src/codec/cloudchain.js';
import { cloudchainName, parseCloudchainName } from '../../src/record/cloudchain-names.js';
import { recordKind } from '../../src/codec/detect.js';
import { LocalKey } from '../../src/keys/local.js';
import type { Fields } from '../../src/record.js';
import { StandInKms } from './standin-kms.js';
import { plaintextOf, readJson, readLines } from './vector-files.js';
import { fieldsOf, textOf, type WireItem } from './wire-rows.js';

interface GoldenCase {
  readonly id: string;
  readonly category: string;
  readonly title: string;
  readonly item: WireItem;
  readonly expect?: 'refuse' | 'open' | 'refuse-or-open';
  readonly plaintextB64?: string;
}

const kms = new StandInKms('alias/cloudchain');

function open(fields: Fields, anyKey = true): Promise<Buffer> {
  return openCloudchain(fields, 'svc/ann', async ([wrapped], context, keyBytes) => {
    if (wrapped === undefined) throw new Error('nothing to open');
    return kms.unwrap(wrapped, context, { keyBytes, anyKey });
  });
}

const opened = async (item: WireItem): Promise<Buffer> => open(fieldsOf(item));

const named = (file: string): [string, GoldenCase][] =>
  readJson<{ cases: GoldenCase[] }>('cloudchain', file).cases.map((c) => [
    `${c.id} ${c.category}: ${c.title}`,
    c,
  ]);

const integrity = { name: 'LazycredError', code: 'ERR_INTEGRITY' };

describe('items that cloudchain wrote', () => {
  test.each(named('positive.json'))('%s', async (_, c) => {
    expect((await opened(c.item)).equals(plaintextOf(c))).toBe(true);
    expect(recordKind(fieldsOf(c.item))).toBe('cloudchain');
  });

  test('a whole store of sixty', async () => {
    const table = readLines<WireItem>('stores', 'cloudchain', 'table.jsonl');
    const expected = readLines<{ service: string; user: string; plaintextB64: string }>(
      'stores',
      'cloudchain',
      'expected.jsonl',
    );
    const rows = new Map(
      table.map((item) => [cloudchainName(textOf(item, 'Service'), textOf(item, 'Username')), item]),
    );
    expect([rows.size, expected.length]).toEqual([60, 60]);
    for (const e of expected) {
      const name = cloudchainName(e.service, e.user);
      expect(parseCloudchainName(name)).toEqual({ service: e.service, username: e.user });
      const value = await opened(rows.get(name) ?? {});
      expect([name, value.toString('base64')]).toEqual([name, e.plaintextB64]);
    }
  });
});

describe('damaged and odd items', () => {
  test.each(named('negative.json'))('%s', async (_, c) => {
    const answer: unknown = await opened(c.item).then(
      (value) => value.toString('base64'),
      (e: unknown) => e,
    );
    if (c.expect === 'open' || (c.expect === 'refuse-or-open' && typeof answer === 'string')) {
      expect(answer).toBe(c.plaintextB64);
    } else {
      expect(answer).toMatchObject(integrity);
    }
  });

  test("another key's opens only where any key may", async () => {
    const [, c] = named('negative.json').find(([title]) => title.includes('under another key')) ?? [];
    const fields = fieldsOf(c?.item ?? {});
    expect((await open(fields)).toString('base64')).toBe(c?.plaintextB64);
    await expect(open(fields, false)).rejects.toMatchObject(integrity);
  });
});

describe('sealing and opening', () => {
  // [F-85]
  test('values of 1 to 4096 bytes come back, from one field', async () => {
    expect(MAX_CLOUDCHAIN_BYTES).toBe(4096);
    for (const length of [1, 2, 31, 32, 33, 64, 100, 4095, 4096]) {
      const value = randomBytes(length);
      const fields = await sealCloudchain(value, kms);
      expect(Object.keys(fields)).toEqual(['Secret']);
      expect((await open(fields, false)).equals(value)).toBe(true);
    }
  });

  test.each([0, 4097, 300_000])('a value of %i bytes is refused, and nothing is sent', async (length) => {
    const silent = new StandInKms('alias/cloudchain');
    silent.wrap = () => Promise.reject(new Error('it was sent'));
    await expect(sealCloudchain(randomBytes(length), silent)).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: `cloudchain's format holds 1 to 4096 bytes, this value has ${length}`,
    });
  });

  test('a local key does not wrap it, not even a value as long as a data key', async () => {
    const local = new LocalKey({});
    for (const length of [1, 32]) {
      await expect(sealCloudchain(randomBytes(length), local)).rejects.toMatchObject({
        code: 'ERR_UNSUPPORTED',
      });
    }
    await local.close();
  });

  test('any flipped bit is refused', async () => {
    const { Secret: secret = '' } = await sealCloudchain(Buffer.from('hunter2'), kms);
    const bytes = Buffer.from(secret, 'base64');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await expect(open({ Secret: flipped.toString('base64') })).rejects.toMatchObject(integrity);
    }
  });

  test('what KMS would not take is refused before it is asked', async () => {
    const asked = async () => Promise.reject(new Error('it was asked'));
    for (const Secret of ['', '====', '%%%%', 'A', Buffer.alloc(6145).toString('base64')]) {
      await expect(openCloudchain({ Secret }, 'svc/ann', asked)).rejects.toMatchObject(integrity);
    }
    await expect(openCloudchain({}, 'svc/ann', asked)).rejects.toMatchObject(integrity);
  });
});

describe('names', () => {
  test.each([
    ['svc/ann', 'svc', 'ann'],
    ['billing/db/ann@example.com', 'billing/db', 'ann@example.com'],
    ['audit/DOMAIN\\hotel', 'audit', 'DOMAIN\\hotel'],
    ['svc/DOMAIN%2Fann', 'svc', 'DOMAIN/ann'],
    ['svc/a%252Fb', 'svc', 'a%2Fb'],
    ['svc/a%25252fb', 'svc', 'a%252fb'],
    ['svc/100%', 'svc', '100%'],
    ['svc/50%25', 'svc', '50%25'],
    ['/a//b', '/a/', 'b'],
    ['a%252F/b', 'a%2F', 'b'],
  ])('%j is service %j, username %j', (name, service, username) => {
    expect(parseCloudchainName(name)).toEqual({ service, username });
    expect(cloudchainName(service, username)).toBe(name);
  });

  test('a service may be written with %2F, too, in either case', () => {
    expect(parseCloudchainName('billing%2Fdb/ann%2fx')).toEqual({ service: 'billing/db', username: 'ann/x' });
  });

  test.each(['', 'ann', '/ann', 'svc/', '/', 'svc/\ud800'])('%j is none', (name) => {
    expect(() => parseCloudchainName(name)).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }));
  });

  test.each([
    ['', 'ann'],
    ['svc', ''],
    ['svc', '\ud800'],
  ])('service %j, username %j have none', (service, username) => {
    expect(() => cloudchainName(service, username)).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }));
  });

  // [F-86]
  test('every row has one name, which leads back to it', () => {
    const part = fc.string({ unit: fc.constantFrom('a', '/', '%', '2', '5', 'F', 'f', 'é'), minLength: 1 });
    fc.assert(
      fc.property(part, part, (service, username) => {
        expect(parseCloudchainName(cloudchainName(service, username))).toEqual({ service, username });
      }),
      { numRuns: 2000 },
    );
  });
});
