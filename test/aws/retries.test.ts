/** How often a request that fails is sent, as AWS's own variables and files say. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answeringServer, s3Failure, type AnsweringServer } from '../support/answering-server.js';
import { LAZY, newUser } from '../support/lazy.js';
import { run } from '../support/run.js';

let server: AnsweringServer;
beforeAll(async () => {
  server = await answeringServer();
  server.answer = () => s3Failure(503, 'SlowDown');
});
afterAll(() => server.close());

/** Runs `lazy get seed`, and gives its status and how many requests it sent. */
async function get(env: Readonly<Record<string, string>>, line = ''): Promise<(number | string | null)[]> {
  server.asked.length = 0;
  const user = newUser();
  mkdirSync(join(user.home, '.aws'));
  writeFileSync(join(user.home, '.aws/config'), `[default]\n${line}\n`);
  const settings = {
    LAZYCRED_STORE: 's3://acme/creds/',
    LAZYCRED_KEY: 'kms:alias/any',
    LAZYCRED_ENDPOINT: server.url,
  };
  const argv = [process.execPath, LAZY, '--log-format', 'text', 'get', 'seed'];
  const { code } = await run(argv, { env: { ...user.env, ...settings, ...env }, cwd: user.work });
  return [code, server.asked.length];
}

test('three times without a word', async () => expect(await get({})).toEqual([9, 3]));

test('AWS_MAX_ATTEMPTS counts', async () => {
  expect(await get({ AWS_MAX_ATTEMPTS: '1' })).toEqual([9, 1]);
  expect(await get({ AWS_MAX_ATTEMPTS: '5' }, 'max_attempts = 2')).toEqual([9, 5]);
});

test('max_attempts of the profile counts', async () =>
  expect(await get({}, 'max_attempts = 2')).toEqual([9, 2]));

test('AWS_RETRY_MODE and retry_mode are read, and no other mode is taken', async () => {
  expect(await get({ AWS_RETRY_MODE: 'adaptive', AWS_MAX_ATTEMPTS: '1' })).toEqual([9, 1]);
  expect(await get({}, 'retry_mode = legacy')).toEqual([9, 3]);
  expect(await get({ AWS_RETRY_MODE: 'brave' })).toEqual([3, 0]);
  expect(await get({ AWS_MAX_ATTEMPTS: 'many' })).toEqual([3, 0]);
});
