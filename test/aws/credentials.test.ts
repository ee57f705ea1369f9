/** What goes wrong before a request is on its way: credentials that are slow, absent, or written wrongly. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { get, NO_KEYS, ROLE, SSO, type Env } from '../support/aws-user.js';
import { silentServer, type SilentServer } from '../support/silent-server.js';

describe('the time limit holds while credentials are waited for, and the failure names the step', () => {
  let silent: SilentServer;
  beforeAll(async () => {
    silent = await silentServer();
  });
  afterAll(() => silent.close());

  const later = (): Date => new Date(Date.now() + 3_600_000);
  const process_ = '[profile dev]\ncredential_process = sleep 12\nregion = us-east-1\n';
  const cases: readonly (readonly [string, string, (at: string) => Env, string])[] = [
    ['credential_process', process_, () => ({}), 'the credential_process of the AWS profile "dev"'],
    ['SSO', SSO, (at) => ({ AWS_ENDPOINT_URL_SSO: at }), 'SSO, for the AWS profile "dev"'],
    ['STS', ROLE, (at) => ({ AWS_ENDPOINT_URL_STS: at }), 'STS, for the role of the AWS profile "dev"'],
    [
      'container metadata',
      '',
      (at) => ({ ...NO_KEYS, AWS_PROFILE: undefined, AWS_CONTAINER_CREDENTIALS_FULL_URI: `${at}/creds` }),
      "the container's credentials (AWS_CONTAINER_CREDENTIALS_FULL_URI)",
    ],
    [
      'instance metadata',
      '',
      (at) => ({
        ...NO_KEYS,
        AWS_PROFILE: undefined,
        AWS_EC2_METADATA_DISABLED: 'false',
        AWS_EC2_METADATA_SERVICE_ENDPOINT: at,
      }),
      "the instance's metadata service",
    ],
  ];

  test.each(cases)('%s', async (_, config, env, step) => {
    const start = performance.now();
    const { code, stderr } = await get(
      config,
      { AWS_PROFILE: 'dev', ...env(silent.url) },
      ['--timeout', '600ms'],
      later(),
    );
    const took = performance.now() - start;
    expect(stderr).toContain(`no credentials, no answer within 0.6 s from ${step}`);
    expect(stderr.trimEnd().split('\n')).toHaveLength(2);
    expect(code).toBe(9);
    expect(took).toBeLessThan(6_000);
  });

  test.each([
    ['a credential_process', `[profile dev]\nregion = us-east-1\n`],
    [
      'the one of a role’s source',
      '[profile dev]\nregion = us-east-1\nrole_arn = arn:aws:iam::123456789012:role/dev\nsource_profile = own\n[profile own]\n',
    ],
  ])('%s that hangs is killed with what it started, and nothing lives on', async (_, profile) => {
    const mark = `61.${Math.floor(Math.random() * 1e9)}`;
    const command = `credential_process = sh -c "sleep ${mark} & sleep ${mark}; echo"\n`;
    const alive = (): string[] =>
      spawnSync('ps', ['-A', '-o', 'args='])
        .stdout.toString()
        .split('\n')
        .filter((line) => line.includes(mark));
    let most = 0;
    const look = setInterval(() => (most = Math.max(most, alive().length)), 100);
    const { code } = await get(profile + command, { AWS_PROFILE: 'dev' }, ['--timeout', '2s']);
    clearInterval(look);
    expect(code).toBe(9);
    expect(most).toBeGreaterThanOrEqual(2);
    expect(alive()).toEqual([]);
  });

  test('the role that a setting names', async () => {
    const role = 'arn:aws:iam::123456789012:role/x';
    const env = { LAZYCRED_ROLE: role, AWS_ENDPOINT_URL_STS: silent.url };
    const { code, stderr } = await get('', env, ['--timeout', '600ms']);
    expect(code).toBe(9);
    expect(stderr).toContain(`no credentials, no answer within 0.6 s from STS, for the role ${role}`);
  });
});

describe('what goes wrong before the wire is not "unavailable"', () => {
  const profile = (lines: string): string => `[profile dev]\nregion = us-east-1\n${lines}\n`;
  const cases: readonly (readonly [string, string, Env, number, string])[] = [
    [
      'a line break after an access key id',
      '',
      { AWS_ACCESS_KEY_ID: 'testing\n' },
      3,
      'AWS_ACCESS_KEY_ID holds a blank, a line break',
    ],
    [
      'a line break after a token',
      '',
      { AWS_SESSION_TOKEN: 'abc\n' },
      3,
      'AWS_SESSION_TOKEN holds a blank, a line break',
    ],
    ['a blank before a key id', '', { AWS_ACCESS_KEY_ID: ' testing' }, 3, 'AWS_ACCESS_KEY_ID holds a blank'],
    [
      'a profile that does not exist',
      profile('aws_access_key_id = x\naws_secret_access_key = y'),
      { AWS_PROFILE: 'deb' },
      3,
      'there is no AWS profile "deb" (named by AWS_PROFILE) in ~/.aws/config or the credentials file, did you mean "dev"?',
    ],
    [
      'an sso_session that does not exist',
      profile('sso_session = nosuch\nsso_account_id = 123456789012\nsso_role_name = Dev'),
      { AWS_PROFILE: 'dev' },
      3,
      'the AWS profile "dev" in ~/.aws/config names the sso_session "nosuch"',
    ],
    [
      'a source_profile that does not exist',
      profile('role_arn = arn:aws:iam::123456789012:role/x\nsource_profile = nosuch'),
      { AWS_PROFILE: 'dev' },
      3,
      'the AWS profile "dev" in ~/.aws/config names the source_profile "nosuch"',
    ],
    [
      'a credential_process that fails',
      profile('credential_process = sh -c "echo hush >&2; exit 3"'),
      { AWS_PROFILE: 'dev' },
      6,
      'no credentials from the credential_process of the AWS profile "dev" in ~/.aws/config: the command failed, or printed no credentials',
    ],
    [
      'a credential_process that prints something else',
      profile('credential_process = echo hush'),
      { AWS_PROFILE: 'dev' },
      6,
      'credential_process of the AWS profile "dev" in ~/.aws/config: the command failed, or printed no credentials',
    ],
    ['no SSO login', SSO, { AWS_PROFILE: 'dev' }, 6, 'no credentials from SSO, for the AWS profile "dev" in'],
    [
      'no credentials at all',
      '',
      { ...NO_KEYS },
      6,
      'there are no AWS credentials: none in the environment, in a profile, or from the machine',
    ],
    [
      'a profile without credentials',
      profile(''),
      { ...NO_KEYS, AWS_PROFILE: 'dev' },
      6,
      'there are no AWS credentials',
    ],
    [
      'STS out of reach, which waiting may mend',
      ROLE,
      { AWS_PROFILE: 'dev', AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:9' },
      9,
      'no credentials: STS, for the role of the AWS profile "dev" in ~/.aws/config can not be reached (ECONNREFUSED)',
    ],
  ];

  test.each(cases)('%s', async (_, config, env, status, message) => {
    const { code, stderr } = await get(config, env);
    expect(stderr).toContain(message);
    expect(stderr).toContain('\nhint: ');
    expect(stderr).not.toContain('hush');
    expect(stderr.trimEnd().split('\n')).toHaveLength(2);
    expect(code).toBe(status);
  });

  test('an SSO login that is over: the hint says how to renew it', async () => {
    const { code, stderr } = await get(SSO, { AWS_PROFILE: 'dev' }, [], new Date(0));
    expect(code).toBe(6);
    expect(stderr).toContain('hint: aws sso login --profile dev\n');
  });
});

describe('a service that knows the caller not', () => {
  let server: HttpServer;
  let url: string;
  let name = '';
  beforeAll(async () => {
    server = createHttpServer((_, answer) => {
      answer.writeHead(name === 'TokenRefreshRequired' || name === 'InvalidToken' ? 400 : 403);
      answer.end(`<Error><Code>${name}</Code><Message>no</Message></Error>`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
  });

  test.each([
    'InvalidToken',
    'ExpiredToken',
    'TokenRefreshRequired',
    'InvalidAccessKeyId',
    'SignatureDoesNotMatch',
    'IncompleteSignatureException',
    'AuthorizationHeaderMalformed',
  ])('%s is ERR_ACCESS with the hint about credentials, and without the one about listing', async (code) => {
    name = code;
    const { code: status, stderr } = await get('', { LAZYCRED_ENDPOINT: url });
    expect(status).toBe(6);
    expect(stderr).toContain('hint: check which credentials are in force (aws sts get-caller-identity)');
    expect(stderr).not.toContain('ListBucket');
  });

  test('AccessDenied alone has the hint about listing', async () => {
    name = 'AccessDenied';
    const { code, stderr } = await get('', { LAZYCRED_ENDPOINT: url });
    expect(code).toBe(6);
    expect(stderr).toContain('s3:ListBucket is not allowed');
  });
});
