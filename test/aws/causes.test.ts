/** What a failed request leaves in an error's cause, for a logger that walks over it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { inspect } from 'node:util';
import { answeringServer, s3Failure, type AnsweringServer } from '../support/answering-server.js';
import '../support/preload.js';
import { openStore, type Store } from '../../src/index.js';

const CREDENTIALS = {
  id: 'AKIDCAUSES',
  secret: 'secret-of-the-causes-test',
  token: 'token-of-the-causes-test',
};

let server: AnsweringServer;
const before = { ...process.env };

beforeAll(async () => {
  server = await answeringServer();
  process.env['AWS_ACCESS_KEY_ID'] = CREDENTIALS.id;
  process.env['AWS_SECRET_ACCESS_KEY'] = CREDENTIALS.secret;
  process.env['AWS_SESSION_TOKEN'] = CREDENTIALS.token;
});
afterAll(async () => {
  process.env = before;
  await server.close();
});

const open = (store: string): Promise<Store> =>
  openStore({
    store,
    key: 'kms:alias/a',
    region: 'us-east-1',
    endpoint: server.url,
    kmsEndpoint: server.url,
    timeout: 10,
  });

describe.each(['s3://bucket/p/', 'dynamodb://table'])('a failure of %s', (location) => {
  test.each([400, 403])('with status %d holds no token and no signature', async (status) => {
    server.answer = () => s3Failure(status, 'Refused');
    const store = await open(location);
    try {
      for (const operation of [() => store.get('db'), () => store.put('db', 'value')]) {
        const failure: unknown = await operation().catch((e: unknown) => e);
        expect(failure).toMatchObject({ name: 'LazycredError' });
        // All that can be reached, members that are not enumerable included.
        const reached = inspect(failure, { depth: 20, showHidden: true, getters: true });
        for (const hidden of [...Object.values(CREDENTIALS), 'AWS4-HMAC', 'Signature='])
          expect(reached).not.toContain(hidden);
      }
    } finally {
      await store.close();
    }
  });
});
