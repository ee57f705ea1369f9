import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  compareCredstashVersions,
  credstashVersionKeys,
  nextCredstashVersion,
  padCredstashVersion,
} from '../../src/record/credstash-versions.js';

const zeros = (n: number): string => '0'.repeat(n);

describe('padding', () => {
  test.each([
    ['', zeros(19)],
    ['7', `${zeros(18)}7`],
    ['rel-1', `${zeros(14)}rel-1`],
    ['-5', `${zeros(17)}-5`],
    ['é', `${zeros(18)}é`],
    ['😀', `${zeros(18)}😀`],
    ['1234567890123456789', '1234567890123456789'],
    ['12345678901234567890', '12345678901234567890'],
    ['a text of more than nineteen', 'a text of more than nineteen'],
  ])('%j is stored as %j', (given, stored) => {
    expect(padCredstashVersion(given)).toBe(stored);
  });
});

describe('the newest', () => {
  test.each([
    [[], undefined],
    [['9', '10'], '9'],
    [['1', `${zeros(18)}2`], '1'],
    [[`${zeros(17)}10`, `${zeros(18)}9`], `${zeros(17)}10`],
    [['v2', '37', 'rel'], 'v2'],
    [['Z', 'a'], 'a'],
    // By bytes of UTF-8, which is not the order of UTF-16 units.
    [['\uffee', '😀'], '😀'],
  ] as const)('of %j is %j', (versions, newest) => {
    expect(versions.toSorted(compareCredstashVersions).at(-1)).toBe(newest);
  });
});

describe('the version after the newest', () => {
  test.each([
    [undefined, `${zeros(18)}1`],
    [zeros(19), `${zeros(18)}1`],
    [`${zeros(18)}9`, `${zeros(17)}10`],
    ['0000000009007199254740991', '9007199254740992'.padStart(19, '0')],
    ['12345678901234567890', '12345678901234567891'],
    ['9223372036854775807', '9223372036854775808'],
  ])('%j is followed by %j', (newest, next) => {
    expect(nextCredstashVersion('db', newest)).toBe(next);
  });

  test.each([
    '37',
    '0',
    'v2',
    `${zeros(14)}rel-1`,
    `${zeros(17)}-5`,
    `${zeros(17)} 5`,
    `${zeros(17)}5_`,
    '9'.repeat(19),
    '',
    '٣'.repeat(19),
  ])('nothing follows %j', (newest) => {
    expect(() => nextCredstashVersion('prod/db', newest)).toThrow(
      expect.objectContaining({
        code: 'ERR_CONFLICT',
        message: expect.stringContaining(`"prod/db" is version "${newest}"`),
        advice: { code: 'give-greater-version' },
      }),
    );
  });

  // [F-83]
  test('always sorts after it', () => {
    const versions = fc.oneof(
      fc.bigInt({ min: 0n, max: 10n ** 21n }).map((n) => padCredstashVersion(String(n))),
      fc.string({ unit: fc.constantFrom('0', '9', 'a', ' '), maxLength: 22 }),
    );
    fc.assert(
      fc.property(versions, (newest) => {
        let next: string | undefined;
        try {
          next = nextCredstashVersion('db', newest);
        } catch (e) {
          expect(e).toMatchObject({ code: 'ERR_CONFLICT' });
        }
        if (next !== undefined) expect(compareCredstashVersions(next, newest)).toBeGreaterThan(0);
      }),
    );
  });
});

describe('where a row that is asked for may lie', () => {
  test.each([
    ['7', [`${zeros(18)}7`, '7']],
    ['007', [`${zeros(18)}7`, '007']],
    ['0', [zeros(19), '0']],
    ['-5', [`${zeros(17)}-5`, '-5']],
    ['-0', [zeros(19), '-0']],
    ['+5', [`${zeros(18)}5`, '+5']],
    [' 5 ', [`${zeros(18)}5`, ' 5 ']],
    ['rel-1', ['rel-1', `${zeros(14)}rel-1`]],
    ['2016-03-01', ['2016-03-01', `${zeros(9)}2016-03-01`]],
    [`${zeros(18)}7`, [`${zeros(18)}7`]],
    [`${zeros(14)}rel-1`, [`${zeros(14)}rel-1`]],
    ['12345678901234567890', ['12345678901234567890']],
  ])('%j: %j', (asked, keys) => {
    expect(credstashVersionKeys(asked)).toEqual(keys);
  });
});
