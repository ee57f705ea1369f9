import { expect, test } from '@jest/globals';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repoRoot } from './emulators/root.js';
import { LAZY, newUser } from './support/lazy.js';
import { run } from './support/run.js';

const README = readFileSync(join(repoRoot(), 'README.md'), 'utf8');
const INSTALL = 'npm ci && npm run build &&\n';

/** The `sh` blocks, in their order. */
const blocks = [...README.matchAll(/^```sh\n(.*?)^```$/gmsu)].map(([, block = '']) => block);

test('the tour runs as written, also where CI is set', async () => {
  const [first = ''] = blocks;
  const use = blocks.find((block) => block.startsWith('lazy put')) ?? '';
  expect(first.startsWith(INSTALL)).toBe(true);
  const user = newUser();
  mkdirSync(join(user.work, 'dist'));
  symlinkSync(dirname(LAZY), join(user.work, 'dist/bin'));
  // One shell, as the reader has: what the first block exports holds for the second.
  const script = `set -ex\n${first.slice(INSTALL.length)}\n${use}`;
  const env = { ...user.env, CI: 'true', LAZYCRED_STORE: undefined, LAZYCRED_KEY: undefined };
  const { code, stdout, stderr } = await run(['sh', '-c', script], { env, cwd: user.work });
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  const creds = '{ "user": "app", "password": "correct horse" }\n';
  expect(stdout.startsWith(`${creds}${creds}correct horse`)).toBe(true);
  expect(stdout).toContain('\nprod/port\ndb_credentials\n{\n  "db_credentials": ');
  expect(stdout).toContain('\nnew\tdev/PORT\n');
  expect(readFileSync(join(user.work, '.env'), 'utf8')).toBe("PORT='5432'\n");
  expect(readFileSync(join(user.work, 'old.json'), 'utf8')).toBe(creds);
  for (const line of use.split('\n').filter((l) => l !== '')) {
    // As sh -x shows it: without quotes and redirections.
    const command = line.replace(/ *[#<;].*$/u, '').replaceAll("'", '');
    expect(stderr).toContain(`+ ${command}\n`);
  }
});

test('the install block names what package.json has', () => {
  const { name, scripts } = JSON.parse(readFileSync(join(repoRoot(), 'package.json'), 'utf8')) as {
    name: string;
    scripts: Record<string, string>;
  };
  expect(blocks.some((block) => block.includes(`npm install -g ${name} `))).toBe(true);
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['build', 'test']));
});
