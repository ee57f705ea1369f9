import { createCipheriv, createHmac } from 'node:crypto';
import { callJson } from '../../../emulators/aws-call.js';
import { makeKmsKey, motoUrl } from '../../../emulators/servers.js';

/** A region of these tests' own, in which KMS keys have the names that CredStash gives them. */
export const CREDSTASH_REGION = 'eu-north-1';

/** Makes the keys `alias/credstash` and `alias/other`, unless another test file has. */
export async function makeCredstashKeys(): Promise<void> {
  for (const AliasName of ['alias/credstash', 'alias/other']) {
    const { keyId: TargetKeyId } = await makeKmsKey(motoUrl(), CREDSTASH_REGION);
    const made = call('kms', 'TrentService.CreateAlias', { AliasName, TargetKeyId });
    await made.catch((e: unknown) => {
      if (!String(e).includes('AlreadyExists')) throw e;
    });
  }
}

/** Where a row lies. */
export interface Place {
  readonly name: string;
  readonly version: string;
}

/** Moves a row, as anybody can who may write to the table: nothing in it says where it belongs. */
export async function moveRow(table: string, from: Place, to: Place): Promise<void> {
  const keyOf = ({ name, version }: Place) => ({ name: { S: name }, version: { S: version } });
  const { Item } = (await call('dynamodb', 'DynamoDB_20120810.GetItem', {
    TableName: table,
    Key: keyOf(from),
  })) as { Item: object };
  await call('dynamodb', 'DynamoDB_20120810.PutItem', { TableName: table, Item: { ...Item, ...keyOf(to) } });
  await call('dynamodb', 'DynamoDB_20120810.DeleteItem', { TableName: table, Key: keyOf(from) });
}

/** Puts bytes as a release on Python 2 did, by another hand than ours. */
export async function putBytes(table: string, place: Place, value: Uint8Array): Promise<void> {
  const request = { KeyId: 'alias/credstash', NumberOfBytes: 64 };
  const { CiphertextBlob, Plaintext } = (await call('kms', 'TrentService.GenerateDataKey', request)) as {
    CiphertextBlob: string;
    Plaintext: string;
  };
  const key = Buffer.from(Plaintext, 'base64');
  const counter = Buffer.alloc(16);
  counter[15] = 1;
  const contents = createCipheriv('aes-256-ctr', key.subarray(0, 32), counter).update(value);
  const hmac = createHmac('sha256', key.subarray(32)).update(contents).digest('hex');
  const row = { ...place, key: CiphertextBlob, contents: contents.toString('base64'), hmac };
  const Item = Object.fromEntries(Object.entries(row).map(([field, S]) => [field, { S }]));
  await call('dynamodb', 'DynamoDB_20120810.PutItem', { TableName: table, Item });
}

/** Where every row lies, in order. */
export async function versionsIn(table: string): Promise<readonly Place[]> {
  const { Items } = (await call('dynamodb', 'DynamoDB_20120810.Scan', { TableName: table })) as {
    Items: readonly { name: { S: string }; version: { S: string } }[];
  };
  const keyOf = ({ name, version }: Place): string => `${name}\0${version}`;
  return Items.map(({ name, version }) => ({ name: name.S, version: version.S })).toSorted((a, b) =>
    Buffer.compare(Buffer.from(keyOf(a)), Buffer.from(keyOf(b))),
  );
}

function call(service: 'dynamodb' | 'kms', target: string, body: object): Promise<unknown> {
  return callJson(motoUrl(), service, target, body, CREDSTASH_REGION);
}
