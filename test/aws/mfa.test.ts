/** Roles whose trust policy asks for a code of an MFA device: STS takes each code once, and nobody else sees it. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import '../support/preload.js';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '../../src/connect.js';
import { makeBucket, makeKmsKey, motoUrl } from '../emulators/servers.js';
import { answeringServer, type AnsweringServer } from '../support/answering-server.js';
import { LAZY, newUser, type User } from '../support/lazy.js';
import { run } from '../support/run.js';
import { runOnTerminal, type TerminalResult, type TerminalRun } from '../support/terminal.js';
import { caught } from '../support/caught.js';

const SERIAL = 'arn:aws:iam::123456789012:mfa/alice';
const ROLE = 'arn:aws:iam::123456789012:role/deploy';
const CODE = '492039';
const PROMPT = `code of the MFA device ${SERIAL}: `;
const PROFILE = `[profile dev]
role_arn = ${ROLE}
source_profile = own
mfa_serial = ${SERIAL}
region = us-east-1
[profile own]
aws_access_key_id = testing
aws_secret_access_key = testing
`;

let sts: AnsweringServer;
let store: Readonly<Record<string, string>>;
const used = new Set<string>();

/** The AssumeRole requests so far. */
const assumed = (): Record<string, string>[] =>
  sts.asked.map(({ body }) => Object.fromEntries(new URLSearchParams(body.toString())));

beforeAll(async () => {
  sts = await answeringServer();
  // As STS: a code that was used is wrong.
  sts.answer = ({ body }) => {
    const asked = new URLSearchParams(body.toString());
    const code = asked.get('TokenCode') ?? '';
    if (asked.get('SerialNumber') !== SERIAL || code === '000000' || used.has(code)) {
      const message = 'MultiFactorAuthentication failed with invalid MFA one time pass code.';
      const text = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>${message}</Message></Error></ErrorResponse>`;
      return { status: 403, body: text };
    }
    used.add(code);
    return {
      status: 200,
      body: `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>not-a-real-one</SecretAccessKey><SessionToken>none</SessionToken>
<Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
    };
  };
  const { alias } = await makeKmsKey();
  store = {
    LAZYCRED_STORE: `s3://${await makeBucket()}/creds/`,
    LAZYCRED_KEY: `kms:${alias}`,
    LAZYCRED_ENDPOINT: motoUrl(),
    LAZYCRED_KMS_ENDPOINT: motoUrl(),
    AWS_ENDPOINT_URL_STS: sts.url,
  };
});
afterAll(() => sts.close());
beforeEach(() => {
  sts.asked.length = 0;
  used.clear();
});

function userWithProfile(): User {
  const user = newUser();
  mkdirSync(join(user.home, '.aws'));
  writeFileSync(join(user.home, '.aws/config'), PROFILE);
  return user;
}

function onTerminal(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  o: Pick<TerminalRun, 'steps'>,
): Promise<TerminalResult> {
  const user = userWithProfile();
  const argv = [process.execPath, LAZY, ...args];
  return runOnTerminal({ ...o, argv, cwd: user.work, env: { ...user.env, ...store, ...env } });
}

test.each([
  ['the profile’s mfa_serial', { AWS_PROFILE: 'dev' }],
  ['the setting', { LAZYCRED_ROLE: ROLE, LAZYCRED_ROLE_MFA_SERIAL: SERIAL }],
])('%s: the code is asked for once, whatever the number of clients, and is not shown', async (_, env) => {
  const { code, screen, echo } = await onTerminal(['put', 'seed', 'x'], env, {
    steps: [[PROMPT, `${CODE}\r`]],
  });
  expect(screen).toContain(`${PROMPT}\nstored "seed" version`);
  expect(screen).not.toContain(CODE);
  expect({ code, echo }).toEqual({ code: 0, echo: [false] });
  expect(assumed()).toEqual([
    expect.objectContaining({ RoleArn: ROLE, SerialNumber: SERIAL, TokenCode: CODE }),
  ]);
});

test('a wrong code is told of, and is not repeated', async () => {
  const { code, screen } = await onTerminal(
    ['get', 'seed'],
    { AWS_PROFILE: 'dev' },
    {
      steps: [[PROMPT, '000000\r']],
    },
  );
  expect(code).toBe(6);
  expect(screen).toContain('MultiFactorAuthentication failed');
  expect(screen).not.toContain('000000');
  expect(assumed()).toHaveLength(1);
});

test('what is no code is not sent, and not repeated', async () => {
  const { code, screen } = await onTerminal(
    ['get', 'seed'],
    { AWS_PROFILE: 'dev' },
    {
      steps: [[PROMPT, 'my passphrase\r']],
    },
  );
  expect(code).toBe(2);
  expect(screen).toContain('that is 6 digits');
  expect(screen).not.toContain('my passphrase');
  expect(assumed()).toEqual([]);
});

test('keys in variables come before a profile that nobody named, and need no code', async () => {
  const { code, screen } = await onTerminal(['list'], { AWS_ACCESS_KEY_ID: 'testing' }, {});
  expect(screen).not.toContain('code of');
  expect(code).toBe(0);
});

test('without a terminal the failure says what to do', async () => {
  const user = userWithProfile();
  // A session of its own has no terminal.
  const argv = ['setsid', '-w', process.execPath, LAZY, '--log-format', 'text', 'get', 'seed'];
  const { code, stderr } = await run(argv, {
    env: { ...user.env, ...store, AWS_PROFILE: 'dev' },
    cwd: user.work,
  });
  expect(code).toBe(6);
  expect(stderr).toContain(`a code of the MFA device ${SERIAL} is needed, and there is no terminal`);
  expect(stderr).toContain('aws configure export-credentials');
  expect(assumed()).toEqual([]);
});

test('the library asks whom openStore is given, before any time limit runs, and is refused without', async () => {
  process.env['AWS_ENDPOINT_URL_STS'] = sts.url;
  const config = {
    store: store['LAZYCRED_STORE'] ?? '',
    key: store['LAZYCRED_KEY'] ?? '',
    endpoint: motoUrl(),
    kmsEndpoint: motoUrl(),
    region: 'us-east-1',
    role: ROLE,
    roleMfaSerial: SERIAL,
    timeout: '2s',
  };
  const asked: string[] = [];
  const opened = await openStore(config, {
    mfaCode: async (serial) => {
      asked.push(serial);
      await sleep(2_100);
      return CODE;
    },
  });
  await opened.put('library', 'one');
  expect((await opened.get('library')).text()).toBe('one');
  await opened.close();
  expect(asked).toEqual([SERIAL]);

  const alone = await openStore(config);
  expect((await caught(alone.get('library'), 'ERR_ACCESS')).message).toContain('nobody can be asked for it');
  await alone.close();
  delete process.env['AWS_ENDPOINT_URL_STS'];
});
