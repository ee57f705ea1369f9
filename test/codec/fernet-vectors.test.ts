import { describe, expect, test } from '@jest/globals';
import { fernetDecrypt, fernetEncrypt } from '../../src/codec/fernet.js';
import { plaintextOf, readJson } from './vector-files.js';

interface SpecCase {
  readonly desc?: string;
  readonly token: string;
  readonly now: string;
  readonly iv?: readonly number[];
  readonly src?: string;
  readonly secret: string;
}

interface ExtraCase {
  readonly id: string;
  readonly secret: string;
  readonly ivHex: string;
  readonly time: number;
  readonly plaintextB64: string;
  readonly token: string;
}

const extra = readJson<{ invalidWithoutTtl: Record<string, string>; cases: ExtraCase[] }>(
  'fernet',
  'extra.json',
);
const invalid = readJson<SpecCase[]>('fernet', 'invalid.json');

describe("the Fernet specification's own vectors", () => {
  test.each(readJson<SpecCase[]>('fernet', 'generate.json'))('generate $src', (c) => {
    const o = { time: Date.parse(c.now) / 1000, iv: Uint8Array.from(c.iv ?? []) };
    expect(fernetEncrypt(c.secret, Buffer.from(c.src ?? ''), o)).toBe(c.token);
  });

  test.each(readJson<SpecCase[]>('fernet', 'verify.json'))('verify $src', (c) => {
    expect(fernetDecrypt(c.secret, c.token)?.toString()).toBe(c.src);
  });

  // [F-73]; and [F-74]: those that only a time to live would refuse open.
  test.each(invalid)('invalid: $desc', (c) => {
    const outcome = extra.invalidWithoutTtl[c.desc ?? ''];
    if (outcome === 'refuses') expect(fernetDecrypt(c.secret, c.token)).toBeUndefined();
    else {
      expect(outcome).toBe('opens: ');
      expect(fernetDecrypt(c.secret, c.token)?.length).toBe(0);
    }
  });
});

describe('further sizes, by Python', () => {
  test.each(extra.cases)('$id', (c) => {
    const value = plaintextOf(c);
    expect(fernetEncrypt(c.secret, value, { time: c.time, iv: Buffer.from(c.ivHex, 'hex') })).toBe(c.token);
    expect(fernetDecrypt(c.secret, c.token)).toEqual(value);
  });

  // [F-73]: each byte of a token counts.
  test('one bit flipped anywhere', () => {
    const { secret, token } = extra.cases.find((c) => c.plaintextB64 !== '') ?? { secret: '', token: '' };
    const bytes = Buffer.from(token, 'base64url');
    for (let i = 0; i < bytes.length; i++) {
      const bent = Buffer.from(bytes);
      bent[i] = (bent[i] ?? 0) ^ 1;
      const text = bent.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
      expect([i, fernetDecrypt(secret, text)]).toEqual([i, undefined]);
    }
  });
});
