import { expect, test } from '@jest/globals';
import { entropyBits, randomText } from '../../../src/cli/generate/random-text.js';

const DIGITS = [...'0123456789'];

test('draws each symbol below the size of the alphabet, in the order of the draws', () => {
  const asked: number[] = [];
  const draws = [2, 0, 9];
  const draw = (max: number): number => {
    asked.push(max);
    return draws[asked.length - 1] ?? 0;
  };
  expect(randomText({ symbols: DIGITS, count: 3, between: '-' }, draw)).toBe('2-0-9');
  expect(asked).toEqual([10, 10, 10]);
});

test('every symbol is as likely as any other', () => {
  const count = 200_000;
  const text = randomText({ symbols: DIGITS, count, between: '' });
  const expected = count / DIGITS.length;
  const square = DIGITS.map((d) => (text.split(d).length - 1 - expected) ** 2 / expected);
  // Chi-squared with nine degrees of freedom exceeds 50 once in some ten million runs; a byte taken modulo ten,
  // which prefers 0 to 5, adds about 73.
  expect(square.reduce((sum, s) => sum + s, 0)).toBeLessThan(50);
});

test('entropy is the logarithm of how many texts there are, rounded down', () => {
  const of = (size: number, count: number): number =>
    entropyBits({ symbols: Array.from({ length: size }, (_, i) => String(i)), count, between: '' });
  expect([of(2, 64), of(16, 64), of(62, 32), of(10, 19), of(10, 20), of(2048, 6)]).toEqual([
    64, 256, 190, 63, 66, 66,
  ]);
});
