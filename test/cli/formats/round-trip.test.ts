import { describe, expect, test } from '@jest/globals';
import dotenv from 'dotenv';
import fc from 'fast-check';
import { exportEntries } from '../../../src/cli/formats/export.js';
import { IMPORT_FORMATS, importEntries, type ImportFormat } from '../../../src/cli/formats/import.js';
import { isLazycredError } from '../../../src/errors.js';
import { nastyName, nastyText } from './arbitraries.js';

const entries = fc.uniqueArray(
  fc.record({ name: nastyName, value: nastyText.map((text) => Buffer.from(text)) }),
  { maxLength: 8, selector: (e) => e.name },
);

function unlessUsage<T>(attempt: () => T): T | undefined {
  try {
    return attempt();
  } catch (e) {
    if (!isLazycredError(e, 'ERR_USAGE')) throw e;
    return undefined;
  }
}

// toml is only read.
const BOTH_WAYS = IMPORT_FORMATS.flatMap((format) => (format === 'toml' ? [] : [format]));

describe.each(BOTH_WAYS)('%s', (format) => {
  test('what was exported comes back by import', () => {
    let files = 0;
    fc.assert(
      fc.property(entries, (all) => {
        const o = { format, rawNames: true } as const;
        const some = all.filter((entry) => unlessUsage(() => exportEntries([entry], o)) !== undefined);
        const back = importEntries(exportEntries(some, o), format);
        const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
        expect([...back].sort(byName)).toEqual([...some].sort(byName));
        if (some.length > 0) files++;
      }),
      { numRuns: 150 },
    );
    expect(files).toBeGreaterThan(50);
  });
});

describe.each(IMPORT_FORMATS)('%s', (format) => {
  test('any other text is read, or refused as ERR_USAGE', () => {
    const text = fc.oneof(
      nastyText,
      fc.array(fc.oneof(nastyText, pieces(format)), { maxLength: 8 }).map((p) => p.join('')),
    );
    fc.assert(
      fc.property(text, (file) => {
        unlessUsage(() => importEntries(Buffer.from(file), format));
      }),
      { numRuns: 500 },
    );
  });
});

function pieces(format: ImportFormat): fc.Arbitrary<string> {
  const of: Readonly<Record<ImportFormat, readonly string[]>> = {
    json: ['{', '}', '"a"', ':', ',', '1', 'null'],
    yaml: ['a: ', 'b:\n', '? ', ': ', '- ', '&x ', '*x', '!!str ', '|\n  ', '{', '}'],
    dotenv: ['A=', '\nB=', 'export ', '\n', '# c', "'", '"', '`'],
    tsv: ['name\tvalue\n', '\t', '"', 'a', '\r\n'],
    'java-properties': ['a=', '\\', '\\u00', '\n', '#', ':', ' '],
    toml: ['a = ', '"', "'", '"""', '\\', '\n', '#', '[', '1'],
    csv: ['name,value\n', ',', '"', 'a', '\r\n'],
  };
  return fc.constantFrom(...of[format]);
}

test('a dotenv file means what npm dotenv takes it for, or is refused', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'A=',
      'B = ',
      '\nC=',
      '\nexport D=',
      '\nE: ',
      '\n',
      '#',
      ' # c',
      "'",
      '"',
      '`',
      '\\',
      '\\n',
      '\r\n',
    ),
    fc.constantFrom(
      "\nF='",
      '\nG="',
      "\\'",
      '\\"',
      "'\n",
      '"\n',
      '\nH=`',
      '`\n',
      ' ',
      '\t',
      'x',
      '=',
      '$',
      '\u2028',
      '\u00a0',
    ),
  );
  let read = 0;
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 14 }).map((p) => p.join('')),
      (file) => {
        const found = unlessUsage(() => importEntries(Buffer.from(file), 'dotenv'));
        if (found === undefined) return;
        read++;
        const ours = found.map(({ name, value }) => [name, Buffer.from(value).toString()]);
        expect(ours.sort()).toEqual(Object.entries(dotenv.parse(file)).sort());
      },
    ),
    { numRuns: 3000 },
  );
  expect(read).toBeGreaterThan(200);
});
