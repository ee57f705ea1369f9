/** Each operation of KMS × each answer that its API reference documents: code, hint, and whether it is sent again. */
import '../support/preload.js';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openKms } from '../../src/aws/clients.js';
import type { ErrorCode } from '../../src/errors.js';
import { AwsKmsKey } from '../../src/keys/aws-kms.js';
import { answeringServer, jsonFailure, type AnsweringServer } from '../support/answering-server.js';
import { caught } from '../support/caught.js';

const CONTEXT = { 'lazycred:name': 'db' };
const WRAPPED = {
  provider: 'aws-kms',
  id: 'arn:aws:kms:us-east-1:123456789012:key/other',
  wrapped: Buffer.alloc(180, 7).toString('base64'),
};
/** As often as the SDK sends what it takes for passing, the first time included. */
const ATTEMPTS = 3;

let server: AnsweringServer;
let key: AwsKmsKey;
beforeAll(async () => {
  server = await answeringServer();
  const { client, region } = await openKms({ kmsEndpoint: server.url, region: 'us-east-1' });
  key = new AwsKmsKey({ client, key: 'alias/acme', region });
});
beforeEach(() => {
  server.asked.length = 0;
});
afterAll(async () => {
  await key.close();
  await server.close();
});

const OPERATIONS = {
  GenerateDataKey: () => key.generate(CONTEXT),
  Encrypt: () => key.wrap(new Uint8Array(32), CONTEXT),
  Decrypt: () => key.unwrap(WRAPPED, CONTEXT),
} as const;
type Operation = keyof typeof OPERATIONS;
const ALL = Object.keys(OPERATIONS) as Operation[];

interface Row {
  readonly code: ErrorCode;
  /** In the hint; undefined for no hint at all. */
  readonly hint: string | undefined;
  readonly again: boolean;
  /** KMS's own words, where the hint goes by them. */
  readonly message?: string;
  /** The operations that document the answer; all by default. */
  readonly of?: readonly Operation[];
}

const refused = (hint: string, more: Partial<Row> = {}): Row => ({
  code: 'ERR_ACCESS',
  hint,
  again: false,
  ...more,
});
const passing: Row = { code: 'ERR_UNAVAILABLE', hint: undefined, again: true };
const state = (message: string, hint: string): Row => refused(hint, { message });

// API reference: "Errors" of GenerateDataKey, Encrypt and Decrypt, and "Common errors". The words of states are
// those of the developer guide's "Key states of AWS KMS keys".
const ANSWERS: readonly (readonly [name: string, status: number, what: string, row: Row])[] = [
  ['DisabledException', 409, 'a disabled key', refused('enable it again (aws kms enable-key)')],
  [
    'KMSInvalidStateException',
    409,
    'a key that waits for its deletion',
    state('arn:… is pending deletion.', 'aws kms cancel-key-deletion brings it back'),
  ],
  [
    'KMSInvalidStateException',
    409,
    'a replica that waits for its deletion',
    state('arn:… is pending replica deletion.', 'aws kms cancel-key-deletion brings it back'),
  ],
  [
    'KMSInvalidStateException',
    409,
    'a key without its material',
    state('arn:… is pending import.', 'import the same again'),
  ],
  [
    'KMSInvalidStateException',
    409,
    'a key that is being made',
    state('arn:… is creating.', 'try again in a minute'),
  ],
  [
    'KMSInvalidStateException',
    409,
    'a key whose store is cut off',
    state('arn:… is unavailable.', 'aws kms connect-custom-key-store'),
  ],
  [
    'KMSInvalidStateException',
    409,
    'another state',
    state('arn:… is in a new state.', 'look at its state (aws kms describe-key)'),
  ],
  ['InvalidKeyUsageException', 400, 'a key for signing', refused('check key and region')],
  ['NotFoundException', 400, 'no such key', refused('check key and region')],
  ['AccessDeniedException', 400, 'no right', refused('in the policies of both')],
  [
    'IncorrectKeyException',
    400,
    "another key's ciphertext",
    refused('add it to decryptKeys', { of: ['Decrypt'] }),
  ],
  [
    'InvalidCiphertextException',
    400,
    'a damaged ciphertext, or another context',
    { code: 'ERR_INTEGRITY', hint: undefined, again: false, of: ['Decrypt'] },
  ],
  ['InvalidGrantTokenException', 400, 'a grant token', { code: 'ERR_CONFIG', hint: 'check', again: false }],
  ['ValidationException', 400, 'a malformed request', { code: 'ERR_CONFIG', hint: 'check', again: false }],
  ['KeyUnavailableException', 500, 'a key that is away', passing],
  ['DependencyTimeoutException', 503, 'a key store that is slow', passing],
  ['KMSInternalException', 500, 'a fault of KMS', passing],
  ['ServiceUnavailableException', 503, 'KMS that is down', passing],
  ['ThrottlingException', 400, 'too many requests', passing],
  ['LimitExceededException', 400, 'a quota that is used up', passing],
  ['ExpiredTokenException', 400, 'an old session', refused('which credentials are in force')],
  ['UnrecognizedClientException', 400, 'an unknown key id', refused('which credentials are in force')],
  ['IncompleteSignature', 400, 'half a signature', refused('which credentials are in force')],
  ['MissingAuthenticationToken', 403, 'no signature', refused('which credentials are in force')],
];

describe('each operation × each answer that KMS documents', () => {
  const rows = ALL.flatMap((operation) =>
    ANSWERS.flatMap(([name, status, what, row]) =>
      row.of?.includes(operation) === false ? [] : [[operation, name, status, what, row] as const],
    ),
  );
  test.each(rows)('%s × %s (%i, %s)', async (operation, name, status, _, row) => {
    server.answer = () => jsonFailure(status, name, row.message);
    const failure = await caught(OPERATIONS[operation](), row.code);
    if (row.hint === undefined) expect(failure.hint).toBeUndefined();
    else expect(failure.hint).toContain(row.hint);
    expect(failure.location).toBe('kms:alias/acme');
    expect(server.asked.map(({ target }) => target)).toEqual(
      Array.from({ length: row.again ? ATTEMPTS : 1 }, () => `TrentService.${operation}`),
    );
  });

  test('the permission that is missing is the request’s own, and no set-up is advised for what is to be opened', async () => {
    for (const operation of ALL) {
      server.answer = () => jsonFailure(400, 'AccessDeniedException');
      expect((await caught(OPERATIONS[operation](), 'ERR_ACCESS')).hint).toBe(
        `allow kms:${operation} on it for this caller, in the policies of both`,
      );
      server.answer = () => jsonFailure(400, 'NotFoundException');
      expect((await caught(OPERATIONS[operation](), 'ERR_ACCESS')).advice).toEqual({
        code: 'check-key',
        setUpMakesIt: operation !== 'Decrypt',
      });
    }
  });
});
