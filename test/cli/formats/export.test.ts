import { describe, expect, test } from '@jest/globals';
import { inspect } from 'node:util';
import { EXPORT_FORMATS, exportEntries, type ExportOptions } from '../../../src/cli/formats/export.js';
import { keyOf } from '../../../src/text/key-of.js';
import { LazycredError } from '../../../src/errors.js';
import { assertNoSecretIn, canary } from '../../canary.js';
import { run } from '../../support/run.js';

type Values = Readonly<Record<string, string | Uint8Array>>;

function written(values: Values, o: ExportOptions): string {
  const entries = Object.entries(values).map(([name, value]) => ({ name, value: Buffer.from(value) }));
  return Buffer.from(exportEntries(entries, o)).toString();
}

function refused(values: Values, o: ExportOptions): LazycredError {
  try {
    written(values, o);
  } catch (e) {
    if (!(e instanceof LazycredError)) throw e;
    expect(e.code).toBe('ERR_USAGE');
    assertNoSecretIn(inspect(e, { depth: 5 }), 'a refusal');
    return e;
  }
  throw new Error('nothing was refused');
}

describe('names become keys', () => {
  test.each([
    ['prod/db-user', 'prod/', 'DB_USER'],
    ['prod/db-user', '', 'PROD_DB_USER'],
    ['prod/db-user', 'prod', 'DB_USER'],
    ['prod/db-user', 'prod/db-', 'DB_USER'],
    ['prod/db/user', 'prod/', 'DB_USER'],
    ['production/x', 'prod', 'PRODUCTION_X'],
    ['other/x', 'prod/', 'OTHER_X'],
    ['prod', 'prod', 'PROD'],
    ['a--b', '', 'A__B'],
    ['2fa', '', '_2FA'],
    ['a.é😀b', '', 'A___B'],
    ['ſtraße', '', '_TRA_E'],
    ['_x_', '', '_X_'],
    ['-/é', '', undefined],
  ])('%j under %j: %j', (name, prefix, key) => {
    expect(keyOf(name, prefix)).toBe(key);
  });

  test.each(EXPORT_FORMATS)('in %s too, and --raw-names keeps them', (format) => {
    const values = { 'prod/db': 'x' };
    expect(written(values, { format, prefix: 'prod/' })).toMatch(/^(?:\W|name\Wvalue\s|export )*DB\b/u);
    if (/^(?:dotenv|shell|tfvars)$/u.test(format)) return;
    const raw = format === 'java-properties' ? 'prod/db=x' : 'prod/db';
    expect(written(values, { format, prefix: 'prod/', rawNames: true })).toContain(raw);
  });

  test('two names of one key are refused, both named, all of them', () => {
    const e = refused({ 'a-b': '1', 'a/b': '2', 'a.b': '3', c: '4', C: '5', d: '6' }, { format: 'json' });
    expect(e.message).toBe(
      'cannot write json: "a-b" and "a/b" have one key, "A_B"; "a/b" and "a.b" have one key, "A_B"; ' +
        '"c" and "C" have one key, "C"',
    );
    expect(e.hint).toBe('--raw-names keeps the names as they are');
  });

  test('a name that leaves no key is refused', () => {
    expect(refused({ é: '1' }, { format: 'yaml' }).message).toBe(
      'cannot write yaml: "é" has no letter or digit for a key',
    );
  });
});

describe('files', () => {
  const VALUES = { b: "it's\n", 'a/2': '', a: 'x "y"', _: '' };
  const { _, ...values } = VALUES;

  test.each([
    ['json', '{\n  "A": "x \\"y\\"",\n  "A_2": "",\n  "B": "it\'s\\n"\n}\n'],
    ['yaml', '"A": "x \\"y\\""\n"A_2": ""\n"B": "it\'s\\n"\n'],
    ['dotenv', "A='x \"y\"'\nA_2=''\nB=\"it's\n\"\n"],
    ['shell', "export A='x \"y\"'\nexport A_2=''\nexport B='it'\\''s\n'\n"],
    ['csv', 'name,value\r\n"A","x ""y"""\r\n"A_2",""\r\n"B","it\'s\n"\r\n'],
    ['java-properties', 'A=x "y"\nA_2=\nB=it\'s\\n\n'],
    ['tfvars', 'A = "x \\"y\\""\nA_2 = ""\nB = "it\'s\\n"\n'],
  ] as const)('%s, in the order of the keys', (format, expected) => {
    expect(written(values, { format })).toBe(expected);
    expect(written(Object.fromEntries(Object.entries(values).reverse()), { format })).toBe(expected);
  });

  test.each([
    ['docker-env', 'A=x "y"\nA_2=\n'],
    ['tsv', 'name\tvalue\nA\tx "y"\nA_2\t\n'],
  ] as const)('%s', (format, expected) => {
    expect(written({ a: values.a, 'a/2': '' }, { format })).toBe(expected);
  });

  test('github-env: a new random delimiter for each value', () => {
    const file = written({ a: '1', b: '2\n' }, { format: 'github-env' });
    const [, first, second] =
      /^A<<(LAZYCRED_[0-9a-f]{32})\n1\n\1\nB<<(LAZYCRED_[0-9a-f]{32})\n2\n\n\2\n$/u.exec(file) ?? [];
    expect(first).toBeDefined();
    expect(second).not.toBe(first);
  });

  test.each([
    ['json', '{}\n'],
    ['yaml', '{}\n'],
    ['csv', 'name,value\r\n'],
    ['tsv', 'name\tvalue\n'],
    ['dotenv', ''],
    ['shell', ''],
    ['github-env', ''],
    ['docker-env', ''],
    ['java-properties', ''],
    ['tfvars', ''],
  ] as const)('nothing as %s', (format, expected) => {
    expect(written({}, { format })).toBe(expected);
  });

  test('keys are in the order of their bytes, not of UTF-16, numbers and __proto__ no exception', () => {
    const o = { format: 'yaml', rawNames: true } as const;
    const entries = ['😀', '\uffee', '10', '9', '__proto__'].map((name) => ({
      name,
      value: Buffer.from(''),
    }));
    const keys = Buffer.from(exportEntries(entries, o))
      .toString()
      .match(/(?<=^")[^"]+/gmu);
    expect(keys).toEqual(['10', '9', '__proto__', '\uffee', '😀']);
  });

  test('what a shell exports reaches its children', async () => {
    const file = written({ value: "it's\n\n" }, { format: 'shell' });
    const { stdoutBytes } = await run(['bash', '-c', `${file}exec sh -c 'printf "%s|" "$VALUE"'`], {
      stdoutIsData: true,
    });
    expect(stdoutBytes.toString()).toBe("it's\n\n|");
  });

  test('escapes what a terminal or another reader would take for a control', () => {
    const value = { a: '\u0085\u009b\u2028\ufeff\u007f\0😀' };
    expect(written(value, { format: 'json' })).toBe(
      '{\n  "A": "\\u0085\\u009b\\u2028\\ufeff\\u007f\\u0000😀"\n}\n',
    );
    expect(written(value, { format: 'tfvars' })).toBe('A = "\\u0085\\u009b\\u2028\\ufeff\\u007f\\u0000😀"\n');
    expect(written(value, { format: 'java-properties' })).toBe(
      'A=\\u0085\\u009B\\u2028\\uFEFF\\u007F\\u0000\\uD83D\\uDE00\n',
    );
  });

  test('large values', () => {
    for (const format of EXPORT_FORMATS) {
      const text = (format === 'docker-env' ? 'x' : 'x ').repeat(format === 'docker-env' ? 65_000 : 2 ** 20);
      expect(written({ a: text }, { format }).length).toBeGreaterThan(text.length);
    }
  });
});

describe('refusals', () => {
  test.each(EXPORT_FORMATS)('%s names every value that is not UTF-8', (format) => {
    const bad = Buffer.from([0x61, 0xff]);
    const e = refused({ x: bad, fine: 'a', 'a/y': bad, z: Buffer.from('\ud800', 'utf16le') }, { format });
    expect(e.message).toMatch(`cannot write ${format}: "x" is not UTF-8; "a/y" is not UTF-8`);
    expect(e.message).not.toContain('fine');
    expect(e.hint).toBe('lazy get NAME -o FILE writes any bytes');
  });

  test.each(['dotenv', 'shell', 'github-env', 'docker-env', 'csv', 'tsv'] as const)('%s: a NUL', (format) => {
    const secret = canary();
    expect(refused({ x: `${secret}\0`, y: 'a', z: '\0' }, { format }).message).toBe(
      `cannot write ${format}: "x" holds a NUL; "z" holds a NUL`,
    );
  });

  const UNLIKE = 'is read differently by npm dotenv and python-dotenv';
  test.each([
    ['dotenv', 'a${HOME}', UNLIKE],
    ['dotenv', '\\\\#', UNLIKE],
    ['dotenv', '\'"#', UNLIKE],
    ['dotenv', '\'"\n', UNLIKE],
    ['dotenv', "a'b\\n#", UNLIKE],
    ['dotenv', '\r\\\\', UNLIKE],
    ['dotenv', '\\\r', UNLIKE],
    ['dotenv', '"\r', UNLIKE],
    ['dotenv', ' "\'', UNLIKE],
    ['github-env', 'x\r', 'ends with a carriage return'],
    ['docker-env', 'x\r', 'ends with a carriage return'],
    ['docker-env', 'x\ny', 'holds a line break'],
    ['docker-env', '"x"', 'stands in quotes, which some versions of docker take off'],
    ['docker-env', "''", 'stands in quotes, which some versions of docker take off'],
    ['docker-env', 'x'.repeat(65_534), 'is too long for a line (64 KiB)'],
    ['tsv', 'x\ty', 'holds a tab or line break'],
    ['tsv', 'x\r', 'holds a tab or line break'],
    ['tsv', '\nx', 'holds a tab or line break'],
    ['tsv', '"x', 'begins with a quote, which some readers take off'],
    ['tfvars', 'e\u0301', 'is not in Unicode form NFC, and Terraform would change it'],
  ] as const)('%s: %j', (format, value, why) => {
    const e = refused({ a: value, b: 'fine' }, { format });
    expect(e.message).toBe(`cannot write ${format}: "a" ${why}`);
    expect(e.hint).toBe('--format json holds any text');
  });

  test.each([
    ['dotenv', "a\\'b", "A=a\\'b"],
    ['dotenv', 'a\\nb', "A='a\\nb'"],
    ['dotenv', 'a\\\\b', 'A=a\\\\b'],
    ['dotenv', 'it\'s "x"', 'A=it\'s "x"'],
    ['dotenv', 'a\r\nb', 'A="a\\r\nb"'],
    ['dotenv', '# $HOME', "A='# $HOME'"],
    ['docker-env', 'x'.repeat(65_533), `A=${'x'.repeat(65_533)}`],
    ['docker-env', '"', 'A="'],
    ['docker-env', ' a\rb ', 'A= a\rb '],
    ['tfvars', '$${a} %{b} $', 'A = "$$${a} %%{b} $"'],
  ] as const)('%s, close by: %j', (format, value, line) => {
    expect(written({ a: value }, { format })).toBe(`${line}\n`);
  });

  const ENV = 'may hold only letters, digits and "_", no digit first';
  test.each([
    ['shell', ['a-b', '1a', 'a b', 'é', 'a\nb'], ENV],
    ['shell', ['_', 'UID', 'RANDOM', 'SHELLOPTS'], 'bash keeps for itself'],
    ['shell', ['COLUMNS', 'USERNAME', 'path'], 'zsh keeps for itself'],
    ['shell', ['KSHUID', 'PGRP'], 'mksh keeps for itself'],
    [
      'dotenv',
      ['a/b', 'a b', 'é', 'a=b', '__proto__', 'a\n'],
      'may hold only letters, digits, "_", "-" and "."',
    ],
    ['github-env', ['a b', 'a=b', 'a<', 'a\nb', 'a\u0007'], 'may not hold blanks, "=" or "<"'],
    ['github-env', ['GITHUB_TOKEN', 'runner_temp', 'NODE_OPTIONS'], 'GitHub keeps for itself'],
    ['docker-env', ['a b', 'a=b', '#a', 'a\nb', '\ufeffa'], 'may not hold blanks or "=", nor begin with "#"'],
    ['csv', ['a\0'], 'holds a NUL'],
    ['tsv', ['a\tb', 'a\nb'], 'holds a tab or line break'],
    ['tfvars', ['a/b', '1a', 'a.b', 'é'], 'may hold only letters, digits, "_" and "-", no digit first'],
    ['tfvars', ['count', 'version', 'for_each'], 'Terraform keeps for itself'],
    ['yaml', ['\u2028'.repeat(200)], 'is too long for YAML'],
  ] as const)('%s has no key %j', (format, names, why) => {
    const values = Object.fromEntries([...names.map((name) => [name, 'x']), ['fine', 'x']]) as Values;
    const entries = [...names, 'fine'].map((name) => ({ name, value: Buffer.from('x') }));
    expect(() => exportEntries(entries, { format, rawNames: true })).toThrow(why);
    const { message } = refused({ ...values }, { format, rawNames: true });
    if (!names.some((n) => n === '__proto__')) expect(message.split(why).length - 1).toBe(names.length);
    expect(message).not.toContain('fine');
    expect(message).not.toMatch(/\p{Cc}/u);
  });

  test('one error for everything that is wrong', () => {
    const values = { 'a-b': 'x', 'a/b': '\0', é: '', c: Buffer.from([0xff]), d: '${x}', fine: '' };
    expect(refused(values, { format: 'dotenv' }).message).toBe(
      'cannot write dotenv: "a-b" and "a/b" have one key, "A_B"; "a/b" holds a NUL; ' +
        `"é" has no letter or digit for a key; "c" is not UTF-8; "d" ${UNLIKE}`,
    );
  });
});
