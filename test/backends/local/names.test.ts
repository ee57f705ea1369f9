import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeName, encodeName, fileOf, versionOf } from '../../../src/backends/local/names.js';
import { storedName } from '../../../src/record/names.js';
import { AWKWARD_NAMES } from '../../suites/records.js';

const text = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom('a', 'A', '.', '/', '%', '+', 'é', 'c', 'o', 'n'),
      fc.string({ unit: 'binary' }),
    ),
  })
  .filter((t) => t !== '' && t.isWellFormed());

describe('a name as folders', () => {
  test.each([
    ['db_credentials-2', ['db_credentials-2']],
    ['prod/db', ['prod%2fdb']],
    ['Key', ['%4bey']],
    ['a.json', ['a%2ejson']],
    ['été', ['%c3%a9t%c3%a9']],
    ['a+b', ['a%2bb']],
    ['con', ['%63on']],
    ['com1', ['%63om1']],
    ['lpt', ['lpt']],
    ['console', ['console']],
    ['..', ['%2e%2e']],
    ['x'.repeat(200), ['x'.repeat(200)]],
    ['x'.repeat(201), ['x'.repeat(200) + '+', 'x']],
    ['x'.repeat(200) + 'nul', ['x'.repeat(200) + '+', '%6eul']],
    ['x'.repeat(199) + '.', ['x'.repeat(199) + '+', '%2e']],
  ])('%j', (name, folders) => {
    expect(encodeName(storedName(name))).toEqual(folders);
    expect(decodeName(folders)).toBe(name);
  });

  test('comes back, and is safe on case-blind, normalising and Windows file systems', () => {
    fc.assert(
      fc.property(text, (name) => {
        const folders = encodeName(storedName(name));
        for (const folder of folders) {
          expect(folder).toMatch(/^[a-z0-9_%-]+\+?$/u);
          expect(folder).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)$/u);
          expect(folder.length).toBeLessThanOrEqual(201);
        }
        expect(decodeName(folders)).toBe(name);
      }),
    );
  });

  test('differs for any two names', () => {
    const paths = AWKWARD_NAMES.map((name) => encodeName(storedName(name)).join('/'));
    expect(new Set(paths).size).toBe(AWKWARD_NAMES.length);
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(encodeName(storedName(a)).join('/') === encodeName(storedName(b)).join('/')).toBe(a === b);
      }),
    );
  });

  test.each([
    ['Key'],
    ['a.b'],
    ['%61'],
    ['%2F'],
    ['%2'],
    ['%zz'],
    ['con'],
    ['a+'],
    ['%ff'],
    ['%ed%a0%80'],
    ['%c3+', '%a9'],
    ['a+', 'b'],
    ['x'.repeat(201)],
    ['x'.repeat(200) + '+'],
    ['x'.repeat(200), 'x'],
    [''],
  ])('is never %j %j', (...folders) => {
    expect(decodeName(folders)).toBeUndefined();
  });
});

test('a version as a file', () => {
  expect(fileOf('12')).toBe('0000000000000000012.json');
  expect(versionOf('0000000000000000012.json')).toBe('12');
  for (const other of [
    '12.json',
    '0000000000000000000.json',
    '0000000000000000012',
    '.tmp-0000000000000000012.json',
    '9999999999999999999.json',
  ]) {
    expect(versionOf(other)).toBeUndefined();
  }
});
