import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from '@jest/globals';
import { canary } from '../../canary.js';
import { makeBucket, makeKmsKey, motoUrl } from '../../emulators/servers.js';
import { LAZY, newUser } from '../../support/lazy.js';
import { run, type RunResult } from '../../support/run.js';
import { s3Client } from '../../support/s3-client.js';
import { silentServer } from '../../support/silent-server.js';
import { LAZYCRED_DIFFERENCES } from './differences-lazycred.js';
import { expectAsFrozen, expectInGuide, frozenSteps, type FrozenStep } from './frozen.js';

/** A look into the bucket, between two command lines. */
interface ObjectCheck {
  readonly key?: string;
  readonly objectAfter?: { readonly key: string; readonly bodyHasNullKey: true };
}

const STEPS = frozenSteps<ObjectCheck>('lazycred');
const BUCKET = 'vec-secrets';
const isCheck = (step: FrozenStep | ObjectCheck): step is ObjectCheck => !('argv' in step);

const { home, work, env: surroundings } = newUser();
const bucket = await makeBucket();
const { alias } = await makeKmsKey();
const key_alias = alias.replace('alias/', '');
const env = {
  ...surroundings,
  LAZYCRED_S3_PATH: `${bucket}/credentials/`,
  LAZYCRED_KEY_ALIAS: key_alias,
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_ENDPOINT_URL_S3: motoUrl(),
  AWS_ENDPOINT_URL_KMS: motoUrl(),
};

// As npm installs it: a link to the loader that bears the name. And as a word of lazy's.
const link = join(home, 'bin/lazycred');
symlinkSync(join(LAZY, '../lazycred.cjs'), link);
const WAYS = [[link], [process.execPath, LAZY, 'lazycred']];
const lazycred = (
  args: readonly string[],
  o: {
    readonly input?: string | undefined;
    readonly env?: Readonly<Record<string, string>>;
    readonly way?: number;
  } = {},
): Promise<RunResult> =>
  run([...(WAYS[(o.way ?? 0) % 2] ?? []), ...args], {
    input: o.input,
    env: { ...env, ...o.env },
    cwd: join(work, 'a/b'),
    stdoutIsData: true,
  });

// What the transcript's notes say stood two folders up.
const CONFIGS: Readonly<Record<number, string>> = {
  21: JSON.stringify({ s3_path: `${bucket}/fromfile/`, key_alias, region: 'us-east-1' }),
  23: `{\n "region": "us-east-1",\n "s3_path": "${bucket}/fromfile/",\n "key_alias": "${key_alias}",\n}\n`,
  24: JSON.stringify({ s3_path: `${bucket}/fromfile/`, region: 'us-east-1' }),
};

async function keys(): Promise<string[]> {
  const client = s3Client(motoUrl());
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
  client.destroy();
  return Contents.map((o) => o.Key ?? '');
}

test('the frozen command lines print and exit as the original, but for the differences', async () => {
  mkdirSync(join(work, 'a/b'), { recursive: true });
  for (const [index, step] of STEPS.entries()) {
    if (isCheck(step)) {
      if (step.key !== undefined) expect(await keys()).toContain(step.key);
      // The original has lost a value here.
      else expect(await keys()).not.toContain(step.objectAfter?.key);
      continue;
    }
    const { argv, stdin, files = {}, env: own = {} } = step;
    for (const [name, text] of Object.entries(files)) writeFileSync(join(work, 'a/b', name), text);
    if (CONFIGS[index] !== undefined) writeFileSync(join(work, '.lazycred'), CONFIGS[index]);
    const entries = Object.entries(own).map(([k, v]) => [k, v.replace(BUCKET, bucket)]);
    const o = { input: stdin, env: Object.fromEntries(entries) as Record<string, string>, way: index };
    expectAsFrozen(index, step, await lazycred(argv, o), LAZYCRED_DIFFERENCES);
  }
  expectInGuide(LAZYCRED_DIFFERENCES, STEPS);
}, 60_000);

test('what fails is told on stderr by its cause, shows no value, and leaves what was there', async () => {
  writeFileSync(join(work, '.lazycred'), CONFIGS[21] ?? '');
  const value = canary();
  expect((await lazycred(['put', 'kept'], { input: value })).code).toBe(0);
  const endpoint = { AWS_ENDPOINT_URL_KMS: 'http://127.0.0.1:9' };
  const failed = await lazycred(['put', 'kept'], { input: `${value}, changed`, env: endpoint });
  expect(JSON.parse(failed.stderr)).toMatchObject({ code: 'ERR_UNAVAILABLE' });
  expect([failed.code, failed.stdout]).toEqual([1, '']);
  // Words beyond those that it knows are passed over, as the original does.
  const { stdout, stderr } = await lazycred(['get', 'kept', 'surplus']);
  expect([stdout === `${value}\n`, stderr]).toEqual([true, '']);
  // boto3's variable counts: whose secrets are meant is not for the other credentials to say.
  const nobody = await lazycred(['get', 'kept'], { env: { AWS_DEFAULT_PROFILE: 'nobody' } });
  expect(JSON.parse(nobody.stderr)).toMatchObject({ code: 'ERR_CONFIG' });
  expect([nobody.code, nobody.stdout]).toEqual([1, '']);

  const client = s3Client(motoUrl());
  const object = { Bucket: bucket, Key: 'fromfile/kept' };
  const { Body } = await client.send(new GetObjectCommand(object));
  const body = JSON.parse((await Body?.transformToString()) ?? '') as Record<string, string>;
  expect(Object.keys(body).sort()).toEqual(['data', 'key']);
  await client.send(new PutObjectCommand({ ...object, Body: JSON.stringify({ ...body, key: null }) }));
  client.destroy();
  const lost = await lazycred(['get', 'kept']);
  expect([lost.code, lost.stdout]).toEqual([1, '']);
  expect(JSON.parse(lost.stderr)).toMatchObject({ code: 'ERR_INTEGRITY', name: 'kept' });

  const bytes = Buffer.from([0x00, 0xff, 0x0a, 0x80]);
  writeFileSync(join(work, 'a/b/bytes'), bytes);
  expect((await lazycred(['put', 'bytes', './bytes'])).code).toBe(0);
  expect((await lazycred(['get', 'bytes'])).stdoutBytes).toEqual(Buffer.concat([bytes, Buffer.from('\n')]));
  expect(readFileSync(join(work, 'a/b/bytes'))).toEqual(bytes);
});

test('help is on stdout, and is the usage that a mistake shows, too', async () => {
  const help = await lazycred(['--help']);
  const usage = STEPS.find((s): s is FrozenStep => !isCheck(s) && s.argv.length === 0)?.stdout;
  expect([help.code, help.stdout, help.stderr]).toEqual([0, usage, '']);
});

test('a time limit in .lazycred counts, and is what the hint of a server that is silent names', async () => {
  const silent = await silentServer();
  const own = newUser();
  const settings = { s3_path: `${bucket}/credentials/`, key_alias, region: 'us-east-1', timeout: '700ms' };
  writeFileSync(join(own.work, '.lazycred'), JSON.stringify(settings));
  const { code, stderr } = await run([process.execPath, LAZY, 'lazycred', 'get', 'db'], {
    env: { ...own.env, AWS_ENDPOINT_URL_S3: silent.url },
    cwd: own.work,
  });
  silent.close();
  expect(code).toBe(1);
  expect(JSON.parse(stderr)).toMatchObject({
    msg: expect.stringContaining('no answer within 0.7 s') as unknown,
    hint: 'try again, or allow more time: timeout in .lazycred, beside s3_path',
  });
});
