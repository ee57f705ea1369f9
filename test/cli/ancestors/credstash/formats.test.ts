import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { load } from 'js-yaml';
import { formatCredentials, garbledNames } from '../../../../src/cli/ancestors/credstash/formats.js';
import { pythonSays, type Question } from '../python-says.js';

type Pairs = readonly (readonly [string, string])[];

// What decides about quotes, escapes and line breaks: indicators alone and beside blanks, words that
// mean something, long lines, characters of every kind.
const PARTS = [
  ...['a', 'word', 'yes', 'null', '~', '0', '12', '0x1f', '1.5', '1:20', '2024-01-31', 'é', '😀', '\u2028'],
  ...[' ', '  ', '\n', '\n\n', '\t', '\0', '\u001b', '\u007f', '\u0085', '\u00a0', '\ufeff', '\uffff'],
  ...['-', '---', '...', '?', ':', ': ', ' #', '#', ',', '[', '{', '}', '&', '*', '!', '|', '>', "'", '"'],
  ...['%', '@', '`', '=', '<<', '\\', '.', '+', '_', 'a-rather-long-word-of-forty-two-characters'],
] as const;
const text = fc.oneof(
  fc.array(fc.constantFrom(...PARTS), { maxLength: 12 }).map((parts) => parts.join('')),
  fc
    .array(fc.constantFrom('two', ' ', 'words', "it's", 'é'), { minLength: 20, maxLength: 60 })
    .map((p) => p.join('')),
  fc.string({ unit: 'binary' }),
);
// Only YAML 1.2 takes these for numbers; ours puts them in quotes, PyYAML doesn't.
const isNumberOf12 = (t: string): boolean => /^[-+]?[0-9.]+([eE][-+]?[0-9]+)?$|^0o[0-7]+$/u.test(t);
const name = fc.oneof(
  text.filter((t) => t !== ''),
  fc.constant('n'.repeat(122)),
  fc.constant('n'.repeat(123)),
);
const SAMPLES: readonly Pairs[] = fc
  .sample(fc.uniqueArray(fc.tuple(name, text), { maxLength: 3, selector: ([n]) => n }), {
    numRuns: 1000,
    seed: 5,
  })
  .filter((pairs) => !pairs.flat().some(isNumberOf12));

describe('as Python writes them', () => {
  test('json, csv and yaml, which reads back', async () => {
    const sorted = SAMPLES.map((pairs) =>
      pairs.toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
    // Python 3.13 quotes a carriage return, as ours does; older ones don't.
    const csv = sorted.filter((pairs) => !pairs.flat().some((t) => t.includes('\r')));
    const ours = (format: string, all: readonly Pairs[]): string[] =>
      all.map((pairs) => formatCredentials(format, new Map(pairs)));
    const yaml = ours('yaml', sorted);
    const says = await pythonSays([
      ...sorted.map((pairs): Question => ['json', pairs]),
      ...sorted.map((pairs): Question => ['yaml', pairs]),
      ...csv.map((pairs): Question => ['csv', pairs]),
    ]);
    expect([...ours('json', sorted), ...yaml, ...ours('csv', csv)]).toEqual(says);
    expect(yaml.map((t) => load(t))).toEqual(sorted.map((pairs) => Object.fromEntries(pairs)));
    expect(csv.length).toBeGreaterThan(500);
  });

  test('what only YAML 1.2 takes for a number is text to all', async () => {
    const values = ['1e3', '1E-5', '.5e1', '0o17', '-12e03', '012', '1_000', '0b1', '190:20:30', '1.', '-'];
    const texts = values.map((value) => formatCredentials('yaml', new Map([['n', value]])));
    expect(texts[0]).toBe("n: '1e3'\n");
    expect(texts.map((t) => (load(t) as { n: unknown }).n)).toEqual(values);
    const says = await pythonSays(texts.map((t): Question => ['yaml-read', t]));
    expect(says).toEqual(values.map((n) => ({ n })));
  });
});

test('dotenv escapes nothing, and what it garbles is told', () => {
  const values = new Map([
    ['straße', 'x'],
    ['a.b', "it's"],
    ['a-c', 'two\nlines'],
  ]);
  expect(formatCredentials('dotenv', values)).toBe("A-C='two\nlines'\nA.B='it's'\nSTRASSE='x'\n");
  expect(garbledNames('dotenv', values)).toEqual(['a.b']);
  expect(garbledNames('json', values)).toEqual([]);
});

test('rows are in the order of code points, and none is a text of each format', () => {
  const values = new Map([
    ['\u{1f600}', '1'],
    ['\uff21', '2'],
    ['a\rb', '3'],
  ]);
  expect(formatCredentials('csv', values)).toBe('"a\rb",3\n\uff21,2\n\u{1f600},1\n');
  const none = ['json', 'csv', 'dotenv', 'yaml'].map((format) => formatCredentials(format, new Map()));
  expect(none).toEqual(['{}', '', '', '{}\n']);
});
