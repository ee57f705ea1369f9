import { expect, test } from '@jest/globals';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { currentUid } from '../../src/files/current-user.js';

test('the user is who owns what this process makes', async () => {
  const made = await mkdtemp(join(tmpdir(), 'user-'));
  try {
    expect(currentUid()).toBe((await stat(made)).uid);
  } finally {
    await rm(made, { recursive: true });
  }
});
