import { expect, test } from '@jest/globals';
import { parseData } from '../../../src/config/sources/data.js';

test.each([
  ['{"a": "x,}", "b": [1, 2, ], }', { a: 'x,}', b: [1, 2] }],
  ['{"a": "\\\\", \n }', { a: '\\' }],
  ['{"a": "\\",}", }', { a: '",}' }],
])('a last comma in a .lazycred file is passed over: %j', async (text, expected) => {
  expect(await parseData('/x/.lazycred', text)).toEqual(expected);
});

test('a .lazycred file of 64 KiB is read in linear time, whatever it holds', async () => {
  for (const text of [
    '{"a": ' + '\\"'.repeat(32_000),
    `{${','.repeat(64_000)}`,
    `{"a": 1${', \n'.repeat(20_000)}}`,
  ]) {
    const start = performance.now();
    // What is no JSON is told, or given as what does not fit.
    await Promise.resolve(parseData('/x/.lazycred', text)).catch(() => undefined);
    expect(performance.now() - start).toBeLessThan(500);
  }
});
