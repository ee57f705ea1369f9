import { randomBytes } from 'node:crypto';
import { callIam, callJson, callS3 } from './aws-call.js';
import type { Server } from './child.js';
import { faults, type Faults } from './faults.js';
import { launchMoto, type MotoInstallation } from './start.js';

function fromSetup(name: string): string {
  const value = process.env[name];
  if (value === undefined)
    throw new Error(`${name} is not set: run the tests through Jest, whose set-up starts them`);
  return value;
}

/** The run's moto, shared by every test file: S3, DynamoDB, KMS, STS. Make names at random; inject no faults. */
export function motoUrl(): string {
  return fromSetup('EMU_MOTO_URL');
}

/** The run's dynalite, shared by every test file: a second DynamoDB. */
export function dynaliteUrl(): string {
  return fromSetup('EMU_DYNALITE_URL');
}

/** The Python that runs the emulators, for tests that need one (its `pty` module drives a terminal). */
export function pythonPath(): string {
  return fromSetup('EMU_PYTHON');
}

/** The packages of {@link pythonPath}, for PYTHONPATH: moto, boto3, cryptography, CredStash. */
export function packagesPath(): string {
  return fromSetup('EMU_MOTO_PACKAGES');
}

/** A moto of this test's own, for faults, call counts and IAM; stop it in `afterAll`. Starts in 0.7 s. */
export async function startMoto(
  o: { readonly iam?: boolean } = {},
): Promise<Server & { readonly faults: Faults }> {
  const at: MotoInstallation = { python: pythonPath(), packages: packagesPath() };
  const server = await launchMoto(at, o);
  return { ...server, faults: faults(server.url) };
}

/** Turns the checks of a moto started with `iam` on or off. */
export async function enforceIam(url: string, on: boolean): Promise<void> {
  const response = await fetch(`${url}/moto-api/reset-auth`, { method: 'POST', body: on ? '0' : 'inf' });
  if (!response.ok) throw new Error(`reset-auth: ${response.status}`);
}

/** Credentials of a principal, as the SDK's clients take them. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A new IAM user who may do what `statements` say; to be made before IAM is enforced. */
export async function makeUser(url: string, statements: readonly object[]): Promise<Credentials> {
  const UserName = randomName('user');
  await callIam(url, 'CreateUser', { UserName });
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  await callIam(url, 'PutUserPolicy', { UserName, PolicyName: 'test', PolicyDocument });
  const key = await callIam(url, 'CreateAccessKey', { UserName });
  const element = (name: string): string => new RegExp(`<${name}>(.*?)</${name}>`, 'u').exec(key)?.[1] ?? '';
  return { accessKeyId: element('AccessKeyId'), secretAccessKey: element('SecretAccessKey') };
}

function randomName(kind: string): string {
  return `lazycred-${kind}-${randomBytes(6).toString('hex')}`;
}

/** A new bucket's name. */
export async function makeBucket(url = motoUrl()): Promise<string> {
  const bucket = randomName('bucket');
  await callS3(url, 'PUT', `/${bucket}`);
  return bucket;
}

/** A new table's name: CredStash's schema (hash `name`, range `version`, both strings) or such other `keys`, on demand. */
export async function makeTable(
  url = motoUrl(),
  region = 'us-east-1',
  keys: readonly [string, string] = ['name', 'version'],
): Promise<string> {
  const table = randomName('table');
  const definition = {
    TableName: table,
    AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: [
      { AttributeName: keys[0], KeyType: 'HASH' },
      { AttributeName: keys[1], KeyType: 'RANGE' },
    ],
    BillingMode: 'PAY_PER_REQUEST',
  };
  await callJson(url, 'dynamodb', 'DynamoDB_20120810.CreateTable', definition, region);
  // dynalite takes a moment even with a creation time of 0.
  for (;;) {
    const { Table } = (await callJson(
      url,
      'dynamodb',
      'DynamoDB_20120810.DescribeTable',
      { TableName: table },
      region,
    )) as { Table: { TableStatus: string } };
    if (Table.TableStatus === 'ACTIVE') return table;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A KMS key, in the three ways to name it. */
export interface KmsKey {
  readonly keyId: string;
  readonly arn: string;
  /** With `alias/` in front. */
  readonly alias: string;
}

/** A new symmetric KMS key with an alias. */
export async function makeKmsKey(url = motoUrl(), region = 'us-east-1'): Promise<KmsKey> {
  const { KeyMetadata } = (await callJson(url, 'kms', 'TrentService.CreateKey', {}, region)) as {
    KeyMetadata: { KeyId: string; Arn: string };
  };
  const alias = `alias/${randomName('key')}`;
  const { KeyId: keyId, Arn: arn } = KeyMetadata;
  await callJson(url, 'kms', 'TrentService.CreateAlias', { AliasName: alias, TargetKeyId: keyId }, region);
  return { keyId, arn, alias };
}
