import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseReference, showReference } from '../../src/references/reference.js';

describe('parseReference', () => {
  test.each([
    ['lazy://db', { name: 'db' }],
    ['lazy://prod/db?v=3', { name: 'prod/db', version: '3' }],
    ['lazy://prod/db#a.b', { name: 'prod/db', field: 'a.b' }],
    ['lazy://prod/db?v=3#pass%20word', { name: 'prod/db', version: '3', field: 'pass word' }],
    ['lazy://a%23b%3Fc%25', { name: 'a#b?c%' }],
    ['lazy://a#b#c', { name: 'a', field: 'b#c' }],
    ['lazy://a#b?v=1', { name: 'a', field: 'b?v=1' }],
    ['lazy://schl%C3%BCssel', { name: 'schlüssel' }],
    ['lazy://schlüssel', { name: 'schlüssel' }],
  ])('%s', (text, expected) => {
    expect(parseReference(text)).toEqual(expected);
  });

  test.each([
    'lazy://',
    'lazy://#field',
    'lazy://db#',
    'lazy://db?',
    'lazy://db?v=',
    'lazy://db?v=1&v=2',
    'lazy://db?version=1',
    'lazy://db?v=1=2',
    'lazy://a%',
    'lazy://a%zz',
    'lazy://a%ff',
    'lazy://a\ud800',
    'lazy://a#\udc00',
    'Lazy://db',
    ' lazy://db',
    'db',
  ])('refuses %j', (text) => {
    expect(() => parseReference(text)).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }));
  });

  test.each([{ name: '\ud800' }, { name: 'a', version: '\ud800' }, { name: 'a', field: '\ud800' }])(
    'showReference refuses %j',
    (reference) => {
      expect(() => showReference(reference)).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }));
    },
  );

  test('reads back whatever showReference writes', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter((t) => t.isWellFormed());
    const some = fc.record(
      { name: text, version: text, field: text },
      { requiredKeys: ['name'], noNullPrototype: true },
    );
    fc.assert(fc.property(some, (r) => expect(parseReference(showReference(r))).toEqual(r)));
  });
});
