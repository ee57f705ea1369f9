import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { masksOf } from '../../../src/cli/exec/masks.js';
import { Redactor } from '../../../src/cli/exec/redactor.js';

function masked(value: string | Uint8Array, output: string): string {
  const { patterns } = masksOf([{ name: 'db', value: Buffer.from(value) }]);
  const redactor = new Redactor(patterns);
  return Buffer.concat([redactor.push(Buffer.from(output)), redactor.end()]).toString();
}

describe('a value is masked', () => {
  test.each([
    ['as it is', 'a b&c="dé', 'x a b&c="dé y', 'x [redacted] y'],
    ['URL-encoded', 'a b&c="dé', 'q=a%20b%26c%3D%22d%C3%A9;', 'q=[redacted];'],
    ['URL-encoded in small letters', 'a b&c="dé', 'q=a%20b%26c%3d%22d%c3%a9;', 'q=[redacted];'],
    ['as a form has it', 'a b&c="dé', 'q=a+b%26c%3D%22d%C3%A9;', 'q=[redacted];'],
    ['as JSON has it', 'one"two\n', '{"p":"one\\"two\\n"}', '{"p":"[redacted]"}'],
    ['line by line', 'first line\nsecond line', 'b second line, a first line', 'b [redacted], a [redacted]'],
  ])('%s', (_, value, output, expected) => {
    expect(masked(value, output)).toBe(expected);
  });

  test('in base64, in both alphabets and wherever it stands in what is encoded', () => {
    const texts = fc.string({ unit: 'binary-ascii', minLength: 6, maxLength: 40 });
    fc.assert(
      fc.property(texts, fc.string({ maxLength: 5 }), fc.string({ maxLength: 5 }), (value, before, after) => {
        const all = Buffer.from(before + value + after);
        for (const text of [all.toString('base64'), all.toString('base64url')]) {
          // Of the value at most the bits remain that share a character with its neighbours.
          const rest = masked(value, text).split('[redacted]');
          expect(rest.length).toBeGreaterThan(1);
          expect(rest.join('').replaceAll('=', '').length).toBeLessThanOrEqual(
            Math.ceil((Buffer.byteLength(before) * 8) / 6) +
              Math.ceil((Buffer.byteLength(after) * 8) / 6) +
              1,
          );
        }
      }),
    );
  });

  test('of many kilobytes also where base64 is broken into lines', () => {
    const value = Buffer.from(Array.from({ length: 3_000 }, (_, i) => i % 251));
    const lines = value.toString('base64').match(/.{1,76}/gu) ?? [];
    const left = masked(value, lines.join('\n'));
    expect(left.replaceAll('[redacted]', '').replaceAll('\n', '').length).toBeLessThan(80);
  });
});

describe('not masked is', () => {
  test('a value that is shorter than four bytes, which is named instead', () => {
    const short = [
      { name: 'a', value: Buffer.from('abc') },
      { name: 'none', value: Buffer.alloc(0) },
    ];
    expect(masksOf(short)).toEqual({ patterns: [], tooShort: ['a'] });
  });

  test.each(['true', '{', '-----BEGIN PRIVATE KEY-----', 'abc', '  "'])(
    'a line %j of a longer value',
    (line) => {
      expect(masked(`${line}\nsecret of its own`, `x ${line} y`)).toBe(`x ${line} y`);
    },
  );
});
