import {
  CreateAliasCommand,
  CreateKeyCommand,
  DeleteAliasCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  GetKeyRotationStatusCommand,
  KMSClient,
  ListKeysCommand,
  ListResourceTagsCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { setUpKmsKey, type KmsKeySetup } from '../../src/setup/kms-key.js';
import type { SetupStep } from '../../src/setup/steps.js';
import { enforceIam, makeKmsKey, makeUser, startMoto } from '../emulators/servers.js';
import { caught } from '../support/caught.js';
import { killedAtEach, killedClient } from '../support/killed-client.js';

let moto: Awaited<ReturnType<typeof startMoto>>;
let client: KMSClient;

beforeAll(async () => {
  moto = await startMoto({ iam: true });
  client = new KMSClient({ endpoint: moto.url, region: 'us-east-1', maxAttempts: 1 });
});
afterAll(async () => {
  client.destroy();
  await moto.stop();
});
beforeEach(() => moto.faults.clear());

function newAlias(): string {
  return `alias/setup-${randomBytes(6).toString('hex')}`;
}

function options(key: string, o: Partial<KmsKeySetup> = {}): KmsKeySetup {
  return { client, once: client, key, region: 'us-east-1', dryRun: false, tags: { team: 'a' }, ...o };
}

async function stateOf(KeyId: string): Promise<unknown> {
  const { KeyMetadata: key } = await client.send(new DescribeKeyCommand({ KeyId }));
  const id = { KeyId: key?.KeyId };
  const { Tags } = await client.send(new ListResourceTagsCommand(id));
  return {
    description: key?.Description,
    spec: key?.KeySpec,
    state: key?.KeyState,
    rotation: (await client.send(new GetKeyRotationStatusCommand(id))).KeyRotationEnabled,
    tags: Object.fromEntries((Tags ?? []).map(({ TagKey, TagValue }) => [TagKey, TagValue])),
  };
}

const complete = (alias: string): unknown => ({
  description: 'Wraps the data keys of lazycred',
  spec: 'SYMMETRIC_DEFAULT',
  state: 'Enabled',
  rotation: true,
  tags: { team: 'a', 'lazycred:alias': alias },
});

/** The states of the keys that were made for an alias. */
async function keysFor(alias: string): Promise<string[]> {
  const { Keys = [] } = await client.send(new ListKeysCommand({ Limit: 1000 }));
  const states: string[] = [];
  for (const { KeyId } of Keys) {
    const { Tags = [] } = await client.send(new ListResourceTagsCommand({ KeyId }));
    if (!Tags.some(({ TagValue }) => TagValue === alias)) continue;
    const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId }));
    states.push(KeyMetadata?.KeyState ?? '');
  }
  return states.toSorted();
}

const READS = /\.(?:Describe|List|Get)/u;

async function writes(): Promise<string[]> {
  return (await moto.faults.calls()).map((c) => c.target ?? '').filter((target) => !READS.test(target));
}

const actions = (steps: readonly SetupStep[]): string[] => steps.map((s) => `${s.action} ${s.what}`);

describe('an alias without a key', () => {
  test('gets a new one, rotated yearly; a second time nothing is made', async () => {
    const alias = newAlias();
    expect(await setUpKmsKey(options(alias))).toEqual([
      {
        what: `key kms:${alias}`,
        action: 'make',
        detail: 'symmetric, rotated yearly, in us-east-1',
        cost: expect.stringContaining('about 1 USD a month'),
      },
    ]);
    expect(await stateOf(alias)).toEqual(complete(alias));
    await moto.faults.clear();
    expect(await setUpKmsKey(options(alias))).toEqual([
      {
        what: `key kms:${alias}`,
        action: 'none',
        detail: expect.stringMatching(/^exists, enabled, rotated: arn:aws:kms:us-east-1:/u),
        cost: '',
      },
    ]);
    expect(await writes()).toEqual([]);
  });

  test('in a dry run gets nothing', async () => {
    const alias = newAlias();
    expect(actions(await setUpKmsKey(options(alias, { dryRun: true })))).toEqual([`make key kms:${alias}`]);
    expect(await writes()).toEqual([]);
  });

  test('killed after each request in turn and run again: one key, complete', async () => {
    let alias = '';
    const kills = await killedAtEach(
      (at) => {
        alias = newAlias();
        const killed = killedClient(client, at);
        return setUpKmsKey(options(alias, { client: killed, once: killed }));
      },
      async () => {
        await setUpKmsKey(options(alias));
        expect(await stateOf(alias)).toEqual(complete(alias));
        expect(await keysFor(alias)).toEqual(['Enabled']);
        await moto.faults.clear();
        expect(actions(await setUpKmsKey(options(alias)))).toEqual([`none key kms:${alias}`]);
        expect(await writes()).toEqual([]);
      },
    );
    expect(kills).toBeGreaterThan(5);
  });

  test('set up by several at once ends with one key; the others are scheduled for deletion', async () => {
    const alias = newAlias();
    await Promise.all(Array.from({ length: 4 }, () => setUpKmsKey(options(alias))));
    expect(await stateOf(alias)).toEqual(complete(alias));
    const states = await keysFor(alias);
    expect(states.filter((state) => state === 'Enabled')).toHaveLength(1);
    expect(states.filter((state) => state !== 'Enabled' && state !== 'PendingDeletion')).toEqual([]);
  });

  test('takes the key that was left for it, not one that is waiting to be deleted', async () => {
    const alias = newAlias();
    await setUpKmsKey(options(alias));
    const { KeyMetadata: old } = await client.send(new DescribeKeyCommand({ KeyId: alias }));
    await client.send(new DeleteAliasCommand({ AliasName: alias }));
    const [step] = await setUpKmsKey(options(alias, { dryRun: true }));
    expect(step).toMatchObject({ action: 'change', detail: expect.stringContaining(old?.KeyId ?? 'none') });
    await client.send(new ScheduleKeyDeletionCommand({ KeyId: old?.KeyId, PendingWindowInDays: 7 }));
    expect(actions(await setUpKmsKey(options(alias)))).toEqual([`make key kms:${alias}`]);
    const { KeyMetadata: fresh } = await client.send(new DescribeKeyCommand({ KeyId: alias }));
    expect(fresh?.KeyId).not.toBe(old?.KeyId);
  });

  test('of AWS’s own is ERR_CONFIG, before a key is made', async () => {
    const e = await caught(setUpKmsKey(options('alias/aws/lazycred')), 'ERR_CONFIG');
    expect(e.message).toBe("the alias alias/aws/lazycred is reserved for AWS's own keys");
    expect(await writes()).toEqual([]);
  });

  test('finds a key that is on a later page', async () => {
    const alias = newAlias();
    await client.send(new CreateKeyCommand({ Tags: [{ TagKey: 'lazycred:alias', TagValue: alias }] }));
    const paging: KmsKeySetup['client'] = {
      send: ((command: { input: object }, o?: object) => {
        const small =
          command instanceof ListKeysCommand
            ? new ListKeysCommand({ ...command.input, Limit: 2 })
            : (command as ListKeysCommand);
        return client.send(small, o);
      }) as KMSClient['send'],
    };
    expect(actions(await setUpKmsKey(options(alias, { client: paging })))).toEqual([
      `change key kms:${alias}`,
    ]);
    expect(await keysFor(alias)).toEqual(['Enabled']);
  });
});

describe('a key that exists', () => {
  test('is checked by id, ARN or alias, and never changed', async () => {
    const key = await makeKmsKey(moto.url);
    await moto.faults.clear();
    for (const spec of [key.keyId, key.arn]) {
      expect(actions(await setUpKmsKey(options(spec)))).toEqual([`none key kms:${spec}`]);
    }
    const steps = await setUpKmsKey(options(key.alias));
    expect(actions(steps)).toEqual([`none key kms:${key.alias}`, `none rotation of key kms:${key.alias}`]);
    expect(steps[1]?.detail).toBe(
      `off; on with: aws kms enable-key-rotation --key-id ${key.keyId} --region us-east-1`,
    );
    expect(await writes()).toEqual([]);
  });

  test('and is disabled, or waiting to be deleted, is ERR_ACCESS', async () => {
    const { keyId, alias } = await makeKmsKey(moto.url);
    await client.send(new DisableKeyCommand({ KeyId: keyId }));
    const disabled = await caught(setUpKmsKey(options(alias)), 'ERR_ACCESS');
    expect(disabled.message).toBe(`the key kms:${alias} is disabled`);
    expect(disabled.hint).toBe(`enable it again: aws kms enable-key --key-id ${keyId} --region us-east-1`);
    await client.send(new ScheduleKeyDeletionCommand({ KeyId: keyId, PendingWindowInDays: 7 }));
    const deleted = await caught(setUpKmsKey(options(keyId)), 'ERR_ACCESS');
    expect(deleted.message).toBe(`the key kms:${keyId} is waiting to be deleted`);
  });

  test('and is not symmetric is ERR_ACCESS', async () => {
    const { KeyMetadata } = await client.send(
      new CreateKeyCommand({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' }),
    );
    const alias = newAlias();
    await client.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: KeyMetadata?.KeyId }));
    const e = await caught(setUpKmsKey(options(alias)), 'ERR_ACCESS');
    expect(e.message).toBe(`the key kms:${alias} is not a symmetric encryption key`);
  });

  test('is not made for an id or ARN that names none: ERR_CONFIG', async () => {
    for (const key of [
      '01234567-89ab-cdef-0123-456789abcdef',
      'arn:aws:kms:us-east-1:123456789012:alias/nothing-here',
    ]) {
      const e = await caught(setUpKmsKey(options(key)), 'ERR_CONFIG');
      expect(e.message).toBe(`the key kms:${key} does not exist in us-east-1`);
    }
    expect(await writes()).toEqual([]);
  });
});

test.each([
  'kms:DescribeKey',
  'kms:ListKeys',
  'kms:ListAliases',
  'kms:CreateKey',
  'kms:EnableKeyRotation',
  'kms:CreateAlias',
])('a permission that is missing is named: %s', async (missing) => {
  const statements = [
    { Effect: 'Allow', Action: 'kms:*', Resource: '*' },
    { Effect: 'Deny', Action: missing, Resource: '*' },
  ];
  const credentials = await makeUser(moto.url, statements);
  const user = new KMSClient({ endpoint: moto.url, region: 'us-east-1', maxAttempts: 1, credentials });
  const alias = newAlias();
  await enforceIam(moto.url, true);
  try {
    const e = await caught(setUpKmsKey(options(alias, { client: user, once: user })), 'ERR_ACCESS');
    expect(e.message).toBe(`not allowed to ${missing} on key kms:${alias}`);
  } finally {
    await enforceIam(moto.url, false);
    user.destroy();
  }
});
