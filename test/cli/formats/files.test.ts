import { describe, expect, test } from '@jest/globals';
import dotenv from 'dotenv';
import { IMPORT_FORMATS, importEntries, type ImportFormat } from '../../../src/cli/formats/import.js';
import { LazycredError } from '../../../src/errors.js';
import { readWithPython } from './readers.js';

function read(format: ImportFormat, file: string): Record<string, string> {
  return Object.fromEntries(
    importEntries(Buffer.from(file), format).map(({ name, value }) => [name, Buffer.from(value).toString()]),
  );
}

function refused(format: ImportFormat, file: string | Uint8Array): LazycredError {
  try {
    importEntries(Buffer.from(file), format);
  } catch (e) {
    if (!(e instanceof LazycredError)) throw e;
    return e;
  }
  throw new Error('nothing was refused');
}

const TOML = String.raw`# c
a = "x\ty\u00e9" # c
"b/c" = 'C:\new'

'd' = """
l1
l2 \
   on"""
e = '''a'b''''
f = 1_000
g = true
h = 1979-05-27 07:32:00Z
i = -1.5e3
`;

const PROPERTIES = String.raw`# c
! c
a=x
  b : y \
   z
c d\u00e9
e\=\:\ f=\tg\q\\
bare
g=x\

`;

describe('import reads further formats', () => {
  test.each([
    ['tsv', 'name\tvalue\r\na\tx y \r\n\nb/c\t\n', { a: 'x y ', 'b/c': '' }],
    ['tsv', 'name\tvalue\tcomment\na\tx\twhy\n', { a: 'x' }],
    ['java-properties', PROPERTIES, { a: 'x', b: 'y z', c: 'dé', 'e=: f': '\tgq\\', bare: '', g: 'x' }],
    [
      'toml',
      TOML,
      {
        a: 'x\tyé',
        'b/c': 'C:\\new',
        d: 'l1\nl2 on',
        e: "a'b'",
        f: '1_000',
        g: 'true',
        h: '1979-05-27 07:32:00Z',
        i: '-1.5e3',
      },
    ],
    ['csv', '\ufeffname;value\r\na;"x;y"\r\nb;1,5\r\n', { a: 'x;y', b: '1,5' }],
  ] as const)('%s: %j', (format, file, expected) => {
    expect(read(format, file)).toEqual(expected);
  });

  const MANIFEST = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' }, type: 'Opaque' };

  test('a Secret manifest of Kubernetes, in YAML and JSON', () => {
    const yaml =
      'apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\ndata:\n  user: YXBw\n  raw: |\n    /w\n    A=\nstringData:\n  pass: "p w"\n';
    expect(importEntries(Buffer.from(yaml), 'yaml')).toEqual([
      { name: 'user', value: Buffer.from('app') },
      { name: 'raw', value: Buffer.from([0xff, 0]) },
      { name: 'pass', value: Buffer.from('p w') },
    ]);
    const json = JSON.stringify({ ...MANIFEST, data: { user: 'YXBw' } });
    expect(read('json', json)).toEqual({ user: 'app' });
  });

  test.each([
    [{ ...MANIFEST, data: { a: 'not base64' } }, '"a" in data is not base64'],
    [{ ...MANIFEST, data: { a: 'eA==' }, stringData: { a: 'x' } }, 'stringData: "a" is there twice'],
    [{ ...MANIFEST, kind: 'ConfigMap', data: { a: 'x' } }, 'a manifest of kind "ConfigMap"'],
    [{ apiVersion: 'v1', kind: 'List', items: [] }, 'a manifest of kind "List"'],
  ])('of Kubernetes is refused: %j', (manifest, why) => {
    expect(refused('json', JSON.stringify(manifest)).message).toBe(`not a json file of secrets: ${why}`);
  });
});

describe('each mistake in a file has its own hint', () => {
  test.each([
    [
      'yaml',
      '---\na: 1\n---\nb: 2\n',
      'one document a file: put all into one map, or each into a file of its own',
    ],
    ['yaml', 'a:\tx\n\tb: y\n', 'indent with blanks, not with tabs'],
    ['yaml', 'a: 1\na: 2\n', 'a name may be there once: take one of the two out'],
    ['yaml', 'a: "x\n', 'close the quote'],
    ['yaml', 'a: %x\n', 'a value that begins with a sign is put in quotes'],
    ['dotenv', 'A="unclosed\nB=2\n', 'close the quote; nothing but a comment follows a closing quote'],
    ['dotenv', 'A=1\nJUSTNAME\nB=2\n', 'a name alone has no value: KEY= for an empty one'],
    ['dotenv', '{"A": "x"}', 'it looks like JSON: --format json'],
    ['dotenv', 'COLOR=#FF0000\n', 'put the value in single quotes'],
    ['csv', 'name\tvalue\na\tx\n', 'tabs between the fields are --format tsv'],
    ['csv', 'name,value\na,"x\n', 'close the quote'],
    ['csv', 'a,x\n', 'the first line is name,value or name,value,comment'],
    ['json', '{"a": "x",}', 'no comma stands before a closing brace'],
    ['json', "{'a': 'x'}", 'names and texts stand in double quotes'],
    ['json', '{"a": "x"', 'the file ends too early: a quote or brace is not closed'],
    ['json', '{"a": "x" "b": "y"}', 'a comma stands between two members'],
    ['json', '{\n// c\n"a": "x"}', 'JSON has no comments'],
    ['toml', '[a]\nb = "x"', 'names and values only: "a/b" = "text"'],
    ['toml', 'a.b = "x"', 'put a name with dots in quotes'],
    ['java-properties', 'a=é', 'write it as \\uXXXX: Java does not always read it alike'],
  ] as const)('%s: %j', (format, file, hint) => {
    expect(refused(format, file).hint).toBe(hint);
  });

  test.each(IMPORT_FORMATS)('%s in UTF-16, as a Windows shell writes it', (format) => {
    const text = Buffer.from('A=one\r\n', 'utf16le');
    for (const file of [Buffer.concat([Buffer.from([0xff, 0xfe]), text]), text, Buffer.from(text).swap16()]) {
      const e = refused(format, file);
      expect(e.message).toBe(`not a ${format} file of secrets: it is UTF-16`);
      expect(e.hint).toBe('save it as UTF-8: iconv -f UTF-16 -t UTF-8 FILE');
    }
  });
});

// docs/formats.md has this table. Fails when a reader changes its mind.
test('what dotenv readers dispute is read as npm dotenv reads it, which the page says', async () => {
  const rows = [
    ['"a\\tb"', 'a\\tb', 'a\tb'],
    ['"Money\\$"', 'Money\\$', 'Money\\$'],
    ["'a\\\\b'", 'a\\\\b', 'a\\b'],
    ["'${LAZYCRED_UNSET}'", '${LAZYCRED_UNSET}', ''],
    ['`a`', 'a', '`a`'],
    ['"C:\\new"', 'C:\new', 'C:\new'],
  ];
  const files = rows.map(([written = '']) => `A=${written}\n`);
  expect(files.map((file) => read('dotenv', file)['A'])).toEqual(rows.map(([, npm]) => npm));
  expect(files.map((file) => dotenv.parse(file)['A'])).toEqual(rows.map(([, npm]) => npm));
  const byPython = await readWithPython(
    'dotenv',
    files.map((file) => Buffer.from(file)),
  );
  expect(byPython.map((one) => one.get('A'))).toEqual(rows.map(([, , python]) => python));
});

test('a file of 64 KiB is read in linear time, whatever it holds', () => {
  const files: readonly (readonly [ImportFormat, string])[] = [
    ['json', '\\"'.repeat(32_000)],
    ['json', `{"lazycred-export": 1, "secrets": [${'['.repeat(60_000)}`],
    ['dotenv', `A='${"\\'".repeat(32_000)}`],
    ['dotenv', `A=${' '.repeat(64_000)}x`],
    ['csv', `name,value\n${',\n'.repeat(32_000)}`],
    ['csv', `name;value\n${';\n'.repeat(32_000)}`],
    ['tsv', `name\tvalue\n${'\t\n'.repeat(32_000)}`],
    ['java-properties', `a=${'\\'.repeat(64_000)}`],
    ['java-properties', `a=${'\\'.repeat(63_999)}x`],
    ['java-properties', '\\\n'.repeat(32_000)],
    ['java-properties', ' '.repeat(64_000)],
    ['toml', `a = """${'\\'.repeat(64_000)}`],
    ['toml', `a = """${'\\ \n'.repeat(20_000)}"""`],
    ['toml', `a = ${'"'.repeat(64_000)}`],
    ['toml', `${' '.repeat(64_000)}x`],
    ['toml', '#\n'.repeat(32_000)],
    ['yaml', `a: "${'\\"'.repeat(32_000)}`],
  ];
  for (const [format, file] of files) {
    const start = performance.now();
    try {
      importEntries(Buffer.from(file), format);
    } catch (e) {
      if (!(e instanceof LazycredError)) throw e;
    }
    // Each takes milliseconds; what is quadratic takes many seconds.
    expect([format, file.slice(0, 20), performance.now() - start < 2_000]).toEqual([
      format,
      file.slice(0, 20),
      true,
    ]);
  }
});
