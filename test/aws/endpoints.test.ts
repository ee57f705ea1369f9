/** What is another server than AWS's is told by the host, wherever AWS's variables and files name it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeBucket, makeKmsKey, makeTable, motoUrl } from '../emulators/servers.js';
import { answeringServer, s3Failure, type AnsweringServer } from '../support/answering-server.js';
import { LAZY, newUser, type User } from '../support/lazy.js';
import { run, type RunResult } from '../support/run.js';

type Env = Readonly<Record<string, string>>;

/** A user whose AWS configuration file holds this text, `URL` replaced. */
function userWith(config: string, url: string): User {
  const user = newUser();
  mkdirSync(join(user.home, '.aws'));
  writeFileSync(join(user.home, '.aws/config'), config.replaceAll('URL', url));
  return user;
}

function lazy(user: User, settings: Env, args: readonly string[]): Promise<RunResult> {
  const argv = [process.execPath, LAZY, '--log-format', 'text', ...args];
  return run(argv, { env: { ...user.env, ...settings }, cwd: user.work, stdoutIsData: true });
}

/** By the way in which the server is named: variables, and the AWS configuration file's text. */
const WAYS: readonly (readonly [string, (url: string) => Env, string])[] = [
  ['the variable of each service', allVariables, ''],
  ['AWS_ENDPOINT_URL', (url) => ({ AWS_ENDPOINT_URL: url }), ''],
  ['endpoint_url of a profile', () => ({ AWS_PROFILE: 'minio' }), profileWith('endpoint_url = URL')],
  [
    'endpoint_url of the profile that the setting names',
    () => ({ LAZYCRED_PROFILE: 'minio' }),
    profileWith('endpoint_url = URL'),
  ],
  [
    'the services section of a profile',
    () => ({ AWS_PROFILE: 'minio' }),
    `${profileWith('services = own')}[services own]\ns3 =\n  endpoint_url = URL\ndynamodb =\n  endpoint_url = URL\nkms =\n  endpoint_url = URL\n`,
  ],
];

function allVariables(url: string): Env {
  return { AWS_ENDPOINT_URL_S3: url, AWS_ENDPOINT_URL_DYNAMODB: url, AWS_ENDPOINT_URL_KMS: url };
}

function profileWith(line: string): string {
  return `[profile minio]\nregion = us-east-1\naws_access_key_id = testing\naws_secret_access_key = testing\n${line}\n`;
}

describe.each(WAYS)('another server, by its host name, in %s', (_, variables, config) => {
  test.each([
    ['S3', async () => `s3://${await makeBucket()}/creds/`],
    ['DynamoDB', async () => `dynamodb://${await makeTable()}`],
  ])('%s is asked there, by path', async (_service, makeStore) => {
    const url = motoUrl().replace('127.0.0.1', 'localhost');
    const { alias } = await makeKmsKey();
    const settings = { ...variables(url), LAZYCRED_STORE: await makeStore(), LAZYCRED_KEY: `kms:${alias}` };
    const user = userWith(config, url);
    expect(await lazy(user, settings, ['put', 'seed', 'one'])).toMatchObject({ code: 0 });
    expect(await lazy(user, settings, ['put', 'seed', 'two'])).toMatchObject({ code: 0 });
    expect(await lazy(user, settings, ['get', 'seed'])).toMatchObject({ code: 0, stdout: 'two', stderr: '' });
  });
});

describe('what such a server is sent', () => {
  let server: AnsweringServer;
  let url: string;
  beforeAll(async () => {
    server = await answeringServer();
    server.answer = () => s3Failure(404, 'NoSuchKey');
    url = server.url.replace('127.0.0.1', 'localhost');
  });
  afterAll(() => server.close());

  test.each(WAYS)('names the bucket in the path, and no checksum mode: %s', async (_, variables, config) => {
    server.asked.length = 0;
    const settings = { ...variables(url), LAZYCRED_STORE: 's3://acme/creds/', LAZYCRED_KEY: 'kms:alias/any' };
    expect(await lazy(userWith(config, url), settings, ['get', 'seed'])).toMatchObject({ code: 4 });
    // The second request looks for names like the one that isn't there.
    expect(server.asked.map((r) => `${r.method} ${r.path}${r.query}`)).toEqual([
      'GET /acme/creds/seed?x-id=GetObject',
      'GET /acme/?list-type=2&max-keys=1000&prefix=creds%2F',
    ]);
    for (const { headers } of server.asked) {
      expect(headers['host']).toBe(new URL(url).host);
      expect(Object.keys(headers).filter((name) => name.includes('checksum'))).toEqual([]);
    }
  });
});

describe('what AWS’s files and variables say wrongly', () => {
  const settings = {
    LAZYCRED_STORE: 's3://acme/creds/',
    LAZYCRED_KEY: 'kms:alias/any',
    AWS_PROFILE: 'minio',
  };

  test('a services section that is not there is ERR_CONFIG, naming profile and section', async () => {
    const { code, stderr } = await lazy(userWith(profileWith('services = own'), ''), settings, ['get', 'x']);
    expect(code).toBe(3);
    expect(stderr).toContain('the AWS profile "minio" names the services section "own", which');
  });

  test('an endpoint that is no URL is ERR_CONFIG, naming the variable', async () => {
    const wrong = { ...settings, AWS_ENDPOINT_URL_S3: 'minio:9000' };
    const { code, stderr } = await lazy(userWith(profileWith(''), ''), wrong, ['get', 'x']);
    expect(code).toBe(3);
    expect(stderr).toContain('AWS_ENDPOINT_URL_S3 must be a URL that begins with http:// or https://');
  });

  test('an empty AWS_REGION does not hide the region of the profile', async () => {
    const url = motoUrl();
    const { alias } = await makeKmsKey();
    const store = `s3://${await makeBucket()}/creds/`;
    const env = { LAZYCRED_STORE: store, LAZYCRED_KEY: `kms:${alias}`, AWS_PROFILE: 'minio', AWS_REGION: '' };
    const user = userWith(profileWith('endpoint_url = URL'), url);
    expect(await lazy(user, env, ['put', 'seed', 'one'])).toMatchObject({ code: 0 });
  });
});
