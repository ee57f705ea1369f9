/** CredStash's command line beyond the frozen transcripts. */
import { beforeAll, expect, test } from '@jest/globals';
import { mkdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canary } from '../../canary.js';
import { callJson } from '../../emulators/aws-call.js';
import { makeKmsKey, makeTable, motoUrl } from '../../emulators/servers.js';
import { LAZY, newUser, type User } from '../../support/lazy.js';
import { run, type RunOptions, type RunResult } from '../../support/run.js';
import { runOnTerminal } from '../../support/terminal.js';
import { CREDSTASH_REGION, makeCredstashKeys, putBytes } from './credstash/table.js';

/** What a put says. */
const NOTE =
  "note: CredStash's format binds no value to its name or version: a row that is moved opens under others (docs/migrating.md)\n";

let table: string;
let user: User;
let link: string;
let env: Readonly<Record<string, string | undefined>>;

beforeAll(async () => {
  await makeCredstashKeys();
  table = await makeTable(motoUrl(), CREDSTASH_REGION);
  user = newUser();
  link = join(user.home, 'bin', 'credstash');
  symlinkSync(LAZY, link);
  env = {
    ...user.env,
    AWS_ENDPOINT_URL: motoUrl(),
    AWS_DEFAULT_REGION: CREDSTASH_REGION,
    CREDSTASH_DEFAULT_TABLE: table,
  };
});

/** Runs the command under the link. */
function credstash(args: readonly string[], o: RunOptions = {}): Promise<RunResult> {
  return run([process.execPath, link, ...args], { cwd: user.work, ...o, env: { ...env, ...o.env } });
}

const valueOf = async (name: string): Promise<string> =>
  (await credstash(['get', '-n', name], { stdoutIsData: true })).stdout;

test('under a link, with options behind the action, and values from everywhere', async () => {
  const value = canary();
  writeFileSync(join(user.home, 'value.txt'), value);
  const stored = { code: 0, stdout: 'from.file has been stored\n', stderr: NOTE };
  expect(await credstash(['put', 'from.file', '@~/value.txt', '-r', CREDSTASH_REGION])).toMatchObject(stored);
  expect(await credstash(['put', 'from.file', '-i', join(user.home, 'value.txt'), '-a'])).toMatchObject(
    stored,
  );
  expect(await valueOf('from.file')).toBe(value);
  // Without a terminal, the prompt takes a line of stdin.
  const input = `${value}-typed\nmore`;
  const setsid = ['setsid', '-w', process.execPath, link];
  const piped = await run([...setsid, 'put', 'prompted', '-P'], { cwd: user.work, env, input });
  expect(piped).toMatchObject({ code: 0, stdout: 'prompted has been stored\n' });
  expect(await valueOf('prompted')).toBe(`${value}-typed`);
  const versions = await credstash(['getall', '-v', '1', '-f', 'csv'], { stdoutIsData: true });
  expect(versions.stdout).toBe(`from.file,${value}\nprompted,${value}-typed\n\n`);
  // A line each, and nothing of Node's own about so many.
  const names = Array.from({ length: 12 }, (_, i) => `many.${i}`);
  const members = JSON.stringify(Object.fromEntries(names.map((name) => [name, value])));
  expect(await credstash(['putall', '-'], { input: members })).toMatchObject({
    code: 0,
    stdout: names.map((name) => `${name} has been stored\n`).join(''),
    stderr: NOTE,
  });
  // A file that can't be read is a mistake in the arguments, to argparse; so are bytes that are no text.
  writeFileSync(join(user.work, 'bytes'), Buffer.from([0xff]));
  // What isn't shown: a value that begins with @ ends here, too.
  for (const word of [`@${canary()}`, '@.', '@bytes']) {
    expect(await credstash(['put', 'x', word])).toMatchObject({ code: 2, stdout: '' });
  }
  expect(await credstash(['put', 'x', '-'], { input: Buffer.from([0xff]) })).toMatchObject({ code: 2 });
});

test('bytes of the releases on Python 2 are printed as they are, and refused where text is wanted', async () => {
  const bytes = Buffer.from([0xff, 0x00, 0x0a]);
  await putBytes(table, { name: 'bytes', version: '1' }, bytes);
  const { stdoutBytes, code } = await credstash(['get', 'bytes', '-n']);
  expect({ code, stdoutBytes }).toEqual({ code: 0, stdoutBytes: bytes });
  const { stderr, ...all } = await credstash(['get', 'byt*']);
  expect(all).toMatchObject({ code: 1, stdout: '' });
  expect(JSON.parse(stderr)).toMatchObject({ name: 'bytes', code: 'ERR_USAGE' });
  expect(await credstash(['delete', 'bytes'])).toMatchObject({
    code: 0,
    stdout: 'Deleting bytes -- version 1\n',
  });
});

test('a value as long as a row can hold, and one byte more', async () => {
  const long = 'y'.repeat(300_000);
  expect(await credstash(['put', 'long', '-'], { input: long })).toMatchObject({ code: 0 });
  expect(await valueOf('long')).toBe(long);
  expect(await credstash(['put', 'longer', '-'], { input: `${long}y` })).toMatchObject({
    code: 1,
    stdout: '',
  });
  expect(await credstash(['delete', 'long'])).toMatchObject({ code: 0 });
});

test('what a terminal would obey, and a quote in dotenv', async () => {
  const name = "esc\u001b[31m'";
  expect(await credstash(['put', name, "it's", '-c', 'a\nb'])).toMatchObject({ code: 0 });
  const version = '0000000000000000001';
  const line = ` -- version ${version} -- comment `;
  const { stdout } = await credstash(['list']);
  expect(stdout).toContain(`${name}`);
  expect(stdout).toContain(`${line}a\nb\n`);
  const shown = await runOnTerminal({ argv: [process.execPath, link, 'list'], cwd: user.work, env });
  expect(shown.code).toBe(0);
  expect(shown.screen).toContain("esc\\u001b[31m'");
  expect(shown.screen).toContain(`${line}a\\u000ab\n`);
  expect(await credstash(['get', 'esc*', '-f', 'dotenv'])).toMatchObject({
    code: 0,
    stdout: `${name.toUpperCase()}='it's'\n`,
    stderr: `note: a quote in "esc\\u001b[31m'" will be misread: lazy export --format dotenv escapes\n`,
  });
  expect(await credstash(['delete', name])).toMatchObject({
    code: 0,
    stdout: `Deleting ${name} -- version ${version}\n`,
  });
});

test('-P on a terminal, where nothing is shown and nothing is refused', async () => {
  const value = canary();
  const ask = (name: string, typed: string) =>
    runOnTerminal({
      argv: [process.execPath, link, 'put', name, '-P'],
      cwd: user.work,
      env,
      steps: [[`${name}: `, `${typed}\n`]],
    });
  const { code, screen, echo } = await ask('asked', value);
  expect({ code, screen, echo }).toEqual({
    code: 0,
    screen: `asked: \nasked has been stored\n${NOTE}`,
    echo: [false],
  });
  expect(await valueOf('asked')).toBe(value);
  expect((await ask('unasked', '')).code).toBe(1);
});

test('a role to assume, and failures in the end', async () => {
  const role = 'arn:aws:iam::123456789012:role/reader';
  expect(await credstash(['-n', role, 'keys'])).toMatchObject({ code: 0, stderr: '' });
  expect(await credstash(['-n', 'no-arn', 'keys'])).toMatchObject({ code: 1, stdout: '' });
  expect(await credstash(['-t', 'x', 'keys'])).toMatchObject({ code: 1, stdout: '' });
  expect(await credstash(['put', 'x', 'v', '-k', 'alias/'])).toMatchObject({ code: 1, stdout: '' });
  expect(
    await credstash(['putall', '{"2": "b", "1": "a", "2": "c", "\\ud800": "d", "0": []}']),
  ).toMatchObject({
    code: 1,
    stdout: '2 has been stored\n1 has been stored\n',
  });
  expect(await valueOf('2')).toBe('c');
});

test('hints can be followed on this command line', async () => {
  expect(await credstash(['put', 'hinted', 'v'])).toMatchObject({ code: 0 });
  const hints: readonly (readonly [readonly string[], string])[] = [
    [['get', 'nope'], 'credstash keys lists the names'],
    [['-t', 'none', 'keys'], 'credstash setup makes the table'],
    [['put', 'x', 'v', '-k', 'alias/none'], 'check -k, -r and --kms-region'],
    [['get', 'hinted', 'a=b'], 'KEY=VALUE words behind the name'],
    [['put', 'hinted', 'v'], '-a makes the one after the newest'],
  ];
  for (const [args, hint] of hints) {
    const { code, stderr } = await credstash(args);
    expect(code).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({ hint: expect.stringContaining(hint) as unknown });
  }
});

test('the region: of the option, of AWS_DEFAULT_REGION, of the profile, or us-east-1', async () => {
  const [there, here] = await Promise.all([
    makeTable(motoUrl(), CREDSTASH_REGION),
    makeTable(motoUrl(), 'us-east-1'),
  ]);
  const { keyId } = await makeKmsKey(motoUrl(), 'us-east-1');
  mkdirSync(join(user.home, '.aws'), { recursive: true });
  writeFileSync(
    join(user.home, '.aws', 'config'),
    `[profile ana]\nregion = ${CREDSTASH_REGION}\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = none\n`,
  );
  const reaches = async (args: readonly string[], of: Readonly<Record<string, string | undefined>>) =>
    (await credstash(args, { env: { AWS_DEFAULT_REGION: undefined, AWS_REGION: undefined, ...of } })).code;
  const list = (name: string): readonly string[] => ['-t', name, 'keys'];
  expect(await reaches(list(there), { AWS_DEFAULT_REGION: CREDSTASH_REGION })).toBe(0);
  expect(await reaches(['-p', 'ana', ...list(there)], {})).toBe(0);
  expect(await reaches(list(there), { AWS_DEFAULT_PROFILE: 'ana' })).toBe(0);
  // Of the keys in the environment beside it, the SDK would say something.
  const assumed = ['-n', 'arn:aws:iam::123456789012:role/reader', ...list(there)];
  expect(await credstash(assumed, { env: { AWS_DEFAULT_PROFILE: 'ana' } })).toMatchObject({
    code: 0,
    stderr: '',
  });
  expect(await reaches(['-r', 'us-east-1', ...list(there)], { AWS_DEFAULT_REGION: CREDSTASH_REGION })).toBe(
    1,
  );
  // botocore knows no AWS_REGION.
  expect(await reaches(list(here), { AWS_REGION: CREDSTASH_REGION })).toBe(0);
  expect(await reaches(list(there), { AWS_REGION: CREDSTASH_REGION })).toBe(1);
  expect(await reaches(['-t', here, 'put', 'x', 'v', '-k', keyId], {})).toBe(0);
});

test('setup makes the table, and ~/.credstash keeps the region of the key', async () => {
  const name = `${table}-made`;
  const saved = join(user.home, '.credstash');
  writeFileSync(saved, '{"other": 1}');
  const made = await credstash([
    '-t',
    name,
    '-r',
    'us-west-2',
    'setup',
    '--save-kms-region',
    CREDSTASH_REGION,
    '--tags',
    'team=web',
    'a=b',
  ]);
  expect(made).toMatchObject({
    code: 0,
    stdout: `KMS region set to ${CREDSTASH_REGION}
Creating table...
Waiting for table to be created...
Adding tags...
Table has been created. Go read the README about how to create your KMS key
`,
    stderr: `note: lazy setup -s dynamodb://${name} --key kms:alias/credstash --region us-west-2 --kms-region ${CREDSTASH_REGION} makes the key, too\n`,
  });
  expect(JSON.parse(readFileSync(saved, 'utf8'))).toEqual({ other: 1, 'kms-region': CREDSTASH_REGION });
  expect(statSync(saved).mode & 0o777).toBe(0o600);
  const call = (target: string, body: object): Promise<unknown> =>
    callJson(motoUrl(), 'dynamodb', `DynamoDB_20120810.${target}`, body, 'us-west-2');
  const { Table } = (await call('DescribeTable', { TableName: name })) as { Table: { TableArn: string } };
  expect(await call('ListTagsOfResource', { ResourceArn: Table.TableArn })).toMatchObject({
    Tags: expect.arrayContaining([
      { Key: 'Name', Value: 'credstash' },
      { Key: 'team', Value: 'web' },
      { Key: 'a', Value: 'b' },
    ]) as unknown,
  });
  // The key alias/credstash is only there: in us-west-2 there is none.
  expect(await credstash(['-t', name, '-r', 'us-west-2', 'put', 'x', 'v'])).toMatchObject({ code: 0 });
  const wrong = ['-t', name, '-r', 'us-west-2', '--kms-region', 'us-west-2', 'put', 'y', 'v'];
  expect((await credstash(wrong)).code).toBe(1);
  writeFileSync(saved, '{');
  expect(await credstash(['-t', name, 'list'])).toMatchObject({ code: 1, stdout: '' });
  writeFileSync(saved, '{}');
  // A link is read, but not followed to write.
  renameSync(saved, `${saved}.real`);
  symlinkSync(`${saved}.real`, saved);
  const linked = await credstash(['setup', '--save-kms-region', 'us-west-2']);
  expect(linked).toMatchObject({ code: 1, stdout: '' });
  expect(JSON.parse(linked.stderr)).toMatchObject({
    hint: 'put {"kms-region":"us-west-2"} into the file that it leads to',
  });
});
