import { randomBytes } from 'node:crypto';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { canary } from '../../canary.js';
import { callJson } from '../../emulators/aws-call.js';
import { makeKmsKey, makeTable, motoUrl } from '../../emulators/servers.js';
import { LAZY, newUser } from '../../support/lazy.js';
import { run, type RunResult } from '../../support/run.js';
import { CLOUDCHAIN_DIFFERENCES } from './differences-cloudchain.js';
import { expectAsFrozen, expectInGuide, frozenSteps } from './frozen.js';

const STEPS = frozenSteps<never>('cloudchain');
/** The step whose configuration file isn't there. */
const NO_FILE = 13;

const { home, work, env: surroundings } = newUser();
const table = await makeSafe();
const { alias } = await makeKmsKey();
writeFileSync(
  join(home, '.cchainrc'),
  `[dynamo]\nregion_name = us-east-1\nendpoint_url = ${motoUrl()}\ntablename = ${table}\n[IAMKMS]\nkeyalias = ${alias}\n`,
);
// The region is the file's, whatever a variable says; the endpoint of KMS no file can name.
const env = { ...surroundings, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL_KMS: motoUrl() };

const link = join(home, 'bin/cchain');
symlinkSync(LAZY, link);
const WAYS = [[link], [process.execPath, LAZY, 'cchain']];
const cchain = (
  args: readonly string[],
  own: Readonly<Record<string, string>> = {},
  way = 0,
): Promise<RunResult> =>
  run([...(WAYS[way % 2] ?? []), ...args], { env: { ...env, ...own }, cwd: work, stdoutIsData: true });
const lazy = (args: readonly string[], input?: string): Promise<RunResult> =>
  run([process.execPath, LAZY, ...args], {
    env: { ...env, LAZYCRED_STORE: undefined },
    cwd: work,
    input,
    stdoutIsData: true,
  });

/** A new table as cloudchain's README makes it. */
async function makeSafe(): Promise<string> {
  const TableName = `safedb-${randomBytes(6).toString('hex')}`;
  const keys = [
    { AttributeName: 'Service', KeyType: 'HASH' },
    { AttributeName: 'Username', KeyType: 'RANGE' },
  ];
  await callJson(motoUrl(), 'dynamodb', 'DynamoDB_20120810.CreateTable', {
    TableName,
    AttributeDefinitions: keys.map(({ AttributeName }) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: keys,
    BillingMode: 'PAY_PER_REQUEST',
  });
  return TableName;
}

test('the frozen command lines print and exit as the original, but for the differences', async () => {
  for (const [index, step] of STEPS.entries()) {
    const own: Record<string, string> = index === NO_FILE ? { CLOUDCHAIN_CONFIG: 'no-such-file' } : {};
    expectAsFrozen(index, step, await cchain(step.argv, own, index), CLOUDCHAIN_DIFFERENCES);
  }
  expectInGuide(CLOUDCHAIN_DIFFERENCES, STEPS);
}, 60_000);

test('our own commands find the rows by service/username, and cchain what they wrote', async () => {
  const value = canary();
  expect(await cchain(['--us=ann/a', '-ebilling/db', '--sav', value])).toMatchObject({
    code: 0,
    stdout: 'Secret saved!\n',
    stderr: expect.stringMatching(/^note: cloudchain's format binds no value .*\n$/u) as unknown,
  });
  const got = await lazy(['get', 'billing/db/ann%2Fa']);
  expect([got.stdout === value, got.stderr]).toEqual([true, '']);
  const other = canary();
  const put = await lazy(['put', 'billing/db/bob', '-'], other);
  expect([put.code, put.stderr]).toEqual([
    0,
    expect.stringContaining("note: cloudchain's format binds no value"),
  ]);
  expect((await cchain(['-re', 'billing/db', '-ubob'])).stdout === `${other}\n`).toBe(true);
  expect((await lazy(['list', 'billing/'])).stdout).toBe('billing/db/ann%2Fa\nbilling/db/bob\n');
  const gone = await lazy(['destroy', 'billing/db/bob', '--yes']);
  expect([gone.code, gone.stderr]).toEqual([0, `destroyed "billing/db/bob" in dynamodb://${table}\n`]);
  expect((await lazy(['list', 'billing/'])).stdout).toBe('billing/db/ann%2Fa\n');
  expect(JSON.parse((await lazy(['get', 'no-service'])).stderr)).toMatchObject({
    code: 'ERR_USAGE',
  });
  const { origins } = JSON.parse((await lazy(['config', '--json'])).stdout) as { origins: object };
  expect(origins).toMatchObject({ store: { source: 'file', where: join(home, '.cchainrc') } });

  // Moving on, as the guide has it.
  const endpoint = motoUrl();
  const settings = {
    store: `dynamodb://${await makeTable()}`,
    key: `kms:${alias}`,
    region: 'us-east-1',
    endpoint,
    stores: { safedb: { store: `dynamodb://${table}`, format: 'cloudchain' } },
  };
  writeFileSync(join(home, '.lazycredrc'), JSON.stringify(settings));
  const all = (await lazy(['--store', 'safedb', 'export', '--raw-names'])).stdout;
  expect((await lazy(['import', '-', '--format', 'json'], all)).code).toBe(0);
  const moved = await lazy(['get', 'billing/db/ann%2Fa', '-v', '1']);
  expect([moved.stdout === value, moved.stderr]).toEqual([true, '']);
});

test('help is on stdout; mistakes are 2, what fails later is 1, and neither shows the secret', async () => {
  const help = await cchain(['-h']);
  expect([help.code, help.stderr]).toEqual([0, '']);
  expect(help.stdout).toMatch(/^usage: cchain .*\(-s SECRET \| -r\)/u);
  const value = canary();
  for (const args of [
    ['--s', value],
    ['-r', value],
    ['-s', `-${value}`],
  ]) {
    const { code, stdout } = await cchain(args);
    expect([args.length, code, stdout]).toEqual([args.length, 2, '']);
  }
  const KMS = { AWS_ENDPOINT_URL_KMS: 'http://127.0.0.1:9' };
  const failed = await cchain(['-u', 'u1', '-e', 's1', '-s', value], KMS);
  expect([failed.code, failed.stdout]).toEqual([1, '']);
  expect(JSON.parse(failed.stderr)).toMatchObject({ code: 'ERR_UNAVAILABLE' });
});
