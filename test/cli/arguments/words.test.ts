import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Option } from '../../../src/cli/arguments/options.js';
import { readWords } from '../../../src/cli/arguments/words.js';
import { LazycredError } from '../../../src/errors.js';

const KNOWN: readonly Option[] = [
  { name: 'value', letter: 'v', takes: 'VALUE', about: '', group: '' },
  { name: 'quiet', letter: 'q', about: '', group: '' },
];

describe('readWords', () => {
  test.each([
    ['--value x', ['--value', 'x'], ['--value=x'], []],
    ['--value=x', ['--value=x'], ['--value=x'], []],
    ['--value= (empty)', ['--value='], ['--value='], []],
    ['a value with "=" and line breaks', ['--value=a=b\nc'], ['--value=a=b\nc'], []],
    ['-vx', ['-vx'], ['--value=x'], []],
    ['-v=x', ['-v=x'], ['--value=x'], []],
    ['-v -x', ['-v', '-x'], ['--value=-x'], []],
    ['-qv x', ['-qv', 'x'], ['--quiet', '--value=x'], []],
    ['-vq: the value is q', ['-vq'], ['--value=q'], []],
    ['a value of two dashes', ['--value', '--', 'a'], ['--value=--'], ['a']],
    ['options after operands', ['a', '-q', 'b'], ['--quiet'], ['a', 'b']],
    ['- as an operand', ['-', '-q'], ['--quiet'], ['-']],
    ['nothing but operands after --', ['-q', '--', '-q', '--'], ['--quiet'], ['-q', '--']],
    ['an empty operand', ['', 'a'], [], ['', 'a']],
  ])('%s', (_, args, options, operands) => {
    expect(readWords(args, KNOWN)).toEqual({ options, operands, rest: [] });
  });

  test('ends at the first operand where that is asked for', () => {
    expect(readWords(['-v', 'x', 'put', '--any', 'y'], KNOWN, true)).toEqual({
      options: ['--value=x'],
      operands: ['put'],
      rest: ['--any', 'y'],
    });
  });

  test.each([
    [['--value'], '--value needs a value'],
    [['-qv'], '-v needs a value'],
    [['--quiet=1'], '--quiet takes no value'],
    [['--qiet'], 'unknown option --qiet'],
    [['-x'], 'unknown option -x'],
    [['-secret'], 'unknown option'],
    [['--Secret1'], 'unknown option'],
    [['---'], 'unknown option'],
  ])('%j is refused: %s', (args, message) => {
    expect(() => readWords(args, KNOWN)).toThrow(expect.objectContaining({ code: 'ERR_USAGE', message }));
  });

  test('keeps any value and any operand as it is, or refuses with ERR_USAGE', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), (value, operands) => {
        expect(readWords(['--value', value, '-q', '--', ...operands], KNOWN)).toEqual({
          options: [`--value=${value}`, '--quiet'],
          operands,
          rest: [],
        });
      }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom('-', '--', '-v', '--value', '--quiet', '-q'))),
        (args) => {
          try {
            readWords(args, KNOWN);
          } catch (e) {
            expect(e).toBeInstanceOf(LazycredError);
          }
        },
      ),
    );
  });
});
