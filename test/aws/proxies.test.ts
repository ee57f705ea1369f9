/** Between the command and AWS: a proxy that tunnels, and a server whose certificate an authority of one's own signed. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import {
  createServer as createHttpServer,
  request as httpRequest,
  type Server as HttpServer,
} from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { proxyFor } from '../../src/aws/proxy.js';
import { LAZY, newUser } from '../support/lazy.js';
import { run, type RunResult } from '../support/run.js';
import { tempDir } from '../support/temp-dir.js';

type Env = Readonly<Record<string, string | undefined>>;

const NO_SUCH_KEY = '<Error><Code>NoSuchKey</Code></Error>';

function portOf(server: { address(): AddressInfo | string | null }): number {
  return (server.address() as AddressInfo).port;
}

/** Makes an authority and a certificate of `localhost` that it signs, with OpenSSL. */
function certificates(): { readonly ca: string; readonly key: Buffer; readonly cert: Buffer } {
  const dir = tempDir();
  const openssl = (...args: string[]): Buffer => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=own', '-days', '2');
  openssl('req', ...newKey, '-keyout', 'key.pem', '-out', 'csr.pem', '-subj', '/CN=localhost');
  writeFileSync(join(dir, 'ext'), 'subjectAltName=DNS:localhost,DNS:acme.invalid');
  openssl('x509', '-req', '-in', 'csr.pem', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial',
    '-out', 'cert.pem', '-days', '2', '-extfile', 'ext'); // prettier-ignore
  const read = (name: string): Buffer => readFileSync(join(dir, name));
  return { ca: join(dir, 'ca.pem'), key: read('key.pem'), cert: read('cert.pem') };
}

let made: ReturnType<typeof certificates>;
let tls: TlsServer;
let plain: HttpServer;
let proxy: HttpServer;
const asked: string[] = [];
const users: (string | undefined)[] = [];
const sockets = new Set<Socket>();

beforeAll(async () => {
  made = certificates();
  tls = createTlsServer(made, (_, answer) => answer.writeHead(404).end(NO_SUCH_KEY));
  plain = createHttpServer((_, answer) => answer.writeHead(404).end(NO_SUCH_KEY));
  proxy = createHttpServer((request, answer) => {
    asked.push(`${request.method} ${request.url}`);
    users.push(request.headers['proxy-authorization']);
    const { pathname, search } = new URL(request.url ?? '');
    const onward = httpRequest({ host: '127.0.0.1', port: portOf(plain), path: pathname + search }, (got) => {
      answer.writeHead(got.statusCode ?? 0);
      got.pipe(answer);
    });
    onward.end();
  });
  proxy.on('connect', (request: { url?: string; headers: Record<string, string> }, socket: Socket) => {
    asked.push(`CONNECT ${request.url}`);
    users.push(request.headers['proxy-authorization']);
    if (request.url?.startsWith('refused.') === true) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const onward = connect(portOf(tls), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [socket, onward]) {
      sockets.add(end);
      end.on('error', () => end.destroy());
    }
  });
  for (const server of [tls, plain, proxy])
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of [tls, plain, proxy]) server.close();
});

/** Runs `lazy get seed` against an S3 server; status 4 says that its answer, "no such key", came. */
function get(endpoint: string, env: Env, awsConfig = ''): Promise<RunResult> {
  asked.length = 0;
  users.length = 0;
  const user = newUser();
  mkdirSync(join(user.home, '.aws'));
  writeFileSync(join(user.home, '.aws/config'), awsConfig);
  const settings = {
    LAZYCRED_STORE: 's3://acme/creds/',
    LAZYCRED_KEY: 'kms:alias/any',
    LAZYCRED_ENDPOINT: endpoint,
  };
  const argv = [process.execPath, LAZY, '--log-format', 'text', 'get', 'seed'];
  return run(argv, { env: { ...user.env, ...settings, ...env }, cwd: user.work });
}

describe('a CA bundle', () => {
  test('is needed for a server whose authority nobody knows', async () => {
    const { code } = await get(`https://localhost:${portOf(tls)}`, {});
    expect(code).toBe(9);
  });

  test('counts from AWS_CA_BUNDLE', async () => {
    const { code, stderr } = await get(`https://localhost:${portOf(tls)}`, { AWS_CA_BUNDLE: made.ca });
    expect({ code, stderr }).toMatchObject({ code: 4 });
  });

  test('counts from ca_bundle of the profile', async () => {
    const config = `[default]\nca_bundle = ${made.ca}\n`;
    expect((await get(`https://localhost:${portOf(tls)}`, {}, config)).code).toBe(4);
  });

  test('that is not there, or holds no certificate, is ERR_CONFIG naming it', async () => {
    for (const file of ['/nonexistent/ca.pem', '/dev/null']) {
      const { code, stderr } = await get(`https://localhost:${portOf(tls)}`, { AWS_CA_BUNDLE: file });
      expect({ code, stderr }).toMatchObject({ code: 3 });
      expect(stderr).toContain(`the CA bundle ${file}`);
    }
  });
});

describe('a proxy', () => {
  test.each(['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'])(
    'in %s tunnels to a host that only it knows',
    async (name) => {
      const env = { [name]: `http://127.0.0.1:${portOf(proxy)}`, AWS_CA_BUNDLE: made.ca };
      const { code, stderr } = await get('https://acme.invalid', env);
      expect({ code, stderr }).toMatchObject({ code: 4 });
      expect(asked).toEqual(['CONNECT acme.invalid:443']);
    },
  );

  test('is told user and password, and no message shows them', async () => {
    const env = { HTTPS_PROXY: `http://me:hush%21@127.0.0.1:${portOf(proxy)}`, AWS_CA_BUNDLE: made.ca };
    expect((await get('https://acme.invalid', env)).code).toBe(4);
    expect(users).toEqual([`Basic ${Buffer.from('me:hush!').toString('base64')}`]);
    const { code, stderr } = await get('https://refused.invalid', env);
    expect({ code, asked }).toMatchObject({ code: 6, asked: ['CONNECT refused.invalid:443'] });
    expect(stderr).toContain(
      `the proxy 127.0.0.1:${portOf(proxy)} does not connect to refused.invalid: status 407`,
    );
    expect(stderr).not.toContain('hush');
  });

  test.each(['HTTP_PROXY', 'http_proxy'])(
    'in %s is sent plain requests with their whole URL',
    async (name) => {
      const { code, stderr } = await get('http://acme.invalid:9000', {
        [name]: `127.0.0.1:${portOf(proxy)}`,
      });
      expect({ code, stderr }).toMatchObject({ code: 4 });
      // The second request looks for names like the one that isn't there.
      expect(asked).toEqual([
        'GET http://acme.invalid:9000/acme/creds/seed?x-id=GetObject',
        'GET http://acme.invalid:9000/acme/?list-type=2&max-keys=1000&prefix=creds%2F',
      ]);
    },
  );

  test('is left out for what NO_PROXY names', async () => {
    const env = {
      HTTPS_PROXY: `http://127.0.0.1:${portOf(proxy)}`,
      NO_PROXY: 'localhost',
      AWS_CA_BUNDLE: made.ca,
    };
    expect((await get(`https://localhost:${portOf(tls)}`, env)).code).toBe(4);
    expect(asked).toEqual([]);
  });

  test('that is no http or https URL is ERR_CONFIG naming the variable, not its text', async () => {
    const { code, stderr } = await get('https://acme.invalid', { ALL_PROXY: 'socks5://me:hush@127.0.0.1:1' });
    expect(code).toBe(3);
    expect(stderr).toContain('ALL_PROXY must name a proxy that begins with http:// or https://');
    expect(stderr).not.toContain('hush');
  });
});

describe('NO_PROXY, as curl reads it', () => {
  const isDirect = (list: string, hostname: string, port?: number): boolean => {
    const env: Env = { HTTPS_PROXY: 'http://proxy.example:3128', NO_PROXY: list };
    return proxyFor({ protocol: 'https:', hostname, port }, (name) => env[name]) === undefined;
  };

  test.each([
    ['*', 's3.amazonaws.com'],
    ['amazonaws.com', 's3.amazonaws.com'],
    ['.amazonaws.com', 's3.amazonaws.com'],
    ['*.amazonaws.com', 's3.amazonaws.com'],
    ['example.org, S3.AmazonAWS.com', 's3.amazonaws.com'],
    ['s3.amazonaws.com:443', 's3.amazonaws.com'],
    ['10.0.0.0/8', '10.1.2.3'],
    ['[fd00::1]', '[fd00::1]'],
    ['fd00::/8', '[fd00::1]'],
  ])('%s names %s', (list, host) => {
    expect(isDirect(list, host)).toBe(true);
  });

  test.each([
    ['', 's3.amazonaws.com'],
    ['aws.com', 's3.amazonaws.com'],
    ['s3.amazonaws.com:9000', 's3.amazonaws.com'],
    ['10.0.0.0/8', '11.1.2.3'],
    ['10.0.0.0/99', '10.1.2.3'],
  ])('%s does not name %s', (list, host) => {
    expect(isDirect(list, host)).toBe(false);
  });
});
