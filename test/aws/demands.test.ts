/** What a bucket's policy, and a role's, may ask of requests: each setting, as it is on the wire. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  answeringServer,
  s3Answer,
  s3Failure,
  type AnsweringServer,
  type Asked,
} from '../support/answering-server.js';
import { LAZY, newUser } from '../support/lazy.js';
import { run, type RunResult } from '../support/run.js';

const ROLE = 'arn:aws:iam::123456789012:role/deploy';
const CREDENTIALS = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>not-a-real-one</SecretAccessKey><SessionToken>none</SessionToken>
<Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;

let server: AnsweringServer;

// S3 without a single object, and STS.
beforeAll(async () => {
  server = await answeringServer();
  server.answer = ({ method, query, body }) => {
    if (body.includes('Action=AssumeRole')) return { status: 200, body: CREDENTIALS };
    if (method === 'PUT') return s3Failure(412, 'PreconditionFailed');
    const prefix = new URLSearchParams(query).get('prefix');
    if (query.includes('list-type'))
      return s3Answer(`<ListBucketResult><Name>acme</Name><Prefix>${prefix}</Prefix><KeyCount>0</KeyCount>
<MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated></ListBucketResult>`);
    return s3Failure(404, 'NoSuchKey');
  };
});
afterAll(() => server.close());

/** The first request of that method, and below that path. */
const first = (method: string, path = ''): Asked | undefined =>
  server.asked.find((asked) => asked.method === method && asked.path.startsWith(path));

function lazy(
  args: readonly string[],
  settings: Readonly<Record<string, string>>,
  file = '',
): Promise<RunResult> {
  server.asked.length = 0;
  const user = newUser();
  if (file !== '') writeFileSync(join(user.work, '.lazycredrc'), file);
  const own = {
    LAZYCRED_STORE: 's3://acme/creds/',
    LAZYCRED_KEY: `local:${user.home}/key`,
    LAZYCRED_ENDPOINT: server.url,
    LAZYCRED_TIMEOUT: '2s',
    AWS_ENDPOINT_URL_STS: server.url,
  };
  const argv = [process.execPath, LAZY, '--log-format', 'text', ...args];
  return run(argv, { env: { ...user.env, ...own, ...settings }, cwd: user.work });
}

const amz = (headers: Asked['headers'] | undefined, prefix: string): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(headers ?? {}).filter(([name]) => name.startsWith(`x-amz-${prefix}`)));

test('server-side encryption under a KMS key, with a bucket key, is asked for by every put', async () => {
  const settings = { LAZYCRED_SSE_KEY: 'alias/bucket', LAZYCRED_SSE_BUCKET_KEY: 'true' };
  await lazy(['put', 'seed', 'x'], settings);
  const put = first('PUT', '/acme/creds/seed');
  expect(amz(put?.headers, 'server-side')).toEqual({
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-server-side-encryption-aws-kms-key-id': 'alias/bucket',
    'x-amz-server-side-encryption-bucket-key-enabled': 'true',
  });
  // S3 refuses the header on a GET.
  for (const { headers } of server.asked.filter(({ method }) => method === 'GET'))
    expect(amz(headers, 'server-side')).toEqual({});
});

test('AES256 is asked for by itself, and without a setting nothing is', async () => {
  await lazy(['put', 'seed', 'x'], { LAZYCRED_SSE: 'AES256' });
  const encryption = (): unknown => amz(first('PUT')?.headers, 'server-side');
  expect(encryption()).toEqual({ 'x-amz-server-side-encryption': 'AES256' });
  await lazy(['put', 'seed', 'x'], {});
  expect(first('PUT')).toBeDefined();
  expect(encryption()).toEqual({});
});

test('the expected owner and the requester who pays stand in every request', async () => {
  const settings = { LAZYCRED_BUCKET_OWNER: '012345678901', LAZYCRED_REQUESTER_PAYS: 'true' };
  for (const args of [['get', 'seed'], ['put', 'seed', 'x'], ['list']]) {
    await lazy(args, settings);
    expect(server.asked.length).toBeGreaterThan(0);
    for (const { headers } of server.asked) {
      expect(headers).toMatchObject({
        'x-amz-expected-bucket-owner': '012345678901',
        'x-amz-request-payer': 'requester',
      });
    }
  }
});

test('a role is assumed with external id, session name, duration and source identity', async () => {
  const settings = {
    LAZYCRED_ROLE: ROLE,
    LAZYCRED_ROLE_EXTERNAL_ID: 'acme-1234',
    LAZYCRED_ROLE_SESSION_NAME: 'build',
    LAZYCRED_ROLE_DURATION: '2h',
    LAZYCRED_ROLE_SOURCE_IDENTITY: 'alice',
  };
  expect(await lazy(['get', 'seed'], settings)).toMatchObject({ code: 4 });
  const told = Object.fromEntries(new URLSearchParams(server.asked[0]?.body.toString()));
  expect(told).toMatchObject({
    Action: 'AssumeRole',
    RoleArn: ROLE,
    ExternalId: 'acme-1234',
    RoleSessionName: 'build',
    DurationSeconds: '7200',
    SourceIdentity: 'alice',
  });
  expect(server.asked[1]?.headers.authorization).toContain('ASIAEXAMPLE');
});

test('an encryption key from a project’s file counts only after lazy trust', async () => {
  const { code, stderr } = await lazy(['get', 'seed'], {}, 'sseKey: alias/theirs\n');
  expect(code).toBe(3);
  expect(stderr).toContain('sseKey: not trusted');
  expect(server.asked).toEqual([]);
});

test.each([
  ['LAZYCRED_SSE', 'aes256'],
  ['LAZYCRED_SSE_KEY', 'kms:alias/x'],
  ['LAZYCRED_SSE_BUCKET_KEY', 'yes'],
  ['LAZYCRED_BUCKET_OWNER', '12345'],
  ['LAZYCRED_ROLE_DURATION', '13h'],
  ['LAZYCRED_ROLE_EXTERNAL_ID', 'a b'],
  ['LAZYCRED_ROLE_SESSION_NAME', 'x'],
])('%s=%s is ERR_CONFIG, naming the variable', async (name, value) => {
  const { code, stderr } = await lazy(['get', 'seed'], { [name]: value });
  expect(code).toBe(3);
  expect(stderr).toContain(name);
  expect(server.asked).toEqual([]);
});
