import { expect, test } from '@jest/globals';
import { join } from 'node:path';
import { loadConfig } from '../../src/config.js';
import { refuseHome } from '../../src/config/own-home.js';
import { tempDir } from '../support/temp-dir.js';

const gone = join(tempDir(), 'gone');
const env = { HOME: gone, LAZYCRED_STORE: 'memory:' };

test('a program’s settings put no key below a home that does not exist', async () => {
  const load = (key: string, lenient = false) =>
    loadConfig({ cwd: '/', env: { ...env, LAZYCRED_KEY: key }, platform: 'linux', lenient });
  await expect(load('local:')).rejects.toMatchObject({
    code: 'ERR_CONFIG',
    message: `the home folder ${gone} does not exist`,
  });
  // To show them is no use of them, and a key elsewhere is none of the home's.
  await expect(load('local:', true)).resolves.toBeDefined();
  await expect(load(`local:${tempDir()}/key`)).resolves.toBeDefined();
});

test('nor below one that is another user’s', async () => {
  const home = tempDir();
  const own = process.getuid?.() ?? 0;
  await expect(refuseHome(home, join(home, '.local/share/lazycred'), own)).resolves.toBeUndefined();
  if (own === 0) return;
  await expect(refuseHome(home, join(home, '.local/share/lazycred'), own + 1)).rejects.toMatchObject({
    code: 'ERR_CONFIG',
  });
});
