import { describe, expect, test } from '@jest/globals';
import { inspect } from 'node:util';
import {
  formatOfFile,
  IMPORT_FORMATS,
  importEntries,
  MAX_IMPORT_BYTES,
  type ImportFormat,
} from '../../../src/cli/formats/import.js';
import { LazycredError } from '../../../src/errors.js';
import { assertNoSecretIn, canary } from '../../canary.js';

function read(format: ImportFormat, file: string | Uint8Array): (readonly [string, string])[] {
  return importEntries(Buffer.from(file), format).map(({ name, value }) => [
    name,
    Buffer.from(value).toString(),
  ]);
}

function refused(format: ImportFormat, file: string | Uint8Array): LazycredError {
  try {
    importEntries(Buffer.from(file), format);
  } catch (e) {
    if (!(e instanceof LazycredError)) throw e;
    expect(e.code).toBe('ERR_USAGE');
    assertNoSecretIn(inspect(e, { depth: 5 }), 'a refusal');
    return e;
  }
  throw new Error('nothing was refused');
}

describe('json', () => {
  test.each([
    ['{}', []],
    [
      ' {"a": "x", "b/c": "", "__proto__": "p", "2": "two", "1": "one"}\n',
      [
        ['a', 'x'],
        ['b/c', ''],
        ['__proto__', 'p'],
        ['2', 'two'],
        ['1', 'one'],
      ],
    ],
    [
      '{"a": "\\u00e9\\n\\"}{,:", "\\u0062" : "\\ud83d\\ude00"}',
      [
        ['a', 'é\n"}{,:'],
        ['b', '😀'],
      ],
    ],
    [
      '{"a":1.0,"b":12345678901234567890,"c":true ,"d": -1e3\n}',
      [
        ['a', '1.0'],
        ['b', '12345678901234567890'],
        ['c', 'true'],
        ['d', '-1e3'],
      ],
    ],
    ['\ufeff{"a":"\ufeff"}', [['a', '\ufeff']]],
  ])('%s', (file, expected) => {
    expect(read('json', file)).toEqual(expected);
  });

  test.each([
    ['', 'not JSON'],
    ['{"a": "x",}', 'line 1: not JSON'],
    ['{"a": "x"\n\n"b"}', 'line 3: not JSON'],
    ['[]', 'it is not one object'],
    ['"x"', 'it is not one object'],
    ['null', 'it is not one object'],
    ['{"a": "x",\n "a": "y"}', 'line 2: "a" is there twice'],
    ['{"a": "x",\n "\\u0061": "y"}', 'line 2: "a" is there twice'],
    ['{"__proto__": "x", "__proto__": "y"}', 'line 1: "__proto__" is there twice'],
    ['{"": "x"}', 'line 1: an empty name'],
    ['{"a": "\\ud800"}', 'line 1: "a" is not well-formed Unicode'],
    ['{"\\udc00": "x"}', 'line 1: the name "\udc00" is not well-formed Unicode'],
    [
      '{"a": {"a": "}"},\n"b": [1,{}],\n"c": null, "fine": "x"}',
      'line 1: "a" is an object, not text; line 2: "b" is an array, not text; line 3: "c" is null, not text',
    ],
  ])('%j is refused', (file, why) => {
    expect(refused('json', file).message).toBe(`not a json file of secrets: ${why}`);
  });
});

describe('yaml', () => {
  test.each([
    ['', []],
    ['# nothing\n', []],
    ['---\n', []],
    ['{}', []],
    [
      'a: x\nb/c: ""\n__proto__: p\n',
      [
        ['a', 'x'],
        ['b/c', ''],
        ['__proto__', 'p'],
      ],
    ],
    // Whatever YAML 1.1 or 1.2 make of it, as it is written.
    [
      'a: 0123\nb: 1e3\nc: yes\nd: 2024-01-01\ne: 0x1F\nf: 1_000\ng: 12:30:45\nh: .inf',
      [
        ['a', '0123'],
        ['b', '1e3'],
        ['c', 'yes'],
        ['d', '2024-01-01'],
        ['e', '0x1F'],
        ['f', '1_000'],
        ['g', '12:30:45'],
        ['h', '.inf'],
      ],
    ],
    [
      '1: x\ntrue: y\nnull: z\n~: t',
      [
        ['1', 'x'],
        ['true', 'y'],
        ['null', 'z'],
        ['~', 't'],
      ],
    ],
    [
      'a: "null"\nb: \'~\'\nc: |\n  two\n  lines\nd: >-\n  one\n  line\n',
      [
        ['a', 'null'],
        ['b', '~'],
        ['c', 'two\nlines\n'],
        ['d', 'one line'],
      ],
    ],
    [
      '<<: x\n=: y',
      [
        ['<<', 'x'],
        ['=', 'y'],
      ],
    ],
    [
      '{"a": "\\u00e9", b: c}',
      [
        ['a', 'é'],
        ['b', 'c'],
      ],
    ],
    ['a: x # comment\n', [['a', 'x']]],
  ])('%j', (file, expected) => {
    expect([...read('yaml', file)].sort()).toEqual([...expected].sort());
  });

  test.each([
    ['- a', 'it is not one map'],
    ['x', 'it is not one map'],
    ['~', 'it is not one map'],
    ['a: x\na: y', 'line 2: duplicated mapping key'],
    ['a: x\n"a": y', 'line 2: duplicated mapping key'],
    ['a:\nb: ~\nc: null\nfine: x', '"a" has no value; "b" has no value; "c" has no value'],
    [
      'a: {b: c}\nd:\n  - e\nf:\n  g: h\nfine: x',
      '"a" is a map, not text; "d" is a list, not text; "f" is a map, not text',
    ],
    ['"": x', 'an empty name'],
    ['? [a, b]\n: x', 'a name is a map or list'],
    ['? {a: b}\n: x', 'a name is a map or list'],
    ['a: &x y\nb: *x', 'line 1: anchors and aliases are not read'],
    ['a: &x [*x]', 'line 1: anchors and aliases are not read'],
    ['a: *x', 'line 1: unidentified alias'],
    ['&x a: b', 'line 1: anchors and aliases are not read'],
    ['&x\na: b', 'line 2: anchors and aliases are not read'],
    ['a: !!binary aGk=', 'line 1: unknown tag'],
    ['a: !!js/function x', 'line 1: unknown tag'],
    ['a: !!str x', 'line 1: tags are not read'],
    ['a: ! x', 'line 1: tags are not read'],
    ['a: x\n---\nb: y', 'expected a single document in the stream, but found more'],
    ['a: "x', 'line 2: unexpected end of the stream within a double quoted scalar'],
    ['a: "\\ud800"', '"a" is not well-formed Unicode'],
    [`a: ${'['.repeat(200)}`, 'line 1: nesting exceeded maxDepth'],
  ])('%j is refused', (file, why) => {
    expect(refused('yaml', file).message).toBe(`not a yaml file of secrets: ${why}`);
  });

  test('aliases do not multiply', () => {
    const lines = ['a0: &a0 [x, x]'];
    for (let i = 1; i < 40; i++) lines.push(`a${i}: &a${i} [*a${i - 1}, *a${i - 1}]`);
    expect(refused('yaml', lines.join('\n')).message).toContain('line 1: anchors and aliases are not read');
  });
});

describe('dotenv', () => {
  test.each([
    ['', []],
    ['\n  # a comment\n\n', []],
    [
      'A=x\nexport B=y\n  C = z \nD: w\nE.F-g=1',
      [
        ['A', 'x'],
        ['B', 'y'],
        ['C', 'z'],
        ['D', 'w'],
        ['E.F-g', '1'],
      ],
    ],
    [
      'A=\nB=""\nC=\'\'\nD=``\nE= # none',
      [
        ['A', ''],
        ['B', ''],
        ['C', ''],
        ['D', ''],
        ['E', ''],
      ],
    ],
    [
      'A=\'a\\n$B ${B} #"x"\' # comment\nB="a\\nb\\rc\\td"#c\nC=`\'"`',
      [
        ['A', 'a\\n$B ${B} #"x"'],
        ['B', 'a\nb\rc\\td'],
        ['C', '\'"'],
      ],
    ],
    [
      'A="two\nlines"\nB=\'x\n# no comment\ny=1\'',
      [
        ['A', 'two\nlines'],
        ['B', 'x\n# no comment\ny=1'],
      ],
    ],
    [
      'A=x y  # comment\r\nB=$HOME\rC=z',
      [
        ['A', 'x y'],
        ['B', '$HOME'],
        ['C', 'z'],
      ],
    ],
    [
      'A=it\'s "x"\nB=a=b\nexport=c',
      [
        ['A', 'it\'s "x"'],
        ['B', 'a=b'],
        ['export', 'c'],
      ],
    ],
    [
      "A='a\\'b'\nB=\"a\\\"b\"\nC='a\\'\nD=x",
      [
        ['A', "a\\'b"],
        ['B', 'a\\"b'],
        ['C', 'a\\'],
        ['D', 'x'],
      ],
    ],
    ['__proto__=x', [['__proto__', 'x']]],
    ['\ufeffA=x', [['A', 'x']]],
  ])('%j', (file, expected) => {
    expect(read('dotenv', file)).toEqual(expected);
  });

  test.each([
    ['A=x\nB', 'line 2: neither KEY=value nor a comment'],
    ['A=x\r\n\r\n=y', 'line 3: neither KEY=value nor a comment'],
    ['A B=x', 'line 1: neither KEY=value nor a comment'],
    ['é=x', 'line 1: neither KEY=value nor a comment'],
    ['A="x\nB=y', 'line 1: neither KEY=value nor a comment'],
    ["A=  'x\nB=y", 'line 1: neither KEY=value nor a comment'],
    ["A='x' y", 'line 1: neither KEY=value nor a comment'],
    ['A:x', 'line 1: neither KEY=value nor a comment'],
    ['# a\u2028A=x', 'line 1: neither KEY=value nor a comment'],
    // npm dotenv ends the value at the last quote, for it the line ends there.
    ["A='\\'\nF=' \u2028\nF='", 'line 1: neither KEY=value nor a comment'],
    [
      'A=x#y\nB=#z\nC=fine',
      'line 1: "A" has a "#" in a value without quotes; line 2: "B" has a "#" in a value without quotes',
    ],
    ['A=x\nB=y\nA=z\nB=w', 'line 3: "A" is there twice; line 4: "B" is there twice'],
  ])('%j is refused', (file, why) => {
    expect(refused('dotenv', file).message).toBe(`not a dotenv file of secrets: ${why}`);
  });
});

describe('a full export', () => {
  const full = (...secrets: unknown[]): string => JSON.stringify({ 'lazycred-export': 1, secrets });

  test('is read with its notes, in JSON and YAML alike', () => {
    const file = full({ name: 'a', version: '3', base64: '/wA=', comment: 'c', tags: { x: 'y' }, by: 'b' });
    const expected = [
      { name: 'a', version: '3', value: Buffer.from([0xff, 0]), comment: 'c', tags: { x: 'y' }, by: 'b' },
    ];
    expect(importEntries(Buffer.from(file), 'json')).toEqual(expected);
    expect(importEntries(Buffer.from(file.replaceAll(':', ': ')), 'yaml')).toEqual(expected);
  });

  test('a secret of the name that marks one is no full export', () => {
    const file = '{"lazycred-export": "1", "secrets": "x"}';
    expect(read('json', file)).toEqual([
      ['lazycred-export', '1'],
      ['secrets', 'x'],
    ]);
  });

  test.each([
    [full({ name: 'a' }), 'secret 1: "a" has not one "value" or "base64"'],
    [full({ name: 'a', value: 'x', base64: 'eA==' }), 'secret 1: "a" has not one "value" or "base64"'],
    [full({ name: 'a', base64: 'e' }), 'secret 1: "a" has not one "value" or "base64"'],
    [
      full({ value: 'x' }, [], 'y'),
      'secret 1: it has no name; secret 2: it is not a map; secret 3: it is not a map',
    ],
    [full({ name: 'a', value: 'x', expires: 'z' }), 'secret 1: it has an unknown member "expires"'],
    [full({ name: 'a', value: 'x', version: '1a' }), 'secret 1: "a" has a version that is not a number'],
    [full({ name: 'a', value: 'x', tags: { x: 1 } }), 'secret 1: "a" has tags that are not texts'],
    [full({ name: 'a', value: 'x', comment: 1 }), 'secret 1: "a" has a note that is not text'],
    [full({ name: 'a', value: 'x' }, { name: 'a', value: 'y' }), 'secret 2: "a" is there twice'],
    [
      full({ name: 'a', value: 'x', version: '1' }, { name: 'a', value: 'y', version: '01' }),
      'secret 2: "a" is there twice',
    ],
    [
      full({ name: 'a', value: 'x', version: '1' }, { name: 'a', value: 'y' }),
      'secret 2: "a" is there twice',
    ],
    ['{"lazycred-export": 2, "secrets": []}', 'its lazycred-export is not 1'],
    ['{"lazycred-export": 1, "secrets": [], "more": 1}', 'its lazycred-export is not 1'],
    [
      '{"lazycred-export": 1, "secrets": [{"name": "a", "value": "x", "value": "y"}]}',
      'a member is there twice',
    ],
  ])('%s is refused', (file, why) => {
    expect(refused('json', file).message).toBe(`not a json file of secrets: ${why}`);
  });
});

describe('csv', () => {
  test.each([
    ['name,value', []],
    ['name,value\r\n', []],
    [
      'name,value\r\na,x\r\n"b/c","y, ""z""\r\n"\r\n',
      [
        ['a', 'x'],
        ['b/c', 'y, "z"\r\n'],
      ],
    ],
    [
      '\ufeffname,value\na,\nb,""\n\n__proto__, c ',
      [
        ['a', ''],
        ['b', ''],
        ['__proto__', ' c '],
      ],
    ],
    ['"name","value"\na,b', [['a', 'b']]],
  ])('%j', (file, expected) => {
    expect(read('csv', file)).toEqual(expected);
  });

  test('a comment, where there is one', () => {
    const file = Buffer.from('name,value,comment\na,x,"why, then"\nb,y,\n');
    expect(importEntries(file, 'csv')).toEqual([
      { name: 'a', value: Buffer.from('x'), comment: 'why, then' },
      { name: 'b', value: Buffer.from('y') },
    ]);
  });

  test.each([
    ['', 'it has no header'],
    ['a,x\n', 'it has no header'],
    ['Name,Value\na,x', 'it has no header'],
    ['"name,value"\na', 'it has no header'],
    ['name,value,other\na,x,y', 'it has no header'],
    ['name,value\na\nb,x,y\nc,z', 'line 2: 1 fields instead of 2; line 3: 3 fields instead of 2'],
    ['name,value\na,', undefined],
    ['name,value\na,x\n"a",y', 'line 3: "a" is there twice'],
    ['name,value\n,x', 'line 2: an empty name'],
    ['name,value\na,"x\ny', 'line 2: a quote that is not closed'],
    ['name,value\na,x"y', 'line 2: a quote or carriage return in the midst of a field'],
    ['name,value\n"a"b,x', 'line 2: a quote or carriage return in the midst of a field'],
    ['name,value\na,x\ry', 'line 2: a quote or carriage return in the midst of a field'],
  ])('%j is refused', (file, why) => {
    if (why === undefined) expect(read('csv', file)).toEqual([['a', '']]);
    else expect(refused('csv', file).message).toBe(`not a csv file of secrets: ${why}`);
  });

  test('the first 20 problems are named, the others counted', () => {
    const { message } = refused('csv', `name,value\n${'a\n'.repeat(30)}`);
    expect(message).toContain('line 21: 1 fields instead of 2; and 10 more');
    expect(message).not.toContain('line 22');
  });
});

describe('every format', () => {
  const SECRET = canary();
  const BAD: Readonly<Record<ImportFormat, readonly string[]>> = {
    json: [
      `{"a": ${SECRET}}`,
      `{"a": "${SECRET}`,
      `{"a": "x" "${SECRET}"}`,
      SECRET,
      `{"a":["${SECRET}"]}`,
      `{"a":"${SECRET}","a":"x"}`,
    ],
    yaml: [
      `a: !${SECRET}`,
      `a: *${SECRET}`,
      `a: &${SECRET} x`,
      `a: "${SECRET}`,
      `a: !<${SECRET}> x`,
      `a: !x!${SECRET} y`,
      `a: [${SECRET}]`,
      `a: %${SECRET}: ${SECRET}: x`,
      `a: @${SECRET}`,
      `%TAG ! ${SECRET}\n%TAG ! ${SECRET}\n`,
      `a: "\\q${SECRET}"`,
      `a: ${SECRET}\na: x`,
      SECRET,
      `- ${SECRET}`,
    ],
    dotenv: [
      `A='${SECRET}`,
      `A="${SECRET}" x`,
      SECRET,
      `A=${SECRET}#${SECRET}`,
      `A=${SECRET}\nA=x`,
      `A B=${SECRET}`,
    ],
    tsv: [
      `a\t${SECRET}`,
      `name\tvalue\na\t"${SECRET}`,
      `name\tvalue\n${SECRET}`,
      `name\tvalue\na\t${SECRET}\rb`,
    ],
    'java-properties': [`a=${SECRET}\\u00`, `a=${SECRET}é`, `a=${SECRET}\na=x`],
    toml: [
      `a = ${SECRET}`,
      `a = "${SECRET}`,
      `a = ["${SECRET}"]`,
      `a = "\\q${SECRET}"`,
      `a.b = "${SECRET}"`,
      SECRET,
    ],
    csv: [
      `a,${SECRET}`,
      `name,value\na,"${SECRET}`,
      `name,value\na,"${SECRET}"x`,
      `name,value\na,b,${SECRET}`,
      `name,value\n${SECRET}`,
    ],
  };

  test.each(IMPORT_FORMATS)('%s: nothing of a value is in a message', (format) => {
    for (const file of BAD[format]) expect(refused(format, file).message).toContain(`not a ${format} file`);
  });

  test.each(IMPORT_FORMATS)('%s: not UTF-8, with the line', (format) => {
    const file = Buffer.concat([Buffer.from('é\n\n'), Buffer.from([0xc3]), Buffer.from('\nx\n')]);
    expect(refused(format, file).message).toBe(`not a ${format} file of secrets: line 3: it is not UTF-8`);
  });

  test.each(IMPORT_FORMATS)('%s: at most 16 MiB', (format) => {
    const file = Buffer.alloc(MAX_IMPORT_BYTES + 1, ' ');
    expect(refused(format, file).message).toBe(`not a ${format} file of secrets: it is larger than 16 MiB`);
  });

  // Expressions that recurse or go back would not survive these.
  test.each([
    ['json', (v: string) => `{"a": "${v}"}`],
    ['yaml', (v: string) => `a: "${v}"`],
    ['dotenv', (v: string) => `a='${v}'`],
    ['csv', (v: string) => `name,value\na,"${v}"`],
  ] as const)('%s: one value of many megabytes', (format, file) => {
    const value = 'x '.repeat(5_000_000);
    expect(read(format, file(value))).toEqual([['a', value]]);
  });
});

test.each([
  ['secrets.json', 'json'],
  ['/a/b.d/SECRETS.JSON', 'json'],
  ['x.yaml', 'yaml'],
  ['x.yml', 'yaml'],
  ['.env', 'dotenv'],
  ['a/.env.local', 'dotenv'],
  ['prod.env', 'dotenv'],
  ['.env.json', 'json'],
  ['x.csv', 'csv'],
  ['x.tsv', 'tsv'],
  ['application.properties', 'java-properties'],
  ['x.toml', 'toml'],
  ['x.txt', undefined],
  ['json', undefined],
  ['x.constructor', undefined],
  ['-', undefined],
  ['', undefined],
])('the format of %j is %j', (path, format) => {
  expect(formatOfFile(path)).toBe(format);
});
