import { describe, expect, test } from '@jest/globals';
import dotenv from 'dotenv';
import fc from 'fast-check';
import { exportEntries, type ExportFormat } from '../../../src/cli/formats/export.js';
import { isLazycredError } from '../../../src/errors.js';
import { nastyName, nastyText } from './arbitraries.js';
import { READERS, readWithPython } from './readers.js';

interface Pair {
  readonly name: string;
  readonly text: string;
}

const FILES = 150;

function write(format: ExportFormat, pairs: readonly Pair[], rawNames: boolean): Uint8Array {
  const entries = pairs.map(({ name, text }) => ({ name, value: Buffer.from(text) }));
  return exportEntries(entries, { format, rawNames });
}

// What the format refuses is left out, entry by entry: the rest must come back.
function accepted(format: ExportFormat, pairs: readonly Pair[], rawNames: boolean): readonly Pair[] {
  return pairs.filter((pair) => {
    try {
      write(format, [pair], rawNames);
      return true;
    } catch (e) {
      if (!isLazycredError(e, 'ERR_USAGE')) throw e;
      return false;
    }
  });
}

// Why some values are refused: docs/formats.md has this table. Fails when a reader changes its mind.
test('npm dotenv and python-dotenv differ as documented', async () => {
  const rows = [
    ["'a\\\\b'", 'a\\\\b', 'a\\b'],
    ["'a\\'b'", "a\\'b", "a'b"],
    ['"a\\tb"', 'a\\tb', 'a\tb'],
    ["'${LAZYCRED_UNSET}'", '${LAZYCRED_UNSET}', ''],
    ['a#b', 'a', 'a#b'],
    ['`a`', 'a', '`a`'],
  ];
  const files = rows.map(([written = '']) => Buffer.from(`A=${written}\n`));
  expect(files.map((file) => dotenv.parse(file)['A'])).toEqual(rows.map(([, npm]) => npm));
  const byPython = await readWithPython('dotenv', files);
  expect(byPython.map((read) => read.get('A'))).toEqual(rows.map(([, , python]) => python));
});

describe.each(READERS)('$format by $name', ({ format, read }) => {
  test.each([
    ['values', false],
    ['names', true],
  ])('any %s', async (_, rawNames) => {
    const name = rawNames ? nastyName : fc.integer({ min: 0, max: 9 }).map((n) => `key-${n}`);
    const pairs = fc.uniqueArray(fc.record({ name, text: nastyText }), {
      maxLength: 5,
      selector: (p) => p.name,
    });
    const wanted = fc.sample(pairs, FILES).map((some) => accepted(format, some, rawNames));
    const keyOf = (pair: Pair): string => (rawNames ? pair.name : pair.name.toUpperCase().replace('-', '_'));
    const files = wanted.map((some) => write(format, some, rawNames));
    const found = await read(
      files,
      wanted.map((some) => some.map(keyOf)),
    );
    // Enough to show something.
    expect(wanted.flat().length).toBeGreaterThan(FILES / 15);
    for (const [i, some] of wanted.entries()) {
      const expected = new Map(some.map((pair) => [keyOf(pair), pair.text]));
      const actual = found[i] ?? new Map<string, string>();
      expect([...actual].sort()).toEqual([...expected].sort());
    }
  });
});
