import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { exportEntries, type ExportFormat } from '../../../src/cli/formats/export.js';
import { isLazycredError } from '../../../src/errors.js';
import { nastyName, nastyText } from './arbitraries.js';
import { READERS } from './readers.js';

interface Pair {
  readonly name: string;
  readonly text: string;
}

const FILES = 200;

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
    // Enough to show something, the empty file among them.
    expect(wanted.flat().length).toBeGreaterThan(FILES / 5);
    for (const [i, some] of wanted.entries()) {
      const expected = new Map(some.map((pair) => [keyOf(pair), pair.text]));
      const actual = found[i] ?? new Map<string, string>();
      expect([...actual].sort()).toEqual([...expected].sort());
    }
  });
});
