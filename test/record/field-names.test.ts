import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

// Those rooms that deal with stored records; elsewhere the same words mean settings and columns.
const ROOMS = ['backends', 'codec', 'record', 'store'];
// `'lazycred'` alone is also the name of a format.
const ACCESS = /\b(?:fields|row)\??\.?\[['"](?:lazycred|header|state|at|data)['"]\]/u;
const IN_LIST = /['"](?:header|state|at|data)['"],/u;

test('the field names of a native record stand in record/claims alone', async () => {
  const found: string[] = [];
  for (const room of ROOMS) {
    for (const file of await readdir(join('src', room), { recursive: true })) {
      if (!file.endsWith('.ts')) continue;
      const path = join(room, file);
      for (const line of (await readFile(join('src', path), 'utf8')).split('\n')) {
        if (ACCESS.test(line) || IN_LIST.test(line)) found.push(`${path}: ${line.trim()}`);
      }
    }
  }
  expect(found).toEqual([]);
});
