/** Answers without an end where credentials are looked for: little is read of each, and the failure says so. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { request, type ServerResponse } from 'node:http';
import { withBoundedAnswers } from '../../src/aws/bounded-credentials.js';
import { answeringServer, type AnsweringServer } from '../support/answering-server.js';
import { get, NO_KEYS, ROLE, SSO, type Env } from '../support/aws-user.js';

const TWO_GB = 2 * 1024 ** 3;
const CHUNK = Buffer.alloc(64 * 1024, ' ');
/** Most that may have been taken off the wire: the bound, what sockets hold, and the SDK's attempts. */
const MOST_SENT = 64 * 1024 * 1024;

let server: AnsweringServer;
let sent = 0;
beforeAll(async () => {
  server = await answeringServer();
});
afterAll(() => server.close());

/** Two gigabytes after a beginning, as fast as they are read. */
function endless(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'application/json' }).write('{"a":[');
  const more = (): void => {
    while (sent < TWO_GB && !response.destroyed) {
      sent += CHUNK.length;
      if (!response.write(CHUNK)) {
        response.once('drain', more);
        return;
      }
    }
    response.end();
  };
  more();
}

const plain: Env = { ...NO_KEYS, AWS_PROFILE: undefined };
const SERVICES: readonly (readonly [string, string, (at: string) => Env, string])[] = [
  ['STS', ROLE, (at) => ({ AWS_PROFILE: 'dev', AWS_ENDPOINT_URL_STS: at }), 'STS, for the role of'],
  ['SSO', SSO, (at) => ({ AWS_PROFILE: 'dev', AWS_ENDPOINT_URL_SSO: at }), 'SSO, for the AWS profile'],
  [
    'a container',
    '',
    (at) => ({ ...plain, AWS_CONTAINER_CREDENTIALS_FULL_URI: `${at}/creds` }),
    "the container's credentials",
  ],
  [
    'an instance',
    '',
    (at) => ({
      ...plain,
      AWS_EC2_METADATA_DISABLED: 'false',
      AWS_EC2_METADATA_SERVICE_ENDPOINT: at,
    }),
    "the instance's metadata service",
  ],
];

describe('two gigabytes', () => {
  test.each(SERVICES)('of %s are not read, and the failure says so', async (_, config, env, step) => {
    sent = 0;
    server.answer = () => (response) => endless(response, 200);
    const { code, stderr } = await get(config, env(server.url), [], new Date(Date.now() + 3_600_000));
    expect(stderr).toContain(`no credentials from ${step}`);
    expect(stderr).toContain('the answer is longer than 1 MiB: no such service answers so');
    expect(stderr).toContain('\nhint: something else may answer in its place');
    expect(code).toBe(9);
    expect(sent).toBeLessThan(MOST_SENT);
  });

  test('of a request beside a search for credentials are its own matter', async () => {
    sent = TWO_GB - 4 * 1024 * 1024;
    server.answer = () => (response) => endless(response, 200);
    const fails = (e: Error): Error => e;
    let found: (credentials: string) => void = () => undefined;
    const search = withBoundedAnswers(() => new Promise<string>((resolve) => (found = resolve)), fails);
    expect(await bytesOf(server.url)).toBeGreaterThan(4 * 1024 * 1024);
    found('credentials');
    expect(await search).toBe('credentials');
    await expect(withBoundedAnswers(() => Promise.reject(new Error('none')), fails)).rejects.toThrow('none');
  });

  test('of a request within one are not, though nobody takes its failure for its own', async () => {
    sent = 0;
    server.answer = () => (response) => endless(response, 404);
    const search = withBoundedAnswers(
      () => bytesOf(server.url),
      (e) => e,
    );
    await expect(search).rejects.toMatchObject({ name: 'AnswerTooLong' });
    expect(sent).toBeLessThan(MOST_SENT);
  });
});

/** How long an answer is, collected by hand. */
function bytesOf(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(url, (answer) => {
      let size = 0;
      answer.on('data', (chunk: Buffer) => (size += chunk.length)).on('end', () => resolve(size));
    });
    asked.on('error', reject).end();
  });
}
