import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openStore, type Store } from '../../src/index.js';
import { canary } from '../canary.js';
import { makeKmsKey, makeTable, motoUrl } from '../emulators/servers.js';
import { LAZY, newUser } from '../support/lazy.js';
import '../support/preload.js';
import { run, type RunResult } from '../support/run.js';
import { endpointVariables, startOriginals, type Originals } from './originals.js';
import { textValues } from './values.js';

// The original is CredStash 1.17.1 as it was released.

const region = 'us-east-1';

let originals: Originals;
let alias: string;
let table: string;
let user: ReturnType<typeof newUser>;
beforeAll(async () => {
  originals = startOriginals();
  alias = (await makeKmsKey()).alias;
  table = await makeTable();
  user = newUser();
});
afterAll(() => originals.stop());

function openTable(context: Readonly<Record<string, string>> = {}): Promise<Store> {
  const endpoints = { endpoint: motoUrl(), kmsEndpoint: motoUrl() };
  const store = `dynamodb://${table}`;
  return openStore({ store, key: `kms:${alias}`, format: 'credstash', context, region, ...endpoints });
}

function credstash(
  args: readonly string[],
  input: string | Uint8Array = '',
): Promise<Omit<RunResult, 'signal'>> {
  const argv = ['--log-file', '/dev/null', '-t', table, ...args];
  return originals.run('credstash', argv, { cwd: user.work, env: user.env, input, stdoutIsData: true });
}

test('the library and CredStash open what the other stored, byte for byte', async () => {
  const store = await openTable();
  for (const { title, bytes } of textValues(200 * 1024)) {
    await store.put(`ours ${title}`, bytes);
    expect(await credstash(['get', '-n', `ours ${title}`])).toMatchObject({ code: 0, stdoutBytes: bytes });
    const put = ['put', '-k', alias, `theirs ${title}`, '-'];
    expect(await credstash(put, bytes)).toMatchObject({ code: 0, stderr: '' });
    expect(Buffer.compare((await store.get(`theirs ${title}`)).bytes(), bytes)).toBe(0);
  }
  await store.close();
});

test('versions, comments and removal are the same to both', async () => {
  const store = await openTable();
  const values = [canary(), canary(), canary(), canary()] as const;
  await store.put('v', values[0], { comment: 'the first' });
  await credstash(['put', '-k', alias, '-a', '-c', 'the second, Grüße', 'v', values[1]]);
  await store.put('v', values[2]);
  await credstash(['put', '-k', alias, '-v', '12', 'v', values[3]]);
  const versions = ['1', '2', '3', '12'].map((v) => v.padStart(19, '0'));

  for (const [i, version] of versions.entries()) {
    const number = String(Number(version));
    expect((await credstash(['get', 'v', '-v', number])).stdout).toBe(`${values[i]}\n`);
    expect((await store.get('v', { version })).text()).toBe(values[i]);
    expect((await store.get('v', { version: Number(version) })).version).toBe(version);
  }
  expect((await store.get('v')).text()).toBe(values[3]);
  expect((await credstash(['get', 'v'])).stdout).toBe(`${values[3]}\n`);
  expect((await store.put('v', 'next')).version).toBe('13'.padStart(19, '0'));

  const listed = (await credstash(['list'])).stdout.split('\n').filter((line) => line.startsWith('v '));
  const history = await store.history('v');
  expect(history.map(({ version, comment = '' }) => [version, comment]).reverse()).toEqual(
    listed.map((line) => /^v +-- version (\S+) -- comment (.*)$/u.exec(line)?.slice(1)),
  );
  expect(history.map(({ comment }) => comment).reverse()).toEqual([
    'the first',
    'the second, Grüße',
    undefined,
    undefined,
    undefined,
  ]);

  await store.destroy('v');
  expect(await credstash(['get', 'v'])).toMatchObject({ code: 1, stdout: '' });
  await store.put('v', 'again');
  expect((await credstash(['delete', 'v'])).stdout).toBe(`Deleting v -- version ${'1'.padStart(19, '0')}\n`);
  await expect(store.get('v')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  await store.close();
});

test('after a version that is no number neither makes the next one', async () => {
  const store = await openTable();
  const [ours, theirs] = [canary(), canary()];
  await credstash(['put', '-k', alias, 'release', 'first']);
  expect(await store.put('release', ours, { version: 'rel-1' })).toMatchObject({
    version: '00000000000000rel-1',
  });
  await credstash(['put', '-k', alias, '-v', 'rel-2', 'release', theirs]);
  expect((await credstash(['get', 'release', '-v', '00000000000000rel-1'])).stdout).toBe(`${ours}\n`);
  expect((await store.get('release', { version: 'rel-2' })).text()).toBe(theirs);
  expect((await store.get('release')).version).toBe('00000000000000rel-2');
  expect((await credstash(['put', '-k', alias, '-a', 'release', 'next'])).code).toBe(1);
  await expect(store.put('release', 'next')).rejects.toMatchObject({ code: 'ERR_CONFLICT' });
  await store.close();
});

test('a context is demanded by both of what the other stored', async () => {
  const store = await openTable({ app: 'web', env: 'prod' });
  const value = canary();
  await store.put('ours in context', value);
  const pairs = ['env=prod', 'app=web'];
  await credstash(['put', '-k', alias, 'theirs in context', value, ...pairs]);
  expect((await store.get('theirs in context')).text()).toBe(value);
  expect((await credstash(['get', 'ours in context', ...pairs])).stdout).toBe(`${value}\n`);
  const other = await openTable({ env: 'prod' });
  for (const name of ['ours in context', 'theirs in context']) {
    expect(await credstash(['get', name, 'env=prod'])).toMatchObject({ code: 1, stdout: '' });
    await expect(other.get(name)).rejects.toMatchObject({ code: 'ERR_INTEGRITY' });
  }
  await Promise.all([store.close(), other.close()]);
});

test('every digest that CredStash writes is opened, and the other way round', async () => {
  const store = await openTable();
  for (const digest of ['SHA', 'SHA224', 'SHA256', 'SHA384', 'SHA512', 'MD5']) {
    const value = canary();
    await credstash(['put', '-k', alias, '-d', digest, digest, value]);
    expect((await store.get(digest)).text()).toBe(value);
    await store.put(digest, `${value} again`, { digest });
    expect((await credstash(['get', digest])).stdout).toBe(`${value} again\n`);
  }
  await store.close();
});

test("lazy's own commands on a table of CredStash's", async () => {
  const place = ['-s', `dynamodb://${table}`, '--key', `kms:${alias}`, '--region', region];
  const settings = [...place, '--record-format', 'credstash', '--context', 'team=ops'];
  const lazy = (args: readonly string[], input?: string) =>
    run([process.execPath, LAZY, ...args, ...settings], {
      env: { ...user.env, ...endpointVariables() },
      cwd: user.work,
      input,
      stdoutIsData: true,
    });
  const [ours, theirs] = [canary(), canary()];
  expect(await lazy(['put', 'cli/a', '--comment', 'by lazy'], ours)).toMatchObject({ code: 0, stdout: '' });
  expect((await credstash(['get', 'cli/a', 'team=ops'])).stdout).toBe(`${ours}\n`);
  await credstash(['put', '-k', alias, '-a', 'cli/a', theirs, 'team=ops']);
  await credstash(['put', '-k', alias, 'cli/b', theirs, 'team=ops']);
  expect(await lazy(['get', 'cli/a'])).toMatchObject({ code: 0, stdout: theirs, stderr: '' });
  expect((await lazy(['get', 'cli/a', '-v', '1'])).stdout).toBe(ours);
  expect((await lazy(['list', 'cli/'])).stdout).toBe('cli/a\ncli/b\n');
  const both = { 'cli/a': theirs, 'cli/b': theirs };
  expect(JSON.parse((await lazy(['get', 'cli/*'])).stdout)).toEqual(both);
  expect(JSON.parse((await credstash(['get', 'cli/*', 'team=ops'])).stdout)).toEqual(both);
  expect(await lazy(['destroy', 'cli/a', '--yes'])).toMatchObject({ code: 0 });
  expect((await credstash(['keys'])).stdout.split('\n')).not.toContain('cli/a');
});
