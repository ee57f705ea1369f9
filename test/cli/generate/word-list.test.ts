import { expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { WORDS } from '../../../src/cli/generate/word-list.js';

test('the list is that of BIP-39, word by word', () => {
  const hash = createHash('sha256').update(WORDS.map((word) => `${word}\n`).join(''));
  // Of bip-0039/english.txt, as wallets check it.
  expect(hash.digest('hex')).toBe('2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda');
  expect(new Set(WORDS).size).toBe(2048);
});
