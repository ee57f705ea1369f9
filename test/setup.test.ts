import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolveConfig } from '../src/config.js';
import { openStore } from '../src/connect.js';
import { setUp, type SetupReport } from '../src/setup.js';
import type { Call } from './emulators/faults.js';
import { startMoto } from './emulators/servers.js';
import { collect } from './suites/ground.js';
import { caught } from './support/caught.js';
import './support/preload-setup.js';
import { tempDir } from './support/temp-dir.js';

let moto: Awaited<ReturnType<typeof startMoto>>;

beforeAll(async () => {
  moto = await startMoto();
});
afterAll(() => moto.stop());
beforeEach(() => moto.faults.clear());

const newName = (): string => `setup-${randomBytes(6).toString('hex')}`;
const actions = ({ steps }: SetupReport): string[] => steps.map((s) => `${s.action} ${s.what}`);
const on = (store: string, more: object = {}) =>
  resolveConfig({
    store,
    region: 'eu-west-1',
    endpoint: moto.url,
    kmsEndpoint: moto.url,
    ...more,
  });

// What racing writers write to try the server, and remove: objects and rows in the reserved place.
const isTrial = ({ path, target }: Call): boolean =>
  path.includes('/.lazycred/.lazycred/probe-') || /\.(?:Put|Delete)Item$/u.test(target ?? '');

async function writes(counts: (call: Call) => boolean = () => true): Promise<string[]> {
  return (await moto.faults.calls())
    .filter(counts)
    .map((c) => c.target ?? `S3.${c.method}`)
    .filter((call) => !/\.(?:Describe|List|Get|GET)/u.test(call));
}

describe.each(['s3', 'dynamodb'])('a store on %s with a KMS key', (scheme) => {
  test('is planned by a dry run, made as planned, holds secrets, and is left alone after', async () => {
    const name = newName();
    const config = on(`${scheme}://${name}`, { key: `kms:alias/${name}` });
    const plan = await setUp(config, { dryRun: true });
    const thing = scheme === 's3' ? `bucket ${name}` : `table ${name}`;
    expect(actions(plan)).toEqual([`make key kms:alias/${name}`, `make ${thing}`]);
    expect(plan.steps.every((s) => s.cost.startsWith('about '))).toBe(true);
    expect(await writes()).toEqual([]);

    expect(await setUp(config)).toEqual(plan);
    const store = await openStore(config);
    await store.put('db', 'v');
    expect((await store.get('db')).text()).toBe('v');
    await store.close();

    await moto.faults.clear();
    const again = await setUp(config);
    expect(actions(again)).toEqual([`none key kms:alias/${name}`, `none ${thing}`]);
    expect(again.steps.every((s) => s.cost === '')).toBe(true);
    expect(await writes((call) => !isTrial(call))).toEqual([]);
    const reopened = await openStore(config);
    expect((await collect(reopened.list())).map((listed) => listed.name)).toEqual(['db']);
    expect((await reopened.get('db')).version).toBe('1');
    await reopened.close();
  });

  test('whose key is missing is not begun', async () => {
    const key = 'kms:01234567-89ab-cdef-0123-456789abcdef';
    const alias = `kms:alias/${newName()}`;
    await caught(setUp(on(`${scheme}://${newName()}`, { key: [alias, key] })), 'ERR_CONFIG');
    expect(await writes()).toEqual([]);
  });

  test('that was left half made is said to be, and finished', async () => {
    const name = newName();
    const config = on(`${scheme}://${name}`, { key: `kms:alias/${name}` });
    const where =
      scheme === 's3' ? { query: 'versioning', method: 'PUT' } : { target: 'DynamoDB.TagResource' };
    await moto.faults.inject({ ...where, times: 1000, status: 400, code: 'Killed' });
    await caught(setUp(config), 'ERR_CONFIG');
    await moto.faults.clear();
    expect((await setUp(config, { dryRun: true })).steps.map((s) => s.action)).toEqual(['none', 'change']);
    expect((await setUp(config)).steps.map((s) => s.action)).toEqual(['none', 'change']);
    expect((await setUp(config)).steps.map((s) => s.action)).toEqual(['none', 'none']);
  });
});

test('keys in a region of their own are made there', async () => {
  const name = newName();
  const config = on(`s3://${name}`, { key: `kms:alias/${name}`, kmsRegion: 'eu-central-1' });
  const { steps } = await setUp(config);
  expect(steps.map((s) => s.detail)).toEqual([
    'symmetric, rotated yearly, in eu-central-1',
    'private, versioned, plain HTTP allowed, as the endpoint needs it, in eu-west-1',
  ]);
});

describe('a store of files', () => {
  test('gets its folder, for its owner alone; the key files come with their first use', async () => {
    const dir = join(tempDir(), 'a/b');
    const config = resolveConfig({
      store: `file:${dir}`,
      key: [`local:${dir}.key`, `passphrase:${dir}.salt`],
    });
    const plan = await setUp(config, { dryRun: true });
    expect(actions(plan)).toEqual([
      `none local key ${dir}.key`,
      `none salt of the passphrase ${dir}.salt`,
      `make folder ${dir}`,
    ]);
    expect(existsSync(dir)).toBe(false);
    expect(await setUp(config)).toEqual(plan);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(existsSync(`${dir}.key`)).toBe(false);
    expect((await setUp(config)).steps.map((s) => s.action)).toEqual(['none', 'none', 'none']);
  });

  test('says of a folder that is open to others how to close it, and leaves it', async () => {
    const dir = tempDir();
    chmodSync(dir, 0o755);
    const { steps } = await setUp(resolveConfig({ store: `file:${dir}`, key: `local:${dir}.key` }));
    expect(steps.at(-1)).toEqual({
      what: `mode of folder ${dir}`,
      action: 'none',
      detail: `others may enter it; closed with: chmod 700 ${dir}`,
      cost: '',
    });
    expect(statSync(dir).mode & 0o777).toBe(0o755);
  });

  test('whose place is taken by a file is ERR_CONFIG', async () => {
    const file = join(tempDir(), 'file');
    writeFileSync(file, '');
    for (const dir of [file, join(file, 'below')]) {
      await caught(setUp(resolveConfig({ store: `file:${dir}`, key: `local:${file}.key` })), 'ERR_CONFIG');
    }
  });
});

test('memory needs nothing', async () => {
  const { steps } = await setUp(resolveConfig({ store: 'memory:' }));
  expect(steps).toEqual([{ what: 'memory', action: 'none', detail: 'needs nothing', cost: '' }]);
});

test('reserved tags are ERR_USAGE, an aborted signal its reason, before any request', async () => {
  const config = on(`s3://${newName()}`, { key: `kms:alias/${newName()}` });
  await caught(setUp(config, { tags: { 'lazycred:setup': 'done' } }), 'ERR_USAGE');
  const reason = new Error('enough');
  await expect(setUp(config, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(await moto.faults.calls()).toEqual([]);
});
