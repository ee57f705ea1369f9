/** How often a request that fails is sent, as AWS's own variables and files say. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { LAZY, newUser } from '../support/lazy.js';
import { run } from '../support/run.js';

let server: Server;
let requests = 0;
beforeAll(async () => {
  server = createServer((_, answer) => {
    requests++;
    answer.writeHead(503).end('<Error><Code>SlowDown</Code></Error>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.close();
});

/** Runs `lazy get seed`, and gives its status and how many requests it sent. */
async function get(env: Readonly<Record<string, string>>, line = ''): Promise<(number | string | null)[]> {
  requests = 0;
  const user = newUser();
  mkdirSync(join(user.home, '.aws'));
  writeFileSync(join(user.home, '.aws/config'), `[default]\n${line}\n`);
  const settings = {
    LAZYCRED_STORE: 's3://acme/creds/',
    LAZYCRED_KEY: 'kms:alias/any',
    LAZYCRED_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  };
  const argv = [process.execPath, LAZY, '--log-format', 'text', 'get', 'seed'];
  const { code } = await run(argv, { env: { ...user.env, ...settings, ...env }, cwd: user.work });
  return [code, requests];
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
