import { expect, test } from '@jest/globals';
import { importsOf, undocumented, withoutComments } from './source-scan.js';

test('comments go, and what looks like one in a string stays', () => {
  const source = ["a('https://x'); // b", '/* c', " */ d('/*') + `//${e}`"].join('\n');
  expect(withoutComments(source)).toBe(["a('https://x'); ", " d('/*') + `//${e}`"].join('\n'));
});

test('every kind of import is found', () => {
  const source = `import './a.js';
import b from 'b';
import * as c from 'c';
import type { D } from './d.js';
import { type E, type F } from './e.js';
import {
  g,
  type H as I,
} from './g.js';
export { j as k } from './j.js';
export type { L } from './l.js';
// import m from 'm';
const n = await import('./n.js');
type O = typeof import('./o.js');`;
  expect(importsOf(source).map((i) => [i.from, i.names.join(), i.types, i.dynamic, i.exported])).toEqual([
    ['./a.js', '', false, false, false],
    ['b', '', false, false, false],
    ['c', '', false, false, false],
    ['./d.js', 'D', true, false, false],
    ['./e.js', 'E,F', true, false, false],
    ['./g.js', 'g,H', false, false, false],
    ['./j.js', 'j', false, false, true],
    ['./l.js', 'L', true, false, true],
    ['./n.js', '', false, true, false],
    ['./o.js', '', true, true, false],
  ]);
});

test('exports without a doc comment are found', () => {
  const source = `/** Told. */
export function a(): void;
export function a(b?: string): void {}
export const c = 1;
/**
 * Told too.
 */
export interface D {}
export type E = string;
const f = 2;`;
  expect(undocumented(source)).toEqual(['c', 'E']);
});
