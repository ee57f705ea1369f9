import {
  CreateBucketCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { setUpBucket, type BucketSetup } from '../../src/setup/bucket.js';
import type { SetupStep } from '../../src/setup/steps.js';
import { enforceIam, makeUser, startMoto } from '../emulators/servers.js';
import { caught } from '../support/caught.js';
import { killedAtEach, killedClient } from '../support/killed-client.js';
import { s3Client } from '../support/s3-client.js';

let moto: Awaited<ReturnType<typeof startMoto>>;
let client: S3Client;

beforeAll(async () => {
  moto = await startMoto({ iam: true });
  client = s3Client(moto.url, { maxAttempts: 1, region: 'eu-west-1' });
});
afterAll(async () => {
  client.destroy();
  await moto.stop();
});
beforeEach(() => moto.faults.clear());

function newName(): string {
  return `setup-${randomBytes(6).toString('hex')}`;
}

function options(bucket: string, o: Partial<BucketSetup> = {}): BucketSetup {
  return {
    client,
    bucket,
    region: 'eu-west-1',
    isAws: () => false,
    isTls: () => true,
    dryRun: false,
    tags: { team: 'a' },
    ...o,
  };
}

/** A client to which CreateBucket is as on AWS: the tags come with the bucket. */
function taggingAtCreation(): BucketSetup['client'] {
  const send = async (command: Parameters<S3Client['send']>[0], o?: object): Promise<unknown> => {
    const { input } = command as {
      input: { Bucket: string; CreateBucketConfiguration?: { Tags?: { Key: string; Value: string }[] } };
    };
    const { Tags, ...rest } = input.CreateBucketConfiguration ?? {};
    if (Tags === undefined) return client.send(command, o);
    input.CreateBucketConfiguration = rest;
    const answer = await client.send(command, o);
    await client.send(new PutBucketTaggingCommand({ Bucket: input.Bucket, Tagging: { TagSet: Tags } }));
    return answer;
  };
  return { send: send as S3Client['send'] };
}

async function stateOf(bucket: string): Promise<unknown> {
  const at = { Bucket: bucket };
  const policy = await client.send(new GetBucketPolicyCommand(at));
  return {
    tags: (await client.send(new GetBucketTaggingCommand(at))).TagSet,
    versioning: (await client.send(new GetBucketVersioningCommand(at))).Status,
    block: (await client.send(new GetPublicAccessBlockCommand(at))).PublicAccessBlockConfiguration,
    ownership: (await client.send(new GetBucketOwnershipControlsCommand(at))).OwnershipControls,
    policy: JSON.parse((policy.Policy ?? '').replaceAll(bucket, 'BUCKET')) as unknown,
  };
}

const COMPLETE = {
  tags: [
    { Key: 'team', Value: 'a' },
    { Key: 'lazycred:setup', Value: 'done' },
  ],
  versioning: 'Enabled',
  block: {
    BlockPublicAcls: true,
    IgnorePublicAcls: true,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: true,
  },
  ownership: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
  policy: {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'DenyPlainHttp',
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: ['arn:aws:s3:::BUCKET', 'arn:aws:s3:::BUCKET/*'],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  },
};

async function writes(): Promise<string[]> {
  return (await moto.faults.calls()).filter((c) => c.method !== 'GET').map((c) => `${c.method} ?${c.query}`);
}

const actions = (steps: readonly SetupStep[]): string[] => steps.map((s) => `${s.action} ${s.what}`);

describe('a bucket that is missing', () => {
  test('is made private, owner-enforced, versioned, TLS-only and tagged; a second time nothing is', async () => {
    const bucket = newName();
    const steps = await setUpBucket(options(bucket));
    expect(steps).toEqual([
      {
        what: `bucket ${bucket}`,
        action: 'make',
        detail: 'private, versioned, TLS only, in eu-west-1',
        cost: expect.stringContaining('0.023 USD per GB'),
      },
    ]);
    expect(await stateOf(bucket)).toEqual(COMPLETE);
    await moto.faults.clear();
    expect(await setUpBucket(options(bucket))).toEqual([
      { what: `bucket ${bucket}`, action: 'none', detail: 'exists: versioned, private, TLS only', cost: '' },
    ]);
    expect(await writes()).toEqual([]);
  });

  test('in us-east-1 is made without a location constraint', async () => {
    const bucket = newName();
    const here = s3Client(moto.url, { maxAttempts: 1 });
    await setUpBucket(options(bucket, { client: here, region: 'us-east-1' }));
    here.destroy();
    expect(await stateOf(bucket)).toEqual(COMPLETE);
  });

  test('is not made by a dry run, which writes nothing', async () => {
    const bucket = newName();
    const steps = await setUpBucket(options(bucket, { dryRun: true }));
    expect(actions(steps)).toEqual([`make bucket ${bucket}`]);
    expect(await writes()).toEqual([]);
    expect(await setUpBucket(options(bucket, { dryRun: true }))).toEqual(steps);
  });

  test('gets no TLS-only policy on a plain HTTP endpoint, which it would lock out', async () => {
    const bucket = newName();
    const [step] = await setUpBucket(options(bucket, { isTls: () => false }));
    expect(step?.detail).toContain('plain HTTP allowed');
    await expect(client.send(new GetBucketPolicyCommand({ Bucket: bucket }))).rejects.toMatchObject({
      name: 'NoSuchBucketPolicy',
    });
    expect(actions(await setUpBucket(options(bucket, { isTls: () => false })))).toEqual([
      `none bucket ${bucket}`,
    ]);
  });
});

describe.each([
  ['that marks at creation, as AWS', true],
  ['that can only mark after', false],
])('on a service %s', (_, atCreation) => {
  const of = (bucket: string): BucketSetup =>
    options(bucket, {
      isAws: () => atCreation,
      client: atCreation ? taggingAtCreation() : client,
    });

  test('killed after each request in turn and run again, it ends the same', async () => {
    let bucket = '';
    const kills = await killedAtEach(
      (at) => {
        bucket = newName();
        const { client: inner, ...rest } = of(bucket);
        return setUpBucket({ ...rest, client: killedClient(inner, at) });
      },
      async () => {
        await setUpBucket(of(bucket));
        expect(await stateOf(bucket)).toEqual(COMPLETE);
        await moto.faults.clear();
        expect(actions(await setUpBucket(of(bucket)))).toEqual([`none bucket ${bucket}`]);
        expect(await writes()).toEqual([]);
      },
    );
    expect(kills).toBeGreaterThan(10);
  });

  test('two at once, and six, end with the same bucket', async () => {
    for (const n of [2, 6]) {
      const bucket = newName();
      const all = await Promise.all(Array.from({ length: n }, () => setUpBucket(of(bucket))));
      expect(all).toHaveLength(n);
      expect(await stateOf(bucket)).toEqual(COMPLETE);
    }
  });

  test('a bucket that somebody uses is never changed, and what it lacks is told with the command', async () => {
    const bucket = newName();
    await setUpBucket(options(bucket));
    const policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Deny', Principal: '*', Action: 's3:DeleteBucket', Resource: `arn:aws:s3:::${bucket}` },
      ],
    });
    await client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: policy }));
    await client.send(
      new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Suspended' } }),
    );
    await moto.faults.clear();
    const steps = await setUpBucket(of(bucket));
    expect(actions(steps)).toEqual([
      `none bucket ${bucket}`,
      `none versioning of bucket ${bucket}`,
      `none TLS-only policy of bucket ${bucket}`,
    ]);
    expect(steps[1]?.detail).toBe(
      `off; on with: aws s3api put-bucket-versioning --bucket ${bucket} --versioning-configuration Status=Enabled`,
    );
    expect(steps[2]?.detail).toContain('add this statement to it: {"Sid":"DenyPlainHttp"');
    expect(await writes()).toEqual([]);
  });

  test('a bucket with an object in it, and nothing set, is somebody’s', async () => {
    const bucket = newName();
    await client.send(
      new CreateBucketCommand({
        Bucket: bucket,
        CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
      }),
    );
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'k', Body: 'v' }));
    await moto.faults.clear();
    const steps = await setUpBucket(of(bucket));
    expect(steps.every((s) => s.action === 'none' && s.cost === '')).toBe(true);
    expect(actions(steps)).toContain(`none public access block of bucket ${bucket}`);
    expect(await writes()).toEqual([]);
  });
});

test('on AWS, a bare bucket without our mark is somebody’s too', async () => {
  const bucket = newName();
  await client.send(
    new CreateBucketCommand({
      Bucket: bucket,
      CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
    }),
  );
  await moto.faults.clear();
  expect((await setUpBucket(options(bucket, { isAws: () => true }))).every((s) => s.action === 'none')).toBe(
    true,
  );
  expect(await writes()).toEqual([]);
});

describe('failures', () => {
  test('the name is another account’s: ERR_CONFLICT', async () => {
    await moto.faults.inject({ method: 'PUT', status: 409, code: 'BucketAlreadyExists' });
    const e = await caught(setUpBucket(options(newName())), 'ERR_CONFLICT');
    expect(e.message).toMatch(/^the bucket name "setup-[0-9a-f]+" is taken by another account$/u);
  });

  test.each([
    ['GET', 'tagging', 's3:GetBucketTagging'],
    ['GET', 'versioning', 's3:GetBucketVersioning'],
    ['GET', 'publicAccessBlock', 's3:GetBucketPublicAccessBlock'],
    ['GET', 'ownershipControls', 's3:GetBucketOwnershipControls'],
    ['GET', 'policy', 's3:GetBucketPolicy'],
    ['PUT', '^x-id=CreateBucket$|^$', 's3:CreateBucket'],
    ['PUT', 'tagging', 's3:PutBucketTagging'],
    ['PUT', 'publicAccessBlock', 's3:PutBucketPublicAccessBlock'],
    ['PUT', 'versioning', 's3:PutBucketVersioning'],
    ['PUT', 'policy', 's3:PutBucketPolicy'],
  ])('%s %s denied: ERR_ACCESS names %s', async (method, query, permission) => {
    const bucket = newName();
    await moto.faults.inject({ method, query, times: 1000, status: 403, code: 'AccessDenied' });
    const e = await caught(setUpBucket(options(bucket)), 'ERR_ACCESS');
    expect(e.message).toBe(`not allowed to ${permission} on bucket ${bucket}`);
    expect(e.hint).toContain(permission);
  });

  test('a user who may look but not create is told so', async () => {
    const statement = { Effect: 'Allow', Action: ['s3:Get*', 's3:List*'], Resource: '*' };
    const credentials = await makeUser(moto.url, [statement]);
    const reader = s3Client(moto.url, { maxAttempts: 1, region: 'eu-west-1', credentials });
    const bucket = newName();
    await enforceIam(moto.url, true);
    try {
      const e = await caught(setUpBucket(options(bucket, { client: reader })), 'ERR_ACCESS');
      expect(e.message).toBe(`not allowed to s3:CreateBucket on bucket ${bucket}`);
      expect(e.hint).toContain('s3:TagResource');
    } finally {
      await enforceIam(moto.url, false);
      reader.destroy();
    }
  });

  test('an aborted signal gives its reason, also while it waits', async () => {
    const reason = new Error('enough');
    await expect(setUpBucket(options(newName(), { signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
    const controller = new AbortController();
    await moto.faults.inject({ method: 'PUT', times: 1000, status: 409, code: 'OperationAborted' });
    const run = setUpBucket(options(newName(), { signal: controller.signal }));
    setTimeout(() => controller.abort(reason), 300);
    await expect(run).rejects.toBe(reason);
  });

  test('a service without public access blocks and ownership controls gets what it has', async () => {
    const bucket = newName();
    const lacking = {
      query: 'publicAccessBlock|ownershipControls',
      times: 1000,
      status: 501,
      code: 'NotImplemented',
    };
    await moto.faults.inject(lacking);
    await setUpBucket(options(bucket));
    expect(actions(await setUpBucket(options(bucket)))).toEqual([`none bucket ${bucket}`]);
  });

  test.each([
    ['tagging', 'NotImplemented', 501],
    ['tagging', 'MethodNotAllowed', 405],
    ['tagging|versioning|policy', 'NotImplemented', 501],
  ])(
    'a server without %s (%s) is set up all the same, and the second time too',
    async (query, code, status) => {
      const bucket = newName();
      await moto.faults.inject({ query, times: 1000, status, code });
      const [first] = await setUpBucket(options(bucket));
      expect(first).toMatchObject({
        action: 'make',
        detail: expect.stringContaining('does not offer s3:PutBucketTagging') as unknown,
      });
      expect((await setUpBucket(options(bucket)))[0]?.what).toBe(`bucket ${bucket}`);
    },
  );

  test.each(['BucketAlreadyExists', 'BucketAlreadyOwnedByYou'])(
    'a server that takes a setting of a bucket for its creation (%s) is set up all the same',
    async (code) => {
      const bucket = newName();
      const query = 'tagging|publicAccessBlock|ownershipControls|versioning|policy';
      await moto.faults.inject({ method: 'PUT', query, times: 1000, status: 409, code });
      const [made] = await setUpBucket(options(bucket));
      expect(made).toMatchObject({
        action: 'make',
        detail: expect.stringContaining(
          'does not offer s3:PutBucketTagging, s3:PutBucketPublicAccessBlock',
        ) as unknown,
      });
    },
  );

  test('a server that answers 200 and keeps no versions is not said to be versioned', async () => {
    const bucket = newName();
    await moto.faults.inject({ method: 'PUT', query: 'versioning', times: 1000, status: 200 });
    const [made] = await setUpBucket(options(bucket));
    expect(made?.detail).toContain('does not offer s3:PutBucketVersioning');
  });
});
