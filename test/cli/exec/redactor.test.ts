import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MASK, Redactor } from '../../../src/cli/exec/redactor.js';

/** What must come out: every byte of every occurrence covered, runs that overlap or touch as one mask. */
function expected(data: Buffer, patterns: readonly Buffer[]): string {
  const covered = Array.from(data, () => false);
  for (const pattern of patterns) {
    for (let at = data.indexOf(pattern); at >= 0; at = data.indexOf(pattern, at + 1)) {
      covered.fill(true, at, at + pattern.length);
    }
  }
  return covered
    .map((is, i) =>
      !is ? String.fromCharCode(data[i] ?? 0) : covered[i - 1] === true ? '' : MASK.toString(),
    )
    .join('');
}

function redacted(chunks: readonly Buffer[], patterns: readonly Buffer[]): string {
  const redactor = new Redactor(patterns);
  return Buffer.concat([...chunks.map((c) => redactor.push(c)), redactor.end()]).toString('latin1');
}

const some = (letters: string, min: number, max: number): fc.Arbitrary<Buffer> =>
  fc
    .string({ unit: fc.constantFrom(...letters), minLength: min, maxLength: max })
    .map((t) => Buffer.from(t, 'latin1'));

describe('every occurrence is masked, and no other byte is touched', () => {
  test('at every place where two chunks can meet', () => {
    // Of two letters, so that secrets overlap each other and themselves.
    const patterns = fc.array(some('ab', 4, 12), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(some('abc', 0, 60), patterns, (data, list) => {
        const whole = expected(data, list);
        for (let at = 0; at <= data.length; at++) {
          expect(redacted([data.subarray(0, at), data.subarray(at)], list)).toBe(whole);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('in chunks of any sizes, of any bytes', () => {
    const cuts = fc.array(fc.nat(80), { maxLength: 12 });
    fc.assert(
      fc.property(
        some('ab\0\xff\n', 0, 80),
        fc.array(some('ab\0\xff', 4, 9), { minLength: 1, maxLength: 6 }),
        cuts,
        (data, list, at) => {
          const edges = [0, ...at.filter((n) => n < data.length).sort((a, b) => a - b), data.length];
          const chunks = edges.slice(1).map((end, i) => data.subarray(edges[i] ?? 0, end));
          expect(redacted(chunks, list)).toBe(expected(data, list));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('what is held back', () => {
  const redactor = (): Redactor => new Redactor([Buffer.from('hunter2')]);

  test('is only what could begin a secret: a prompt goes out at once', () => {
    expect(redactor().push(Buffer.from('Password: ')).toString()).toBe('Password: ');
    expect(redactor().push(Buffer.from('is it hunt')).toString()).toBe('is it ');
  });

  test('goes out in the end', () => {
    const one = redactor();
    one.push(Buffer.from('is it hunter'));
    expect(one.end().toString()).toBe('hunter');
  });
});

test('a megabyte that is one secret again and again takes no more than moments', () => {
  const pattern = Buffer.alloc(1024, 'a');
  const start = performance.now();
  expect(redacted([Buffer.alloc(1_000_000, 'a')], [pattern])).toBe(MASK.toString());
  expect(performance.now() - start).toBeLessThan(10_000);
});
