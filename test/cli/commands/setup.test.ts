import { expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { motoUrl } from '../../emulators/servers.js';
import { LAZY, newUser } from '../../support/lazy.js';
import { run, type RunResult } from '../../support/run.js';

test.each([
  ['s3', 'bucket'],
  ['dynamodb', 'table'],
])('setup makes what is missing for %s, once, and the store works', async (kind, thing) => {
  const user = newUser();
  const name = `lazycred-setup-${randomBytes(6).toString('hex')}`;
  const env = {
    ...user.env,
    LAZYCRED_STORE: `${kind}://${name}${kind === 's3' ? '/team/' : ''}`,
    LAZYCRED_KEY: `kms:alias/${name}`,
    // The SDK's own variable: the set-up must see by itself that a TLS-only policy would lock it out.
    AWS_ENDPOINT_URL: motoUrl(),
  };
  const lazy = (...args: string[]): Promise<RunResult> =>
    run([process.execPath, LAZY, '--log-format', 'text', ...args], { env, cwd: user.work });
  const made = ({ stdout }: RunResult): string[] =>
    stdout.split('\n').flatMap((line) => (line.startsWith('make\t') ? [line.split('\t')[1] ?? ''] : []));

  const dry = await lazy('setup', '--dry-run');
  expect(dry).toMatchObject({ code: 0, stderr: 'nothing was made: this was a dry run\n' });
  expect(made(dry)).toEqual(expect.arrayContaining([`key kms:alias/${name}`, `${thing} ${name}`]));
  expect(dry.stdout.includes('plain HTTP allowed')).toBe(kind === 's3');
  const early = await lazy('put', 'db', 'value');
  expect(early).toMatchObject({ code: 3, stderr: expect.stringContaining('; lazy setup makes') });

  const first = await lazy('setup', '--tag', 'team=web');
  expect(first).toMatchObject({ code: 0, stderr: '' });
  expect(made(first)).toEqual(made(dry));
  const second = await lazy('setup');
  expect(second).toMatchObject({ code: 0, stderr: 'everything is there already\n' });
  expect(made(second)).toEqual([]);

  expect((await lazy('put', 'db', 'value')).code).toBe(0);
  expect((await lazy('get', 'db')).stdout).toBe('value');
});
