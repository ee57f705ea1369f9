import { expect, test } from '@jest/globals';
import { recordKind } from '../../src/codec/detect.js';

const LAZYCRED = { data: 'x', key: 'x' };
const CREDSTASH = { contents: 'x', key: 'x', hmac: 'x', digest: 'SHA256', comment: 'x' };
const CLOUDCHAIN = { Secret: 'x' };

test.each<[string, Readonly<Record<string, string>>]>([
  ['lazycred', LAZYCRED],
  ['lazycred', { ...LAZYCRED, note: 'its writer’s business' }],
  ['credstash', CREDSTASH],
  ['cloudchain', CLOUDCHAIN],
])('[F-71] a record of %s is told by its own fields, whatever else it has', (kind, fields) => {
  expect(recordKind(fields)).toBe(kind);
});

test.each<[string, Readonly<Record<string, string>>]>([
  ['LazyCred with a header', { ...LAZYCRED, header: '{}' }],
  ['LazyCred with a state', { ...LAZYCRED, state: 'deleted' }],
  ['CredStash with a header', { ...CREDSTASH, header: '{}' }],
  ['cloudchain with a state', { ...CLOUDCHAIN, state: 'destroyed' }],
  ['LazyCred with cloudchain', { ...LAZYCRED, ...CLOUDCHAIN }],
  ['LazyCred with CredStash', { ...LAZYCRED, ...CREDSTASH }],
  ['half of CredStash', { contents: 'x', hmac: 'x' }],
  ['nothing', {}],
])('[F-52] a mixture is damage: %s', (_, fields) => {
  expect(recordKind(fields)).toBe('broken');
});

test.each([
  ['2', 'newer'],
  ['999999999', 'newer'],
  ['1000000000', 'broken'],
  ['0', 'broken'],
  ['02', 'broken'],
  ['', 'broken'],
])('[F-2] the number %j is %s, whatever the other fields are', (lazycred, kind) => {
  expect(recordKind({ lazycred, ...LAZYCRED })).toBe(kind);
});
