import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { table, tabbed } from '../../../src/cli/io/table.js';

test('columns are two spaces apart, headings dim where colour is wanted', () => {
  const rows = [
    ['a', '1'],
    ['long name', '22'],
  ];
  expect(table(rows, undefined, {})).toBe('a          1\nlong name  22\n');
  expect(table(rows, ['NAME', 'N'], { color: true })).toBe(
    '\u001b[2mNAME       N\u001b[22m\na          1\nlong name  22\n',
  );
});

test('the widest column is cut first', () => {
  const rows = [['a-name-of-some-length', 'just now', 'a comment that goes on and on']];
  expect(table(rows, undefined, { width: 50 })).toBe('a-name-of-some-l…  just now  a comment that goes …\n');
  expect(table(rows, undefined, { width: 30 })).toBe('a-name-…  just now  a comment…\n');
});

test('wide characters take two columns, marks none', () => {
  expect(
    table(
      [
        ['秘密', 'x'],
        ['e\u0301', 'x'],
      ],
      undefined,
      {},
    ),
  ).toBe('秘密  x\ne\u0301     x\n');
  expect(table([['秘密秘密秘密', 'x']], undefined, { width: 10 })).toBe('秘密秘…  x\n');
});

test('control characters are shown, not obeyed', () => {
  expect(table([['a\u001b[2Jb', 'c\nd']], undefined, {})).toBe('a\\u001b[2Jb  c\\u000ad\n');
  expect(tabbed([['a\tb', 'c\nd', '\u202e']])).toBe('a\\u0009b\tc\\u000ad\t\u202e\n');
  expect(table([['\u202e']], undefined, {})).toBe('\\u202e\n');
});

test('no line is wider than the terminal, and none is lost', () => {
  const cell = fc.string({ unit: 'grapheme-ascii', maxLength: 60 });
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell, cell)), fc.integer({ min: 20, max: 120 }), (rows, width) => {
      const lines = table(rows, undefined, { width }).split('\n').slice(0, -1);
      expect(lines).toHaveLength(rows.length);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
    }),
  );
});
