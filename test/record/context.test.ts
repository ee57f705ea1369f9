import { describe, expect, test } from '@jest/globals';
import { contextFault } from '../../src/record/context.js';

const pairs = (n: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: n }, (_, i) => [`key${i}`, 'v']));

describe('contextFault', () => {
  test.each<[string, Record<string, string>]>([
    ['none', {}],
    ['16 pairs', pairs(16)],
    ['4,096 bytes', { a: 'x'.repeat(4095) }],
    ['a name without a prototype’s meaning', JSON.parse('{"__proto__": "x"}') as Record<string, string>],
  ])('takes %s', (_, context) => {
    expect(contextFault(context)).toBeUndefined();
  });

  test.each<[string, Record<string, string>, string]>([
    ['17 pairs', pairs(17), 'more than 16 pairs'],
    ['4,097 bytes', { a: 'x'.repeat(4096) }, 'more than 4096 bytes'],
    ['bytes, not characters', { a: 'ü'.repeat(2048) }, 'more than 4096 bytes'],
    ['an empty name', { '': 'x' }, 'a name is empty'],
    ['an empty value', { env: '' }, '"env" has an empty value'],
    ['half a character', { a: '\ud800' }, '"a" is not well-formed Unicode'],
    ['AWS’s names', { 'aws:x': 'y' }, '"aws:x": keys that begin with aws: are reserved'],
    [
      'our own names',
      { 'lazycred:name': 'y' },
      '"lazycred:name": keys that begin with lazycred: are reserved',
    ],
  ])('refuses %s', (_, context, fault) => {
    expect(contextFault(context)).toBe(fault);
  });
});
