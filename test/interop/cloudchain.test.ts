import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../src/index.js';
import { canary } from '../canary.js';
import { makeKmsKey, makeTable, motoUrl } from '../emulators/servers.js';
import { LAZY, newUser, type User } from '../support/lazy.js';
import '../support/preload.js';
import { run } from '../support/run.js';
import { fails, line, lineByLine, type Line } from './lines.js';
import { endpointVariables, startOriginals, type Originals } from './originals.js';

// cloudchain 0.1.7 is played by cchain.py.

let originals: Originals;
let alias: string;
beforeAll(async () => {
  originals = startOriginals();
  alias = (await makeKmsKey()).alias;
});
afterAll(() => originals.stop());

/** A user whose `~/.cchainrc` names a new table; its name. */
async function newTable(user: User, file = join(user.home, '.cchainrc')): Promise<string> {
  const table = await makeTable(motoUrl(), 'us-east-1', ['Service', 'Username']);
  const dynamo = `[dynamo]\nregion_name = us-east-1\nendpoint_url = ${motoUrl()}\ntablename = ${table}\n`;
  writeFileSync(file, `${dynamo}\n[IAMKMS]\nkeyalias = ${alias}\n`);
  return table;
}

test('the library and cloudchain open what the other stored, from 1 byte to 4,096', async () => {
  const user = newUser();
  const table = await newTable(user);
  const store = await openStore({
    store: `dynamodb://${table}`,
    key: `kms:${alias}`,
    format: 'cloudchain',
    region: 'us-east-1',
    endpoint: motoUrl(),
    kmsEndpoint: motoUrl(),
  });
  const cchain = (args: readonly string[]) =>
    originals.run('cchain', args, { cwd: user.work, env: user.env, stdoutIsData: true });
  const values = ['x', canary(), `${canary()}\r\nGrüße 🔑\n`, canary().padEnd(4096, 'x')];
  for (const [i, value] of values.entries()) {
    await store.put(`https://a.example/ours/${i}`, value);
    expect(await cchain(['-e', 'https://a.example/ours', '-u', String(i), '-r'])).toMatchObject({
      code: 0,
      stdout: `${value}\n`,
    });
    expect(await cchain(['-e', 'theirs', '-u', `a/${i}`, '-s', value])).toMatchObject({ code: 0 });
    expect((await store.get(`theirs/a%2F${i}`)).text()).toBe(value);
    // Over what the other stored.
    await store.put(`theirs/a%2F${i}`, 'ours now');
    expect((await cchain(['-e', 'theirs', '-u', `a/${i}`, '-r'])).stdout).toBe('ours now\n');
  }
  await store.put('bytes/any', Buffer.from([0, 255, 10, 13]));
  const { stdoutBytes } = await cchain(['-e', 'bytes', '-u', 'any', '-r']);
  expect(stdoutBytes).toEqual(Buffer.from([0, 255, 10, 13, 10]));
  await store.close();
});

test("the command finds cloudchain's own file, and keeps its table as it is", async () => {
  const user = newUser();
  await newTable(user);
  const env = { ...user.env, ...endpointVariables(), LAZYCRED_STORE: undefined };
  const lazy = (args: readonly string[], input?: string) =>
    run([process.execPath, LAZY, ...args], { cwd: user.work, env, input, stdoutIsData: true });
  const cchain = (args: readonly string[]) =>
    originals.run('cchain', args, { cwd: user.work, env, stdoutIsData: true });
  const [ours, theirs] = [canary(), canary()];
  expect(await lazy(['put', 'mail/ours'], ours)).toMatchObject({ code: 0, stdout: '' });
  await cchain(['-e', 'mail', '-u', 'theirs', '-s', theirs]);
  expect((await cchain(['-e', 'mail', '-u', 'ours', '-r'])).stdout).toBe(`${ours}\n`);
  expect(await lazy(['get', 'mail/theirs'])).toMatchObject({ code: 0, stdout: theirs });
  expect((await lazy(['list'])).stdout).toBe('mail/ours\nmail/theirs\n');
});

const secret = canary();
const writes: readonly Line[] = [
  line('-u', 'u1', '-e', 's1', '-s', 'first'),
  line('--user', 'u1', '--service', 's1', '--save', secret),
  line('-e', 'https://a.example/', '-u', 'a/b@c.example', '-s', 'Grüße 🔑'),
  line('--us=u2', '-es1', '--save=-leading'),
  line('-u', 'u3', '-e', 's1', '-s', secret.padEnd(4096, 'x')),
  fails(1, '-u', 'u3', '-e', 's1', '-s', secret.padEnd(4097, 'x')),
  fails(2, '-u', 'u1', '-e', 's1', '-s', 'x', '-r'),
  fails(2, '-u', 'u1', '-e', 's1'),
];
const reads: readonly Line[] = [
  line('-u', 'u1', '-e', 's1', '-r'),
  line('--service', 'https://a.example/', '--user=a/b@c.example', '--read'),
  line('-r', '-uu2', '-es1'),
  line('--serv', 's1', '--user', 'u3', '--rea'),
  fails(1, '-u', 'nobody', '-e', 's1', '-r'),
];

test('lazy cchain does with the same lines what cchain does', async () => {
  const user = newUser();
  await newTable(user);
  const file = join(user.home, 'ours.ini');
  await newTable(user, file);
  const compare = lineByLine('cchain', originals, user);
  const [theirTable, ourTable] = [endpointVariables(), { ...endpointVariables(), CLOUDCHAIN_CONFIG: file }];
  for (const write of writes) await compare(write, theirTable, ourTable);
  for (const read of reads) await compare(read, ourTable, theirTable);
});
