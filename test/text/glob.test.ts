import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isGlob, parseGlob } from '../../src/text/glob.js';

describe('parseGlob', () => {
  test.each([
    ['prod/*', ['prod/db', 'prod/'], ['prod', 'prod/eu/db', 'xprod/db']],
    ['prod/**', ['prod/db', 'prod/eu/db'], ['prod']],
    ['**/db', ['prod/eu/db', 'prod/db'], ['db', 'prod/dbx']],
    ['d?', ['db', 'd🔑', 'd-'], ['d', 'dbx', 'd/']],
    ['[a-c]x', ['ax', 'cx'], ['dx', 'x', '/x']],
    ['[!a-c]x', ['dx', '!x'], ['ax', '/x']],
    ['[^a]', ['^', 'a'], ['b']],
    ['[a-]', ['a', '-'], ['b']],
    ['[-a]', ['a', '-'], ['b']],
    ['[.]', ['.'], ['x']],
    ['[\\d]', ['d', '\\'], ['1']],
    ['a-b*', ['a-b', 'a-bc'], ['ab']],
    ['a.b*', ['a.b'], ['axb']],
    ['(a|b)*', ['(a|b)'], ['a', 'b']],
    ['*', ['a\nb'], ['a/b']],
  ])('%s', (glob, matching, others) => {
    const { matches } = parseGlob(glob);
    expect(matching.filter((name) => !matches(name))).toEqual([]);
    expect(others.filter(matches)).toEqual([]);
  });

  test.each(['a[b', 'a[]', '[z-a]'])('%s is ERR_USAGE', (glob) => {
    expect(() => parseGlob(glob)).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }));
  });

  test('text without a pattern matches itself alone, whatever characters it holds', () => {
    const text = fc.string({ unit: 'binary' }).filter((t) => !isGlob(t));
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(parseGlob(a).matches(a)).toBe(true);
        expect(parseGlob(a).matches(b)).toBe(a === b);
        expect(parseGlob(`${a}*`).matches(a)).toBe(true);
        expect(parseGlob(`${a}*`).prefix).toBe(a);
      }),
    );
  });

  test('reads any text, or says that it is bad', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'*?[]!-^\\az/.') }), fc.string(), (glob, name) => {
        try {
          parseGlob(glob).matches(name);
        } catch (e) {
          expect(e).toMatchObject({ code: 'ERR_USAGE' });
        }
      }),
      { numRuns: 1000 },
    );
  });
});
