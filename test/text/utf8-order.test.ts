import { expect, test } from '@jest/globals';
import { compareUtf8 } from '../../src/text/utf8-order.js';

test('texts are in the order of their bytes in UTF-8, where UTF-16 has another', () => {
  // U+FFFD is EF BF BD, U+1F600 is F0 9F 98 80; as UTF-16 the second begins with D83D and would come first.
  const texts = ['\u{1f600}', '\ufffd', 'b', 'a', 'ä'];
  expect(texts.toSorted(compareUtf8)).toEqual(['a', 'b', 'ä', '\ufffd', '\u{1f600}']);
  expect(texts.toSorted()).not.toEqual(texts.toSorted(compareUtf8));
  expect(compareUtf8('a', 'a')).toBe(0);
});
