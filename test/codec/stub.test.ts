import { expect, test } from '@jest/globals';
import { decodeStub, encodeStub } from '../../src/codec/stub.js';

const stub = { state: 'deleted', version: '3', at: new Date('2025-01-02T03:04:05.678Z') } as const;

test('no two stubs are equal, though they say the same: a writer knows its own again by the nonce', () => {
  const nonces = new Set(Array.from({ length: 50 }, () => encodeStub(stub)['nonce']));
  expect(nonces.size).toBe(50);
});

test('a stub reads as it was written, without what would make it longer than 256 bytes', () => {
  const fields = encodeStub({ ...stub, by: `"ann"\n\\${'é'.repeat(30)}` });
  expect(decodeStub(fields)).toEqual({ ...stub, by: `ann${'é'.repeat(22)}` });
});
