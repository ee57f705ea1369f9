import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { get, openStore, put, setConfig } from '../src/index.js';
import { makeBucket, makeKmsKey, motoUrl } from './emulators/servers.js';
import './support/preload.js';
import { run } from './support/run.js';
import { s3Client } from './support/s3-client.js';

const folder = await mkdtemp(join(tmpdir(), 'lazycred-simple-'));
afterAll(() => rm(folder, { recursive: true }));

interface Line {
  readonly level: number;
  readonly code: string;
  readonly name: string;
  readonly location?: string;
  readonly hint?: string;
  readonly msg: string;
}

const lines: Line[] = [];
const logger = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line) as Line) });
const config = { store: `file:${join(folder, 'store')}`, key: `local:${join(folder, 'local.key')}` };

beforeEach(() => {
  lines.length = 0;
  setConfig({ ...config, logger });
});

describe('the simple functions', () => {
  test('put gives true, get the text; nothing is logged', async () => {
    expect(await put('db', 'p√ssword\n')).toBe(true);
    expect(await get('db')).toBe('p√ssword\n');
    expect(await put('empty', '')).toBe(true);
    expect(await get('empty')).toBe('');
    expect(lines).toEqual([]);
  });

  test('what is absent is null, and a line with code, name and location', async () => {
    expect(await get('nope')).toBeNull();
    expect(lines).toEqual([
      {
        level: 50,
        time: expect.any(Number) as unknown,
        code: 'ERR_NOT_FOUND',
        name: 'nope',
        location: expect.stringMatching(/^file:\/\/\//u) as unknown,
        hint: expect.any(String) as unknown,
        msg: expect.stringMatching(/^cannot get "nope": not found in file:/u) as unknown,
      },
    ]);
  });

  test('a put that fails is false, and nothing is stored', async () => {
    expect(await put('bad//name', 'x')).toBe(false);
    expect(await put('large', 'x'.repeat(300_000))).toBe(false);
    expect(lines.map((l) => [l.code, l.name])).toEqual([
      ['ERR_USAGE', 'bad//name'],
      ['ERR_USAGE', 'large'],
    ]);
    expect(await get('large')).toBeNull();
  });

  test('a value that is not UTF-8 is null, and the line points to the bytes', async () => {
    expect(await put('bytes', Buffer.from([0xff, 0x00]))).toBe(true);
    expect(await get('bytes')).toBeNull();
    expect(lines[0]).toMatchObject({
      code: 'ERR_USAGE',
      hint: expect.stringContaining('bytes()') as unknown,
    });
  });

  test('a configuration that is wrong is null, with every problem, and read again at the next call', async () => {
    setConfig({ store: 'nowhere://x', key: 'what:ever', logger });
    expect(await get('db')).toBeNull();
    expect(lines[0]?.code).toBe('ERR_CONFIG');
    expect(lines[0]?.msg).toMatch(/store.*key/su);
    setConfig({ ...config, logger });
    expect(await get('db')).toBe('p√ssword\n');
  });

  test('what they store the library reads, and the other way round', async () => {
    const store = await openStore(config);
    await put('there', 'and');
    expect((await store.get('there')).text()).toBe('and');
    await store.put('back', 'again');
    expect(await get('back')).toBe('again');
    await store.close();
  });
});

test("LazyCred's own settings write and read its own objects", async () => {
  const { alias } = await makeKmsKey();
  const bucket = await makeBucket();
  setConfig({
    s3_path: `${bucket}/credentials/`,
    key_alias: alias.replace('alias/', ''),
    region: 'us-east-1',
    endpoint: motoUrl(),
    kmsEndpoint: motoUrl(),
    logger,
  });
  expect([await put('db', 'the value'), lines]).toEqual([true, []]);
  const client = s3Client(motoUrl());
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: 'credentials/db' }));
  const object = JSON.parse((await Body?.transformToString()) ?? '') as object;
  expect(Object.keys(object).sort()).toEqual(['data', 'key']);
  client.destroy();
  expect(await get('db')).toBe('the value');
  expect(await put('db', 'another')).toBe(true);
  expect(await get('db')).toBe('another');
  expect(lines).toEqual([]);
});

test('without a logger a failure is a line on stderr, there before an exit that follows at once', async () => {
  const library = new URL('../src/index.js', import.meta.url).href;
  const script = `
    import { get, setConfig } from ${JSON.stringify(library)};
    setConfig(${JSON.stringify(config)});
    const value = await get('nope');
    process.stdout.write(String(value));
    process.exit(0);`;
  const { stdout, stderr, code } = await run([process.execPath, '--input-type=module', '-e', script]);
  expect([code, stdout]).toEqual([0, 'null']);
  expect(JSON.parse(stderr)).toMatchObject({ level: 50, code: 'ERR_NOT_FOUND', name: 'nope' });
});
