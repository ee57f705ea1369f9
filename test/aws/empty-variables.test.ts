/** An empty variable, usual in CI where a secret isn't given to a job, counts as one that isn't set. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answeringServer, s3Failure, type AnsweringServer } from '../support/answering-server.js';
import { LAZY, newUser } from '../support/lazy.js';
import { run } from '../support/run.js';

const CONFIG = `[default]
region = eu-west-3
endpoint_url = URL
`;
const CREDENTIALS = `[default]
aws_access_key_id = AKIDOFFILE
aws_secret_access_key = testing
`;
const VARIABLES = [
  'AWS_PROFILE',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_CONFIG_FILE',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_S3',
  'AWS_ACCESS_KEY_ID',
  'AWS_SESSION_TOKEN',
  'AWS_ROLE_ARN',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CA_BUNDLE',
  'AWS_MAX_ATTEMPTS',
  'AWS_RETRY_MODE',
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
];

let server: AnsweringServer;
beforeAll(async () => {
  server = await answeringServer();
  server.answer = () => s3Failure(404, 'NoSuchKey');
});
afterAll(() => server.close());

test.each([...VARIABLES.map((name) => [name]), VARIABLES])('%s', async (...empty) => {
  server.asked.length = 0;
  const user = newUser();
  mkdirSync(join(user.home, '.aws'));
  writeFileSync(join(user.home, '.aws/config'), CONFIG.replace('URL', server.url));
  writeFileSync(join(user.home, '.aws/credentials'), CREDENTIALS);
  const unset = Object.fromEntries([...VARIABLES, 'AWS_SECRET_ACCESS_KEY'].map((name) => [name, undefined]));
  const env = {
    ...user.env,
    ...unset,
    LAZYCRED_STORE: 's3://acme/creds/',
    LAZYCRED_KEY: 'kms:alias/any',
    ...Object.fromEntries(empty.map((name) => [name, ''])),
  };
  const { code, stderr } = await run([process.execPath, LAZY, '--log-format', 'text', 'get', 'seed'], {
    env,
    cwd: user.work,
  });
  expect(stderr).toContain('not found in s3://acme/creds/');
  expect(code).toBe(4);
  const [asked] = server.asked;
  expect(asked?.path).toBe('/acme/creds/seed');
  expect(asked?.headers['authorization']).toMatch(/Credential=AKIDOFFILE\/\d{8}\/eu-west-3\/s3\//u);
});
