import { expect, test } from '@jest/globals';
import { circles } from '../support/circles.js';

test('a circle of two, one of three, one of one; a line and a diamond are none', () => {
  expect(
    circles([
      ['b', 'a'],
      ['a', 'b'],
      ['c', 'd'],
      ['d', 'e'],
      ['e', 'c'],
      ['f', 'f'],
      ['a', 'line'],
      ['top', 'left'],
      ['top', 'right'],
      ['left', 'foot'],
      ['right', 'foot'],
    ]),
  ).toEqual([['a', 'b'], ['c', 'd', 'e'], ['f']]);
});
