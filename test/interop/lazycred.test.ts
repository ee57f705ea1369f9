import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../src/index.js';
import { canary } from '../canary.js';
import { makeBucket, makeKmsKey, motoUrl } from '../emulators/servers.js';
import { LAZY, newUser, type User } from '../support/lazy.js';
import '../support/preload.js';
import { run } from '../support/run.js';
import { line, lineByLine } from './lines.js';
import { endpointVariables, startOriginals, type Originals } from './originals.js';
import { anyValues } from './values.js';

// LazyCred 0.2.3 is played by lazycred.py.

let originals: Originals;
let bucket: string;
let keyAlias: string;
beforeAll(async () => {
  originals = startOriginals();
  bucket = await makeBucket();
  keyAlias = (await makeKmsKey()).alias.replace('alias/', '');
});
afterAll(() => originals.stop());

test('the library and LazyCred open what the other stored, byte for byte', async () => {
  const s3_path = `${bucket}/bytes/`;
  const user = newUser();
  const env = {
    ...user.env,
    LAZYCRED_S3_PATH: s3_path,
    LAZYCRED_KEY_ALIAS: keyAlias,
    AWS_DEFAULT_REGION: 'us-east-1',
  };
  const lazycred = (args: readonly string[], input?: Buffer) =>
    originals.run('lazycred', args, { cwd: user.work, env, input, stdoutIsData: true });
  const endpoints = { endpoint: motoUrl(), kmsEndpoint: motoUrl() };
  const store = await openStore({ s3_path, key_alias: keyAlias, region: 'us-east-1', ...endpoints });
  for (const { title, bytes } of anyValues(200 * 1024)) {
    await store.put(`ours/${title}`, bytes);
    const printed = bytes.length === 0 ? bytes : Buffer.concat([bytes, Buffer.from('\n')]);
    expect(await lazycred(['get', `ours/${title}`])).toMatchObject({
      code: 0,
      stderr: '',
      stdoutBytes: printed,
    });
    expect(await lazycred(['put', `theirs/${title}`], bytes)).toMatchObject({
      code: 0,
      stderr: '',
      stdout: '',
    });
    const secret = await store.get(`theirs/${title}`);
    expect(Buffer.compare(secret.bytes(), bytes)).toBe(0);
    // Over what the other stored.
    await store.put(`theirs/${title}`, 'ours now');
    expect((await lazycred(['get', `theirs/${title}`])).stdout).toBe('ours now\n');
    await lazycred(['put', `ours/${title}`], Buffer.from('theirs now'));
    expect((await store.get(`ours/${title}`)).text()).toBe('theirs now');
  }
  await store.close();
});

test("the command finds LazyCred's own file as LazyCred does, and joins its names as it does", async () => {
  const user = newUser();
  const cwd = join(user.work, 'deep', 'er');
  mkdirSync(cwd, { recursive: true });
  const settings = { s3_path: `${bucket}/file/pre-`, region: 'us-east-1', key_alias: keyAlias };
  writeFileSync(join(user.work, '.lazycred'), JSON.stringify(settings));
  const env = { ...user.env, ...endpointVariables(), LAZYCRED_STORE: undefined };
  const lazy = (args: readonly string[], input?: string) =>
    run([process.execPath, LAZY, ...args], { cwd, env, input, stdoutIsData: true });
  const lazycred = (args: readonly string[], input?: string) =>
    originals.run('lazycred', args, { cwd, env, input, stdoutIsData: true });

  const [ours, theirs] = [canary(), canary()];
  writeFileSync(join(cwd, 'value'), theirs);
  expect(await lazy(['put', 'a/ours'], ours)).toMatchObject({ code: 0, stdout: '' });
  expect(await lazycred(['put', 'a/theirs', 'value'])).toMatchObject({ code: 0, stdout: '' });
  expect(await lazycred(['get', 'a/ours'])).toMatchObject({ code: 0, stdout: `${ours}\n` });
  expect(await lazy(['get', 'a/theirs'])).toMatchObject({ code: 0, stdout: theirs, stderr: '' });
  expect((await lazy(['list'])).stdout).toBe('a/ours\na/theirs\n');
});

test('lazy lazycred does with the same lines what LazyCred does', async () => {
  const user = newUser();
  const secret = canary();
  writeFileSync(join(user.work, 'value'), `${secret}\r\n`);
  const place = (writer: string): User['env'] => ({
    ...endpointVariables(),
    LAZYCRED_STORE: undefined,
    LAZYCRED_S3_PATH: `${bucket}/lines/${writer}/`,
    LAZYCRED_KEY_ALIAS: keyAlias,
    AWS_DEFAULT_REGION: 'us-east-1',
  });
  const [theirPlace, ourPlace] = [place('original'), place('ours')];
  const compare = lineByLine('lazycred', originals, user);
  for (const write of [
    { ...line('put', 'a/one'), input: 'first' },
    { ...line('put', 'a/one'), input: `${secret} Grüße\n` },
    line('put', 'file', 'value'),
    line('put', 'empty'),
  ]) {
    await compare(write, theirPlace, ourPlace);
  }
  for (const name of ['a/one', 'file', 'empty']) await compare(line('get', name), ourPlace, theirPlace);
});
