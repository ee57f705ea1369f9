/** What the requests of a set-up make of each answer that their API references document: code, hint, sent again or not. */
import '../support/preload.js';
import { CreateBucketCommand, PutBucketPolicyCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { CreateTableCommand, UpdateContinuousBackupsCommand } from '@aws-sdk/client-dynamodb';
import { CreateAliasCommand, CreateKeyCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openDynamoDB, openKms, openS3 } from '../../src/aws/clients.js';
import type { ErrorCode } from '../../src/errors.js';
import { ask, type SendOptions } from '../../src/setup/request.js';
import {
  answeringServer,
  jsonFailure,
  s3Failure,
  type AnsweringServer,
} from '../support/answering-server.js';
import { caught } from '../support/caught.js';

let server: AnsweringServer;
const opened: { destroy(): void }[] = [];
beforeAll(async () => {
  server = await answeringServer();
});
beforeEach(() => {
  server.asked.length = 0;
});
afterAll(async () => {
  for (const client of opened) client.destroy();
  await server.close();
});

type Send = (o: SendOptions) => Promise<unknown>;

/** One request of each service that a set-up makes things with, under the permission that it needs. */
const REQUESTS: Readonly<Record<string, () => Promise<Send>>> = {
  's3:CreateBucket': async () => {
    const { client } = await openS3({ endpoint: server.url, region: 'us-east-1' });
    opened.push(client);
    return (o) => client.send(new CreateBucketCommand({ Bucket: 'acme' }), o);
  },
  's3:PutBucketVersioning': async () => {
    const { client } = await openS3({ endpoint: server.url, region: 'us-east-1' });
    opened.push(client);
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    return (o) => client.send(new PutBucketVersioningCommand({ Bucket: 'acme', VersioningConfiguration }), o);
  },
  's3:PutBucketPolicy': async () => {
    const { client } = await openS3({ endpoint: server.url, region: 'us-east-1' });
    opened.push(client);
    return (o) => client.send(new PutBucketPolicyCommand({ Bucket: 'acme', Policy: '{}' }), o);
  },
  'dynamodb:CreateTable': async () => {
    const { client } = await openDynamoDB({ endpoint: server.url, region: 'us-east-1' });
    opened.push(client);
    const KeySchema = [{ AttributeName: 'name', KeyType: 'HASH' }] as const;
    return (o) =>
      client.send(
        new CreateTableCommand({ TableName: 'acme', KeySchema: [...KeySchema], AttributeDefinitions: [] }),
        o,
      );
  },
  'dynamodb:UpdateContinuousBackups': async () => {
    const { client } = await openDynamoDB({ endpoint: server.url, region: 'us-east-1' });
    opened.push(client);
    const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
    return (o) =>
      client.send(
        new UpdateContinuousBackupsCommand({ TableName: 'acme', PointInTimeRecoverySpecification }),
        o,
      );
  },
  'kms:CreateKey': async () => {
    const { client } = await openKms({ kmsEndpoint: server.url, region: 'us-east-1' });
    opened.push(client);
    return (o) => client.send(new CreateKeyCommand({}), o);
  },
  'kms:CreateAlias': async () => {
    const { client } = await openKms({ kmsEndpoint: server.url, region: 'us-east-1' });
    opened.push(client);
    return (o) => client.send(new CreateAliasCommand({ AliasName: 'alias/acme', TargetKeyId: 'k' }), o);
  },
};

type Row = readonly [status: number, name: string, code: ErrorCode, again: boolean, hint: RegExp | undefined];

const ALLOW = /^allow \S+:\S+ for these credentials/u;
const S3: readonly Row[] = [
  [403, 'AccessDenied', 'ERR_ACCESS', false, ALLOW],
  [403, 'InvalidAccessKeyId', 'ERR_ACCESS', false, /credentials are in force/u],
  [400, 'ExpiredToken', 'ERR_ACCESS', false, /credentials are in force/u],
  [404, 'NoSuchBucket', 'ERR_CONFIG', false, /check the location/u],
  [409, 'OperationAborted', 'ERR_UNAVAILABLE', false, undefined],
  [405, 'MethodNotAllowed', 'ERR_UNSUPPORTED', false, undefined],
  [501, 'NotImplemented', 'ERR_UNSUPPORTED', false, undefined],
  [500, 'InternalError', 'ERR_UNAVAILABLE', true, undefined],
  [503, 'ServiceUnavailable', 'ERR_UNAVAILABLE', true, undefined],
  [503, 'SlowDown', 'ERR_UNAVAILABLE', true, undefined],
];
const DYNAMODB: readonly Row[] = [
  [400, 'AccessDeniedException', 'ERR_ACCESS', false, ALLOW],
  [400, 'UnrecognizedClientException', 'ERR_ACCESS', false, /credentials are in force/u],
  [400, 'ResourceNotFoundException', 'ERR_CONFIG', false, /check the location/u],
  [400, 'LimitExceededException', 'ERR_UNAVAILABLE', true, undefined],
  [400, 'ThrottlingException', 'ERR_UNAVAILABLE', true, undefined],
  [500, 'InternalServerError', 'ERR_UNAVAILABLE', true, undefined],
];
const KMS: readonly Row[] = [
  [400, 'AccessDeniedException', 'ERR_ACCESS', false, ALLOW],
  [400, 'ThrottlingException', 'ERR_UNAVAILABLE', true, undefined],
  [500, 'KMSInternalException', 'ERR_UNAVAILABLE', true, undefined],
];
const ROWS: Readonly<Record<string, readonly Row[]>> = { s3: S3, dynamodb: DYNAMODB, kms: KMS };

describe.each(Object.entries(REQUESTS))('%s', (permission, prepare) => {
  const service = permission.split(':')[0] ?? '';
  test.each(ROWS[service] ?? [])('answered %s %s is %s', async (status, name, code, again, hint) => {
    const send = await prepare();
    const fail = service === 's3' ? s3Failure : jsonFailure;
    server.answer = () => fail(status, name);
    const call = { service, permission, what: 'acme', location: 'here' };
    const e = await caught(ask(call, send), code);
    expect(e).toMatchObject({ code, location: 'here' });
    expect({ asked: server.asked.length, hint: (e as { hint?: string }).hint }).toEqual({
      asked: again ? 3 : 1,
      hint: hint === undefined ? undefined : expect.stringMatching(hint),
    });
    // What an answer means to this request goes before what it means in general.
    expect(await ask(call, send, { [name]: 'known' })).toBe('known');
  });
});
