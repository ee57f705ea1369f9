import { KMSClient } from '@aws-sdk/client-kms';
import { describe, expect, test } from '@jest/globals';
import { loadYaml } from 'cosmiconfig/dist/loaders.js';
import { randomBytes } from 'node:crypto';
import { setUpTable } from '../../src/setup/table.js';
import { setUpBucket } from '../../src/setup/bucket.js';
import { resolveConfig } from '../../src/config.js';
import { LazycredError } from '../../src/errors.js';
import { setUpKmsKey } from '../../src/setup/kms-key.js';
import { cloudFormation, terraform } from '../../src/setup.js';
import { motoUrl } from '../emulators/servers.js';
import { dynamodbClient } from '../support/dynamodb-client.js';
import { s3Client } from '../support/s3-client.js';

const region = 'us-east-1';

/** What a set-up sends, by the name of the request. */
function recorder<C extends { send(command: never, o?: never): Promise<unknown> }>(inner: C) {
  const sent: Record<string, Record<string, unknown>> = {};
  const send = (command: { input: Record<string, unknown> }, o?: never): Promise<unknown> => {
    sent[command.constructor.name] = command.input;
    return inner.send(command as never, o);
  };
  const client = new Proxy(inner, {
    get: (target, key) => (key === 'send' ? send : Reflect.get(target, key)),
  });
  return { client, sent };
}

type Template = {
  Resources: Record<
    string,
    { Type: string; DeletionPolicy: string; Condition?: string; Properties: Record<string, unknown> }
  >;
  Conditions?: Record<string, unknown>;
};
const parsed = (text: string): Template => loadYaml('template.yaml', text) as Template;
const newName = (): string => `setup-${randomBytes(6).toString('hex')}`;
const run = { region, dryRun: false, tags: {} };

/** Puts in what CloudFormation would. */
function resolved(value: unknown, values: Record<string, string>): unknown {
  const text = JSON.stringify(value).replace(
    /\$\{([A-Za-z:]+)\}/gu,
    (_, name: string) => values[name] ?? name,
  );
  return JSON.parse(text.replace(/\{"(?:Fn::Sub|Ref)":("[^"]*")\}/gu, '$1')) as unknown;
}

describe('CloudFormation names every property that setUp sends', () => {
  test('of the bucket', async () => {
    const bucket = newName();
    const inner = s3Client(motoUrl());
    const { client, sent } = recorder(inner);
    await setUpBucket({ ...run, client, bucket, isAws: () => false, isTls: () => true });
    inner.destroy();
    const { Bucket, BucketPolicy } = parsed(
      cloudFormation(resolveConfig({ store: `s3://${bucket}/p/`, key: 'kms:alias/a', region })),
    ).Resources;
    expect(Bucket).toMatchObject({ Type: 'AWS::S3::Bucket', DeletionPolicy: 'Retain' });
    expect(Bucket?.Properties).toEqual({
      BucketName: sent['CreateBucketCommand']?.['Bucket'],
      OwnershipControls: { Rules: [{ ObjectOwnership: sent['CreateBucketCommand']?.['ObjectOwnership'] }] },
      PublicAccessBlockConfiguration: sent['PutPublicAccessBlockCommand']?.['PublicAccessBlockConfiguration'],
      VersioningConfiguration: sent['PutBucketVersioningCommand']?.['VersioningConfiguration'],
    });
    expect(BucketPolicy?.Type).toBe('AWS::S3::BucketPolicy');
    expect(resolved(BucketPolicy?.Properties, { 'AWS::Partition': 'aws', Bucket: bucket })).toEqual({
      Bucket: 'Bucket',
      PolicyDocument: JSON.parse(String(sent['PutBucketPolicyCommand']?.['Policy'])),
    });
    expect(
      Object.keys(sent)
        .filter((name) => !name.startsWith('Get') && !name.startsWith('List'))
        .toSorted(),
    ).toEqual([
      'CreateBucketCommand',
      'PutBucketPolicyCommand',
      'PutBucketTaggingCommand',
      'PutBucketVersioningCommand',
      'PutPublicAccessBlockCommand',
    ]);
  });

  test.each([
    ['native', ['name', 'version']],
    ['cloudchain', ['Service', 'Username']],
  ] as const)('of the table, for %s records', async (format, keys) => {
    const table = newName();
    const inner = dynamodbClient(motoUrl());
    const { client, sent } = recorder(inner);
    await setUpTable({ ...run, client, table, keys });
    inner.destroy();
    const { Table } = parsed(
      cloudFormation(resolveConfig({ store: `dynamodb://${table}`, key: 'kms:alias/a', region, format })),
    ).Resources;
    const { Tags, ...created } = sent['CreateTableCommand'] ?? {};
    expect(Tags).toEqual([{ Key: 'lazycred:setup', Value: 'unfinished' }]);
    expect(Table).toMatchObject({ Type: 'AWS::DynamoDB::Table', DeletionPolicy: 'Retain' });
    expect(Table?.Properties).toEqual({
      ...created,
      PointInTimeRecoverySpecification:
        sent['UpdateContinuousBackupsCommand']?.['PointInTimeRecoverySpecification'],
    });
  });

  test('of the key and its alias', async () => {
    const alias = `alias/${newName()}`;
    const inner = new KMSClient({ endpoint: motoUrl(), region });
    const { client, sent } = recorder(inner);
    await setUpKmsKey({ ...run, client, once: client, key: alias });
    inner.destroy();
    const { Key, Alias } = parsed(
      cloudFormation(resolveConfig({ store: 's3://acme-secrets', key: `kms:${alias}`, region })),
    ).Resources;
    expect(Key).toMatchObject({ Type: 'AWS::KMS::Key', DeletionPolicy: 'Retain' });
    expect(Key?.Properties).toMatchObject({
      Description: sent['CreateKeyCommand']?.['Description'],
      EnableKeyRotation: sent['EnableKeyRotationCommand'] !== undefined,
    });
    expect(Alias?.Properties).toEqual({
      AliasName: sent['CreateAliasCommand']?.['AliasName'],
      TargetKeyId: { Ref: 'Key' },
    });
  });
});

const both = {
  store: 's3://acme-secrets',
  region: 'eu-west-1',
  kmsRegion: 'eu-central-1',
  key: ['kms:alias/one', 'kms:alias/two', 'kms:01234567-89ab-cdef-0123-456789abcdef'],
};

test('where store and keys lie in two regions, each stack makes its own', () => {
  const text = cloudFormation(resolveConfig(both));
  const { Conditions, Resources } = parsed(text);
  expect(Conditions).toEqual({
    InEuWest1: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] },
    InEuCentral1: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-central-1'] },
  });
  const where = Object.entries(Resources).map(([name, r]) => `${name} ${r.Condition}`);
  expect(where).toEqual([
    'Bucket InEuWest1',
    'BucketPolicy InEuWest1',
    'Key InEuCentral1',
    'Alias InEuCentral1',
    'Key2 InEuCentral1',
    'Alias2 InEuCentral1',
  ]);
  expect(text).toContain('# The key 01234567-89ab-cdef-0123-456789abcdef exists already.');
  expect(parsed(cloudFormation(resolveConfig({ ...both, kmsRegion: undefined }))).Conditions).toBeUndefined();
});

describe('Terraform', () => {
  /** Brackets match, outside of strings, and each block's lines. */
  const blocks = (text: string): string[] => {
    const bare = text.replace(/^\s*#.*$/gmu, '').replace(/"(?:[^"\\]|\\.)*"/gu, '""');
    const open: string[] = [];
    const PAIRS: Record<string, string> = { '}': '{', ')': '(', ']': '[' };
    for (const c of bare.match(/[{}()[\]]/gu) ?? []) {
      if (PAIRS[c] === undefined) open.push(c);
      else expect(open.pop()).toBe(PAIRS[c]);
    }
    expect(open).toEqual([]);
    return [...text.matchAll(/^(?:resource|provider) .*(?= \{$)/gmu)].map(([line]) => line);
  };

  test('of bucket and keys in two regions', () => {
    const text = terraform(resolveConfig(both));
    expect(blocks(text)).toEqual([
      'provider "aws"',
      'provider "aws"',
      'resource "aws_s3_bucket" "lazycred"',
      'resource "aws_s3_bucket_public_access_block" "lazycred"',
      'resource "aws_s3_bucket_ownership_controls" "lazycred"',
      'resource "aws_s3_bucket_versioning" "lazycred"',
      'resource "aws_s3_bucket_policy" "lazycred"',
      'resource "aws_kms_key" "lazycred"',
      'resource "aws_kms_alias" "lazycred"',
      'resource "aws_kms_key" "lazycred_2"',
      'resource "aws_kms_alias" "lazycred_2"',
    ]);
    for (const line of [
      'bucket = "acme-secrets"',
      'block_public_acls       = true',
      'ignore_public_acls      = true',
      'block_public_policy     = true',
      'restrict_public_buckets = true',
      'object_ownership = "BucketOwnerEnforced"',
      'status = "Enabled"',
      'Condition = { Bool = { "aws:SecureTransport" = "false" } }',
      'enable_key_rotation = true',
      'name          = "alias/two"',
      'alias  = "eu_central_1"',
      'prevent_destroy = true',
    ]) {
      expect(text).toContain(`  ${line}\n`);
    }
    expect(text.match(/ {2}provider = aws\.eu_central_1\n/gu)).toHaveLength(4);
  });

  test('of a table', () => {
    const text = terraform(resolveConfig({ store: 'dynamodb://creds', key: 'kms:alias/one', region }));
    expect(blocks(text)).toEqual([
      'provider "aws"',
      'resource "aws_dynamodb_table" "lazycred"',
      'resource "aws_kms_key" "lazycred"',
      'resource "aws_kms_alias" "lazycred"',
    ]);
    for (const line of [
      'name                        = "creds"',
      'billing_mode                = "PAY_PER_REQUEST"',
      'hash_key                    = "name"',
      'range_key                   = "version"',
      'deletion_protection_enabled = true',
      'enabled = true',
    ]) {
      expect(text).toContain(`  ${line}\n`);
    }
  });
});

test.each([
  ['s3://Old_Bucket/', 'bucket Old_Bucket'],
  [
    's3://arn:aws:s3:eu-west-1:123456789012:accesspoint/team-a/creds/',
    'access point arn:aws:s3:eu-west-1:123456789012:accesspoint/team-a',
  ],
  [
    'dynamodb://arn:aws:dynamodb:eu-west-1:123456789012:table/creds',
    'table arn:aws:dynamodb:eu-west-1:123456789012:table/creds',
  ],
])('%s is no resource of a template: it exists already', (store, what) => {
  const config = resolveConfig({ store, key: 'kms:alias/one', region });
  for (const write of [cloudFormation, terraform]) {
    expect(write(config)).toContain(`# The ${what} exists already.\n`);
    expect(write(config)).not.toMatch(/aws_s3_bucket|aws_dynamodb_table|AWS::S3|AWS::DynamoDB/u);
  }
});

test('a store of which nothing lies in AWS has no template', () => {
  const config = resolveConfig({ store: 'file:/srv/secrets', key: 'local:/srv/key' });
  for (const write of [cloudFormation, terraform]) {
    expect(() => write(config)).toThrow(
      new LazycredError('ERR_USAGE', 'nothing of this store is made in AWS: no template can be written'),
    );
  }
});
