/** Answers without an end: each client of ours stops reading, in little time and memory. */
import type { ServerResponse } from 'node:http';
import { ListObjectsV2Command, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { DecryptCommand, GenerateDataKeyCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openDynamoDB, openKms, openS3 } from '../../src/aws/clients.js';
import { DynamoDBBackend } from '../../src/backends/dynamodb.js';
import { S3Backend } from '../../src/backends/s3.js';
import { parseName } from '../../src/record/names.js';
import { collect } from '../suites/ground.js';
import { answeringServer, type AnsweringServer } from '../support/answering-server.js';

const TWO_GB = 2 * 1024 ** 3;
const CHUNK = Buffer.alloc(64 * 1024, ' ');

/** Most bytes that may have been taken off the wire: the bound, and what sockets hold. */
const MOST_SENT = 64 * 1024 * 1024;
const MOST_MEMORY = 250 * 1024 * 1024;

let server: AnsweringServer;
let sent = 0;
beforeAll(async () => {
  server = await answeringServer();
});
const opened: { destroy(): void }[] = [];
afterAll(async () => {
  for (const client of opened) client.destroy();
  await server.close();
});

/** Opens a client, to be closed at the end. */
async function open<C extends { destroy(): void }>(opening: Promise<{ readonly client: C }>): Promise<C> {
  const { client } = await opening;
  opened.push(client);
  return client;
}

/** Two gigabytes after a beginning, as fast as they are read. */
function endless(response: ServerResponse, status: number, begin: string): void {
  response.writeHead(status, { 'content-type': 'application/xml', etag: '"e"' });
  response.write(begin);
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

async function outcome(run: () => Promise<unknown>): Promise<{ failure: Error; memory: number }> {
  sent = 0;
  const before = process.memoryUsage().rss;
  const failure = (await run().catch((e: unknown) => e)) as Error;
  return { failure, memory: process.memoryUsage().rss - before };
}

const credentialsFrom = { endpoint: '', kmsEndpoint: '', region: 'us-east-1' };
const reach = () => ({ ...credentialsFrom, endpoint: server.url, kmsEndpoint: server.url });

const REQUESTS = [
  ['S3 list', async () => (await open(openS3(reach()))).send(new ListObjectsV2Command({ Bucket: 'b' }))],
  [
    'S3 put',
    async () =>
      (await open(openS3(reach()))).send(new PutObjectCommand({ Bucket: 'b', Key: 'k', Body: 'x' })),
  ],
  [
    'DynamoDB scan',
    async () => (await open(openDynamoDB(reach()))).send(new ScanCommand({ TableName: 't' })),
  ],
  [
    'DynamoDB query',
    async () => (await open(openDynamoDB(reach()))).send(new QueryCommand({ TableName: 't' })),
  ],
  [
    'KMS decrypt',
    async () =>
      (await open(openKms(reach()))).send(new DecryptCommand({ CiphertextBlob: CHUNK.subarray(0, 9) })),
  ],
  [
    'KMS new key',
    async () =>
      (await open(openKms(reach()))).send(new GenerateDataKeyCommand({ KeyId: 'k', KeySpec: 'AES_256' })),
  ],
] as const;

const BODIES = [
  ['an answer', 200, '{"Items":['],
  ['an XML answer', 200, '<ListBucketResult>'],
  ['a failure', 400, '<Error><Code>'],
  ['a failure that is tried again', 503, '<Error><Code>'],
] as const;

describe('two gigabytes', () => {
  test.each(REQUESTS.flatMap(([name, run]) => BODIES.map((body) => [name, ...body, run] as const)))(
    '%s × %s of status %i cost little memory and end at once',
    async (name, _, status, begin, run) => {
      server.answer = () => (response) => endless(response, status, begin);
      const { failure, memory } = await outcome(run);
      expect(failure).toBeInstanceOf(Error);
      // A PutObject's success is in its headers.
      if (name !== 'S3 put' || status !== 200) expect(failure.name).toBe('AnswerTooLong');
      expect(sent).toBeLessThan(MOST_SENT);
      expect(memory).toBeLessThan(MOST_MEMORY);
    },
    20_000,
  );

  test('are ERR_UNAVAILABLE for a backend, and say why', async () => {
    server.answer = () => (response) => endless(response, 200, '<ListBucketResult>');
    const s3 = new S3Backend({ client: await open(openS3(reach())), bucket: 'b' });
    const table = new DynamoDBBackend({ client: await open(openDynamoDB(reach())), table: 't' });
    for (const run of [
      () => collect(s3.list()),
      () => collect(table.list()),
      () => table.get(parseName('db')),
    ]) {
      sent = 0;
      await expect(run()).rejects.toMatchObject({
        code: 'ERR_UNAVAILABLE',
        message: expect.stringContaining('longer than 16 MiB') as unknown,
      });
    }
    await Promise.all([s3.close(), table.close()]);
  }, 20_000);

  test('is far from what a failure may have: 1 MiB is read, one byte more is too long', async () => {
    const client = await open(openS3(reach()));
    const failureOf = async (bytes: number): Promise<string> => {
      const body = '<Error><Code>AccessDenied</Code></Error>'.padEnd(bytes);
      server.answer = () => ({ status: 403, headers: { 'content-type': 'application/xml' }, body });
      return (await outcome(() => client.send(new ListObjectsV2Command({ Bucket: 'b' })))).failure.name;
    };
    expect(await failureOf(2 ** 20)).toBe('AccessDenied');
    expect(await failureOf(2 ** 20 + 1)).toBe('AnswerTooLong');
  });

  test("as an object's failure stop as well; its own body is counted where it is read", async () => {
    server.answer = () => (response) => endless(response, 404, '<Error><Code>NoSuchKey');
    const client = await open(openS3(reach()));
    const { failure } = await outcome(() => client.send(new GetObjectCommand({ Bucket: 'b', Key: 'k' })));
    expect(failure.name).toBe('AnswerTooLong');
    server.answer = () => (response) => endless(response, 200, '{');
    sent = 0;
    const s3 = new S3Backend({ client, bucket: 'b' });
    await expect(s3.get(parseName('db'))).rejects.toMatchObject({ code: 'ERR_INTEGRITY' });
    expect(sent).toBeLessThan(MOST_SENT);
    await s3.close();
  }, 20_000);
});
