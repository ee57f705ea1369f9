/** Stores that are named by an ARN, or by a name as S3 let buckets have before 2018: where their requests go. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { callS3 } from '../emulators/aws-call.js';
import { makeBucket, makeKmsKey, makeTable, motoUrl } from '../emulators/servers.js';
import { LAZY, newUser } from '../support/lazy.js';
import { run, type RunResult } from '../support/run.js';

type Env = Readonly<Record<string, string | undefined>>;

const ACCOUNT = '123456789012';
const asked: string[] = [];
let proxy: Server;
let proxyUrl: string;
/** The bucket behind every access point. */
let bucket: string;

// A proxy stands between the command and AWS, so that hosts of AWS's own names can be seen, and nothing leaves
// this machine. It leads to moto, an access point's host to the bucket behind it; a tunnel it only notes.
beforeAll(async () => {
  bucket = await makeBucket();
  const moto = new URL(motoUrl());
  proxy = createServer((request, answer) => {
    const { hostname, pathname, search } = new URL(request.url ?? '');
    asked.push(`${request.method} ${hostname}${pathname}`);
    const path = `${hostname.includes(`-${ACCOUNT}.`) ? `/${bucket}` : ''}${pathname}${search}`;
    const headers = { ...request.headers, host: moto.host };
    const to = { host: moto.hostname, port: moto.port, path, method: request.method, headers };
    request.pipe(
      httpRequest(to, (got) => {
        answer.writeHead(got.statusCode ?? 0, got.headers);
        got.pipe(answer);
      }),
    );
  });
  proxy.on('connect', ({ url }: { url?: string }, socket: { end(text: string): void }) => {
    asked.push(`CONNECT ${url}`);
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
});
afterAll(() => {
  proxy.closeAllConnections();
  proxy.close();
});
beforeEach(() => {
  asked.length = 0;
});

function lazy(store: string, env: Env, args: readonly string[]): Promise<RunResult> {
  const user = newUser();
  const settings = {
    LAZYCRED_STORE: store,
    LAZYCRED_KEY: 'kms:alias/any',
    LAZYCRED_KMS_ENDPOINT: motoUrl(),
    NO_PROXY: '127.0.0.1',
    AWS_MAX_ATTEMPTS: '1',
  };
  const argv = [process.execPath, LAZY, '--log-format', 'text', ...args];
  return run(argv, { env: { ...user.env, ...settings, ...env }, cwd: user.work, stdoutIsData: true });
}

describe('an access point', () => {
  const arn = `arn:aws:s3:eu-west-1:${ACCOUNT}:accesspoint/team-a`;

  test('is asked at AWS in the region of its ARN, whatever region is set', async () => {
    const { code, stderr } = await lazy(`s3://${arn}/creds/`, { HTTPS_PROXY: proxyUrl }, ['get', 'seed']);
    expect(asked).toEqual([`CONNECT team-a-${ACCOUNT}.s3-accesspoint.eu-west-1.amazonaws.com:443`]);
    expect(code).toBe(6);
    expect(stderr).toContain('does not connect to team-a-');
  });

  test('of China is asked in its own partition', async () => {
    const store = `s3://arn:aws-cn:s3:cn-north-1:${ACCOUNT}:accesspoint/team-a/creds`;
    await lazy(store, { HTTPS_PROXY: proxyUrl }, ['get', 'seed']);
    expect(asked).toEqual([`CONNECT team-a-${ACCOUNT}.s3-accesspoint.cn-north-1.amazonaws.com.cn:443`]);
  });

  test('keeps secrets as the bucket behind it does, on another server, too', async () => {
    const { alias } = await makeKmsKey();
    const env = {
      HTTP_PROXY: proxyUrl,
      LAZYCRED_ENDPOINT: 'http://s3.example.test',
      LAZYCRED_KEY: `kms:${alias}`,
      LAZYCRED_KMS_REGION: 'us-east-1',
    };
    const store = `s3://${arn}/creds/`;
    for (const value of ['one', 'two']) {
      const put = await lazy(store, env, ['put', 'seed', value]);
      expect(put.stderr).toContain(store);
      expect(put.code).toBe(0);
    }
    expect(await lazy(store, env, ['list'])).toMatchObject({ code: 0, stdout: 'seed\n' });
    expect(await lazy(store, env, ['get', 'seed', '--version', '1'])).toMatchObject({ stdout: 'one' });
    expect(asked).toContain(`PUT team-a-${ACCOUNT}.s3.example.test/creds/seed`);
    expect(asked.every((line) => line.includes(` team-a-${ACCOUNT}.s3.example.test/`))).toBe(true);
    // The bucket's own name finds the same secrets.
    const direct = { ...env, HTTP_PROXY: '', LAZYCRED_ENDPOINT: motoUrl() };
    expect(await lazy(`s3://${bucket}/creds/`, direct, ['get', 'seed'])).toMatchObject({ stdout: 'two' });
  });

  test('is looked at by setup, which makes nothing', async () => {
    const { alias } = await makeKmsKey();
    const env = {
      HTTP_PROXY: proxyUrl,
      LAZYCRED_ENDPOINT: 'http://s3.example.test',
      LAZYCRED_KEY: `kms:${alias}`,
      LAZYCRED_KMS_REGION: 'us-east-1',
    };
    const { code, stdout } = await lazy(`s3://${arn}/creds/`, env, ['setup']);
    expect(stdout).toContain(`access point ${arn}`);
    expect(code).toBe(0);
    expect(asked).toEqual([`GET team-a-${ACCOUNT}.s3.example.test/`]);
  });
});

describe('an old name of a bucket', () => {
  test.each(['Acme_Secrets', `_${'x'.repeat(252)}-Y`])(
    'stands in the path, at AWS, too: %s',
    async (name) => {
      const env = { HTTP_PROXY: proxyUrl, LAZYCRED_ENDPOINT: 'http://s3.us-east-1.amazonaws.com' };
      const { code } = await lazy(`s3://${name}/creds/`, env, ['get', 'seed']);
      expect(asked).toEqual([`GET s3.us-east-1.amazonaws.com/${name}/creds/seed`]);
      expect(code).toBe(3);
    },
  );

  test('keeps secrets', async () => {
    const name = 'Acme_Secrets.OLD';
    await callS3(motoUrl(), 'PUT', `/${name}`);
    const { alias } = await makeKmsKey();
    const env = { LAZYCRED_ENDPOINT: motoUrl(), LAZYCRED_KEY: `kms:${alias}` };
    expect(await lazy(`s3://${name}/`, env, ['put', 'seed', 'one'])).toMatchObject({ code: 0 });
    expect(await lazy(`s3://${name}/`, env, ['get', 'seed'])).toMatchObject({ code: 0, stdout: 'one' });
  });

  test('is not made by setup', async () => {
    const { alias } = await makeKmsKey();
    const env = { LAZYCRED_ENDPOINT: motoUrl(), LAZYCRED_KEY: `kms:${alias}` };
    const { code, stderr } = await lazy('s3://Never_Made/', env, ['setup']);
    expect(code).toBe(3);
    expect(stderr).toContain('S3 makes no more buckets with such a name');
  });
});

describe('a table of another account', () => {
  const arnOf = (table: string): string => `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/${table}`;

  test('is asked for by its ARN, in the region of the ARN', async () => {
    const table = await makeTable();
    const { alias } = await makeKmsKey();
    const store = `dynamodb://${arnOf(table)}`;
    const env = {
      LAZYCRED_ENDPOINT: motoUrl(),
      LAZYCRED_KEY: `kms:${alias}`,
      LAZYCRED_REGION: 'eu-west-1',
      LAZYCRED_KMS_REGION: 'us-east-1',
    };
    for (const value of ['one', 'two']) {
      const put = await lazy(store, env, ['put', 'seed', value]);
      expect(put.stderr).toContain(store);
      expect(put.code).toBe(0);
    }
    expect(await lazy(store, env, ['list'])).toMatchObject({ code: 0, stdout: 'seed\n' });
    expect(await lazy(store, env, ['get', 'seed'])).toMatchObject({ code: 0, stdout: 'two' });
    const own = { ...env, LAZYCRED_REGION: 'us-east-1' };
    expect(await lazy(`dynamodb://${table}`, own, ['get', 'seed'])).toMatchObject({ stdout: 'two' });
    expect(await lazy(store, env, ['setup'])).toMatchObject({ code: 0 });
  });

  test('that does not exist is said, and not made', async () => {
    const { alias } = await makeKmsKey();
    const env = { LAZYCRED_ENDPOINT: motoUrl(), LAZYCRED_KEY: `kms:${alias}` };
    const store = `dynamodb://${arnOf('lazycred-none')}`;
    for (const args of [['setup'], ['get', 'seed']]) {
      const { code, stderr } = await lazy(store, env, args);
      expect(stderr).toContain(`${arnOf('lazycred-none')}`);
      expect(stderr).toContain('does not exist');
      expect(code).toBe(3);
    }
  });
});
