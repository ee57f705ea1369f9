import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { wildcardTest } from '../../../../src/cli/ancestors/credstash/wildcard.js';
import { isLazycredError } from '../../../../src/errors.js';
import { caught } from '../../../support/caught.js';
import { pythonSays, type Question } from '../python-says.js';

const NAMES = [
  ...[
    'app.a',
    'app.b',
    'app-b',
    'other',
    'a',
    'b',
    'ab',
    'aab',
    'A1',
    '1',
    'a b',
    'a\nb',
    'a\n',
    'a\rb',
    'x',
  ],
  ...['prod/db', 'x]y', '{2}', 'aa', 'é', '٣', '😀', 'a\u2028b', 'a_b', '-', '^', '$', '\\', 'dd', '\u0085'],
];

const PARTS = [
  ...['a', 'b', 'app', '.', '*', '*', '|', '(', ')', '(?:', '(?=', '(?!', '(?<=a)', '(?P<n>', '(?P=n)'],
  ...[
    '[',
    ']',
    '[ab]',
    '[^a]',
    '[]x]',
    '[^]x]',
    '[a-c]',
    '[\\w-]',
    '[\\W]',
    '[.-]',
    '[a-]',
    '[\\d-a]',
    '[z-a]',
  ],
  ...['?', '+', '??', '{2}', '{,2}', '{1,}', '{', '}', '{a}', '^', '$', '/', '-', ' ', '😀', 'é', '&&', '~~'],
  ...['\\d', '\\D', '\\w', '\\W', '\\s', '\\S', '\\b', '\\B', '\\A', '\\Z', '\\.', '\\\\', '\\q', '\\x41'],
  ...['\\u00e9', '\\U0001F600', '\\n', '\\-', '\\/'],
];

test('wildcards match what Python finds', async () => {
  const arbitrary = fc
    .array(fc.constantFrom(...PARTS), { minLength: 1, maxLength: 6 })
    .map((p) => p.join(''));
  const wildcards = [...PARTS, 'a(?#c)b*', '(a)\\1*', ...fc.sample(arbitrary, { numRuns: 4000, seed: 7 })];
  const says = await pythonSays(wildcards.map((w): Question => ['wildcard', [w, NAMES]]));
  const ours = wildcards.map((w) => {
    try {
      return NAMES.filter(wildcardTest(w));
    } catch (e) {
      if (!isLazycredError(e, 'ERR_USAGE')) throw e;
      return null;
    }
  });
  // What JavaScript can't do: repeat a place, keep what a quantifier took.
  const isBeyond = (w: string): boolean => /[*+?}]\+|\(\?(?:<=|=|!)/u.test(w);
  const differ = wildcards.flatMap((w, i) =>
    JSON.stringify(ours[i]) === JSON.stringify(says[i]) || (ours[i] === null && isBeyond(w))
      ? []
      : [{ w, ours: ours[i], python: says[i] }],
  );
  expect(differ).toEqual([]);
  expect(says.filter((s) => s !== null).length).toBeGreaterThan(1000);
});

test.each([
  ['(*', 'it is not a valid one'],
  ['(?i)a*', 'it holds a group that is not supported'],
  ['a*+', 'possessive quantifiers are not supported'],
  ['[a*', 'a "[" in it has no "]"'],
  ['\\q*', 'the escape \\q is unknown'],
  ['\\b?*', 'a place in it is repeated'],
  ['[\\d-z]*', 'a range in it has no ends'],
  ['\\Uffffffff*', 'an escape in it is no character'],
])('%s is refused', async (wildcard, why) => {
  const { message } = await caught(
    Promise.resolve().then(() => wildcardTest(wildcard)),
    'ERR_USAGE',
  );
  expect(message).toBe(`the name with "*" is a regular expression, and ${why}`);
});
