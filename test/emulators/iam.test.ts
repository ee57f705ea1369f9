import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { DecryptCommand, EncryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { enforceIam, makeBucket, makeKmsKey, makeTable, makeUser, startMoto } from './servers.js';

// That moto_iam.py really reads resources and conditions: a policy test on a server that doesn't
// would prove nothing.
describe('a moto that enforces IAM', () => {
  let moto: Awaited<ReturnType<typeof startMoto>>;
  let bucket: string;
  let table: string;
  let key: string;
  let s3: S3Client;
  let dynamodb: DynamoDBClient;
  let kms: KMSClient;
  let stranger: KMSClient;

  beforeAll(async () => {
    moto = await startMoto({ iam: true });
    [bucket, table] = await Promise.all([makeBucket(moto.url), makeTable(moto.url)]);
    key = (await makeKmsKey(moto.url)).arn;
    const tableArn = `arn:aws:dynamodb:us-east-1:123456789012:table/${table}`;
    const credentials = await makeUser(moto.url, [
      {
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:PutObject'],
        Resource: `arn:aws:s3:::${bucket}/mine/*`,
      },
      {
        Effect: 'Allow',
        Action: 's3:ListBucket',
        Resource: `arn:aws:s3:::${bucket}`,
        Condition: { StringLike: { 's3:prefix': 'mine/*' } },
      },
      {
        Effect: 'Allow',
        Action: ['dynamodb:Query', 'dynamodb:PutItem'],
        Resource: tableArn,
        Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['mine/*'] } },
      },
      {
        Effect: 'Allow',
        Action: ['kms:Encrypt', 'kms:Decrypt'],
        Resource: key,
        Condition: { StringEquals: { 'kms:EncryptionContext:lazycred:name': 'mine/a' } },
      },
      {
        Effect: 'Deny',
        Action: 'kms:Decrypt',
        Resource: '*',
        Condition: { StringEquals: { 'kms:EncryptionContext:env': 'prod' } },
      },
    ]);
    const client = { endpoint: moto.url, region: 'us-east-1', maxAttempts: 1, credentials };
    s3 = new S3Client({ ...client, forcePathStyle: true });
    dynamodb = new DynamoDBClient(client);
    kms = new KMSClient(client);
    stranger = new KMSClient({
      ...client,
      credentials: { accessKeyId: 'AKIASTRANGER', secretAccessKey: 'x' },
    });
    await enforceIam(moto.url, true);
  });
  afterAll(async () => {
    for (const client of [s3, dynamodb, kms, stranger]) client.destroy();
    await moto.stop();
  });

  const refused = { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } };
  const refusedJson = { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } };

  test('S3: objects by their ARN, listings by their prefix', async () => {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'mine/a', Body: 'x' }));
    await s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'mine/a' }));
    await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'mine/' }));
    await expect(s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'theirs/a' }))).rejects.toMatchObject(
      refused,
    );
    await expect(s3.send(new ListObjectsV2Command({ Bucket: bucket }))).rejects.toMatchObject(refused);
  });

  test('DynamoDB: tables by their ARN, rows by their hash key, in transactions too', async () => {
    const item = (name: string) => ({ TableName: table, Item: { name: { S: name }, version: { S: '1' } } });
    const query = (name: string) =>
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: '#n = :n',
        ExpressionAttributeNames: { '#n': 'name' },
        ExpressionAttributeValues: { ':n': { S: name } },
      });
    await dynamodb.send(new PutItemCommand(item('mine/a')));
    expect((await dynamodb.send(query('mine/a'))).Count).toBe(1);
    await expect(dynamodb.send(new PutItemCommand(item('theirs/a')))).rejects.toMatchObject(refusedJson);
    await expect(dynamodb.send(query('theirs/a'))).rejects.toMatchObject(refusedJson);
    const both = new TransactWriteItemsCommand({
      TransactItems: [{ Put: item('mine/b') }, { Put: item('theirs/b') }],
    });
    await expect(dynamodb.send(both)).rejects.toMatchObject(refusedJson);
  });

  test('KMS: keys by their ARN, encryption contexts, and a denial before any permission', async () => {
    const context = { 'lazycred:name': 'mine/a' };
    const encrypt = (EncryptionContext?: Record<string, string>) =>
      kms.send(new EncryptCommand({ KeyId: key, Plaintext: Buffer.from('x'), EncryptionContext }));
    const { CiphertextBlob } = await encrypt(context);
    await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: context }));
    await expect(encrypt()).rejects.toMatchObject(refusedJson);
    await expect(encrypt({ 'lazycred:name': 'theirs/a' })).rejects.toMatchObject(refusedJson);
    await expect(
      kms.send(new GenerateDataKeyCommand({ KeyId: key, NumberOfBytes: 32, EncryptionContext: context })),
    ).rejects.toMatchObject(refusedJson);
    const denied = { ...context, env: 'prod' };
    const { CiphertextBlob: blob } = await encrypt(denied);
    await expect(
      kms.send(new DecryptCommand({ CiphertextBlob: blob, EncryptionContext: denied })),
    ).rejects.toMatchObject(refusedJson);
  });

  test('an unknown principal is told so', async () => {
    await expect(
      stranger.send(new EncryptCommand({ KeyId: key, Plaintext: Buffer.from('x') })),
    ).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
    });
  });
});
