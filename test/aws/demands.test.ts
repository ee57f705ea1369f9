/** What a bucket's policy, and a role's, may ask of requests: each setting, as it is on the wire. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LAZY, newUser } from '../support/lazy.js';
import { run, type RunResult } from '../support/run.js';

interface Seen {
  readonly what: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const ROLE = 'arn:aws:iam::123456789012:role/deploy';
const CREDENTIALS = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>not-a-real-one</SecretAccessKey><SessionToken>none</SessionToken>
<Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;

const seen: Seen[] = [];
let server: Server;
let url: string;

// S3 without a single object, and STS.
beforeAll(async () => {
  server = createServer((request, answer) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      seen.push({ what: `${method} ${path.replace(/\?.*$/u, '')}`, headers, body });
      if (body.includes('Action=AssumeRole')) return answer.writeHead(200).end(CREDENTIALS);
      if (method === 'PUT')
        return answer.writeHead(412).end('<Error><Code>PreconditionFailed</Code></Error>');
      if (path.includes('list-type'))
        return answer.writeHead(200).end(`<ListBucketResult><Name>acme</Name><Prefix/><KeyCount>0</KeyCount>
<MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated></ListBucketResult>`);
      return answer.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
});

function lazy(
  args: readonly string[],
  settings: Readonly<Record<string, string>>,
  file = '',
): Promise<RunResult> {
  seen.length = 0;
  const user = newUser();
  if (file !== '') writeFileSync(join(user.work, '.lazycredrc'), file);
  const own = {
    LAZYCRED_STORE: 's3://acme/creds/',
    LAZYCRED_KEY: `local:${user.home}/key`,
    LAZYCRED_ENDPOINT: url,
    LAZYCRED_TIMEOUT: '2s',
    AWS_ENDPOINT_URL_STS: url,
  };
  const argv = [process.execPath, LAZY, '--log-format', 'text', ...args];
  return run(argv, { env: { ...user.env, ...own, ...settings }, cwd: user.work });
}

const amz = (headers: IncomingHttpHeaders | undefined, prefix: string): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(headers ?? {}).filter(([name]) => name.startsWith(`x-amz-${prefix}`)));

test('server-side encryption under a KMS key, with a bucket key, is asked for by every put', async () => {
  const settings = { LAZYCRED_SSE_KEY: 'alias/bucket', LAZYCRED_SSE_BUCKET_KEY: 'true' };
  await lazy(['put', 'seed', 'x'], settings);
  const put = seen.find((s) => s.what === 'PUT /acme/creds/seed');
  expect(amz(put?.headers, 'server-side')).toEqual({
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-server-side-encryption-aws-kms-key-id': 'alias/bucket',
    'x-amz-server-side-encryption-bucket-key-enabled': 'true',
  });
  // S3 refuses the header on a GET.
  for (const s of seen.filter((x) => x.what.startsWith('GET')))
    expect(amz(s.headers, 'server-side')).toEqual({});
});

test('AES256 is asked for by itself, and without a setting nothing is', async () => {
  await lazy(['put', 'seed', 'x'], { LAZYCRED_SSE: 'AES256' });
  const encryption = (): unknown => amz(seen.find((s) => s.what.startsWith('PUT'))?.headers, 'server-side');
  expect(encryption()).toEqual({ 'x-amz-server-side-encryption': 'AES256' });
  await lazy(['put', 'seed', 'x'], {});
  expect(seen.some((s) => s.what.startsWith('PUT'))).toBe(true);
  expect(encryption()).toEqual({});
});

test('the expected owner and the requester who pays stand in every request', async () => {
  const settings = { LAZYCRED_BUCKET_OWNER: '012345678901', LAZYCRED_REQUESTER_PAYS: 'true' };
  for (const args of [['get', 'seed'], ['put', 'seed', 'x'], ['list']]) {
    await lazy(args, settings);
    expect(seen.length).toBeGreaterThan(0);
    for (const { headers } of seen) {
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
  const asked = Object.fromEntries(new URLSearchParams(seen[0]?.body));
  expect(asked).toMatchObject({
    Action: 'AssumeRole',
    RoleArn: ROLE,
    ExternalId: 'acme-1234',
    RoleSessionName: 'build',
    DurationSeconds: '7200',
    SourceIdentity: 'alice',
  });
  expect(seen[1]?.headers.authorization).toContain('ASIAEXAMPLE');
});

test('an encryption key from a project’s file counts only after lazy trust', async () => {
  const { code, stderr } = await lazy(['get', 'seed'], {}, 'sseKey: alias/theirs\n');
  expect(code).toBe(3);
  expect(stderr).toContain('sseKey: not trusted');
  expect(seen).toEqual([]);
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
  expect(seen).toEqual([]);
});
