import { expect, test } from '@jest/globals';
import { shellWords } from '../../../src/cli/edit/shell-words.js';

test.each([
  ['vi', ['vi']],
  ['  code   --wait ', ['code', '--wait']],
  [`"/opt/my editor/bin" -c 'set x=1 y'`, ['/opt/my editor/bin', '-c', 'set x=1 y']],
  [String.raw`a\ b "c\"d\\e\f" 'g\h'`, ['a b', String.raw`c"d\e\f`, String.raw`g\h`]],
  [`a'b'"c"d ''`, ['abcd', '']],
  ['$(touch x) `id` $HOME ~ *', ['$(touch', 'x)', '`id`', '$HOME', '~', '*']],
  ['', []],
])('%s', (line, words) => {
  expect(shellWords(line, 'EDITOR')).toEqual(words);
});

test.each([`vi 'a`, 'vi "a', 'vi \\'])('%s is refused', (line) => {
  expect(() => shellWords(line, 'VISUAL')).toThrow('VISUAL holds a quote that is not closed');
});
