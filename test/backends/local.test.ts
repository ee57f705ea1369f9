import { rmSync } from 'node:fs';
import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LocalBackend } from '../../src/backends/local.js';
import type { Backend } from '../../src/backend.js';
import { parseName, storedName } from '../../src/record/names.js';
import type { Listed, StoredRecord } from '../../src/record.js';
import { backendSuite } from '../suites/backend.js';
import { AWKWARD_NAMES, fakeRecord, fakeStub } from '../suites/records.js';

const conformance = await mkdtemp(join(tmpdir(), 'local-suite-'));
afterAll(() => rm(conformance, { recursive: true }));
backendSuite(
  'LocalBackend',
  async () => new LocalBackend({ dir: await mkdtemp(join(conformance, 's-')), pageSize: 2 }),
);

let base: string;
let dir: string;
let backend: LocalBackend;
const db = parseName('db');

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'local-'));
  dir = join(base, 'store');
  backend = new LocalBackend({ dir, pageSize: 2 });
});

afterEach(async () => {
  await backend.close();
  await rm(base, { recursive: true, force: true });
});

async function listed(from: Backend, o: Parameters<Backend['list']>[0] = {}): Promise<Listed[]> {
  const all: Listed[] = [];
  for await (const each of from.list(o)) all.push(each);
  return all;
}

/** Writes versions 1 … n of a name. */
async function fill(name: string, n: number): Promise<StoredRecord> {
  let after: StoredRecord | undefined;
  for (let version = 1; version <= n; version++) {
    const record = fakeRecord(name, version);
    await backend.create(record, after);
    after = record;
  }
  if (after === undefined) throw new Error('nothing to fill');
  return after;
}

const file = (name: string, version: number): string =>
  join(dir, name, `${String(version).padStart(19, '0')}.json`);

describe('files', () => {
  test('a record is one JSON object under its padded version; folders 0700, files 0600, nothing else', async () => {
    const record = fakeRecord('prod/db', 1);
    await backend.create(record, undefined);
    const path = file('prod%2fdb', 1);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(record.fields);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
    expect((await stat(join(dir, 'prod%2fdb'))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(dir, 'prod%2fdb'))).toEqual(['0000000000000000001.json']);
    expect(backend.location).toBe(pathToFileURL(dir).href);
  });

  test('reading makes no folder: a missing store is not found where it is listed', async () => {
    expect(await backend.get(db)).toBeUndefined();
    expect(await backend.get(db, '1')).toBeUndefined();
    await expect(listed(backend)).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    expect(await listed(backend, { name: db })).toEqual([]);
    expect(await backend.numberBefore(db, undefined)).toBe(0);
    expect(await readdir(base)).toEqual([]);
  });

  test('a tombstone takes exactly 256 bytes; one that takes more is refused', async () => {
    const stub = fakeStub('db', 1, 'deleted', 'ü'.repeat(24));
    await backend.create(stub, undefined);
    expect((await stat(file('db', 1))).size).toBe(256);
    expect((await backend.get(db))?.fields).toEqual(stub.fields);
    const long = fakeStub('db', 2, 'deleted', 'x'.repeat(200));
    await expect(backend.create(long, stub)).rejects.toMatchObject({ code: 'ERR_USAGE' });
    expect(await listed(backend)).toMatchObject([{ name: 'db', version: '1', state: 'deleted' }]);
  });

  test('a value of that size is no tombstone, nor is a broken file', async () => {
    for (const [name, text] of [
      ['value', JSON.stringify({ data: 'x', key: 'y' })],
      ['broken', '{"lazycred":"1","state":"deleted"'],
    ] as const) {
      await mkdir(join(dir, name), { recursive: true });
      await writeFile(file(name, 1), text.padEnd(256));
    }
    const all = await listed(backend);
    expect(all.map(({ name, state }) => [name, state])).toEqual([
      ['broken', undefined],
      ['value', undefined],
    ]);
  });

  test('every awkward name keeps its own record', async () => {
    for (const name of AWKWARD_NAMES) await backend.create(fakeRecord(name, 1), undefined);
    const byBytes = [...AWKWARD_NAMES].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect((await listed(backend)).map(({ name }) => name)).toEqual(byBytes);
    for (const name of AWKWARD_NAMES) {
      expect(JSON.parse((await backend.get(storedName(name)))?.fields['header'] ?? '')).toMatchObject({
        name,
      });
    }
  });

  test('a name that no path can hold is absent, and refused on write', async () => {
    const name = storedName('x'.repeat(5000));
    expect(await backend.get(name)).toBeUndefined();
    expect(await backend.get(name, '1')).toBeUndefined();
    await expect(backend.create({ ...fakeRecord('db', 1), name }, undefined)).rejects.toMatchObject({
      code: 'ERR_USAGE',
    });
  });
});

describe('what else lies in the store', () => {
  test('foreign files and folders are left out of listings', async () => {
    await fill('db', 1);
    await writeFile(join(dir, '.DS_Store'), 'x');
    await writeFile(join(dir, 'plain'), 'x');
    for (const folder of ['lost+found', 'Upper', 'empty', 'foreign+', '.git']) await mkdir(join(dir, folder));
    await writeFile(join(dir, 'db', 'notes.txt'), 'x');
    await writeFile(join(dir, 'db', '2.json'), '{}');
    expect((await listed(backend)).map(({ name }) => name)).toEqual(['db']);
    expect((await listed(backend, { name: db })).map(({ version }) => version)).toEqual(['1']);
  });

  test('an unfinished file is no version, and is swept once it is a day old', async () => {
    const first = await fill('db', 1);
    for (const [name, days] of [
      ['.tmp-old', 2],
      ['.tmp-new', 0.5],
    ] as const) {
      await writeFile(join(dir, 'db', name), '{"half');
      const time = new Date(Date.now() - days * 24 * 3600 * 1000);
      await utimes(join(dir, 'db', name), time, time);
    }
    expect((await backend.get(db))?.version).toBe('1');
    expect((await listed(backend, { name: db })).length).toBe(1);
    await backend.create(fakeRecord('db', 2), first);
    expect((await readdir(join(dir, 'db'))).sort()).toEqual([
      '.tmp-new',
      '0000000000000000001.json',
      '0000000000000000002.json',
    ]);
  });

  test.each([
    ['an array', '[]'],
    ['not JSON', '{"data":"x"'],
    ['a number within', '{"data":1}'],
    ['an object within', '{"data":{}}'],
    ['null', 'null'],
    ['empty', ''],
    ['not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x22, 0x22, 0x7d])],
    ['a byte order mark', '\ufeff{"data":"x"}'],
    ['over 1 MiB', `{"data":"${'x'.repeat(1024 * 1024)}"}`],
  ])('a file that is %s is ERR_INTEGRITY, naming the file', async (_, body) => {
    await mkdir(join(dir, 'db'), { recursive: true });
    await writeFile(file('db', 1), body);
    for (const read of [backend.get(db), backend.get(db, '1'), listed(backend, { name: db })]) {
      await expect(read).rejects.toMatchObject({
        code: 'ERR_INTEGRITY',
        message: expect.stringContaining(`${file('db', 1)} is not a record`),
        secret: 'db',
      });
    }
    expect((await listed(backend)).length).toBe(1);
  });

  test('a record is read from a regular file only: no link, folder or pipe', async () => {
    await mkdir(join(dir, 'db'), { recursive: true });
    await writeFile(join(base, 'elsewhere'), '{"data":"x"}');
    await symlink(join(base, 'elsewhere'), file('db', 1));
    await mkdir(file('db', 2));
    execFileSync('mkfifo', [file('db', 3)]);
    for (const version of ['1', '2', '3', undefined]) {
      await expect(backend.get(db, version)).rejects.toMatchObject({
        code: 'ERR_INTEGRITY',
        message: expect.stringContaining('not a regular file'),
      });
    }
  });

  test('nothing that Object.prototype holds is taken for a field', async () => {
    await mkdir(join(dir, 'db'), { recursive: true });
    await writeFile(file('db', 1), '{"__proto__":"x","data":"y"}');
    const fields = (await backend.get(db))?.fields ?? {};
    expect(Object.keys(fields).sort()).toEqual(['__proto__', 'data']);
  });
});

describe('versions', () => {
  test('the newest is the greatest number, and comes back at once', async () => {
    const newest = await fill('db', 11);
    expect(await backend.get(db)).toEqual({ name: 'db', version: '11', fields: newest.fields });
    expect((await backend.get(db, '2'))?.version).toBe('2');
    expect(await backend.numberBefore(db, newest)).toBe(11);
  });

  test('what is no canonical number is absent, and refused on write', async () => {
    await fill('db', 1);
    for (const version of ['0', '01', '0000000000000000001', '', 'x', '../db/1', '9007199254740992']) {
      expect(await backend.get(db, version)).toBeUndefined();
      await expect(backend.create(fakeRecord('db', version), undefined)).rejects.toMatchObject({
        code: 'ERR_USAGE',
      });
    }
  });

  test('creating is refused unless `after` is the newest and the number greater', async () => {
    const first = await fill('db', 1);
    const second = fakeRecord('db', 2);
    await backend.create(second, first);
    const refused: readonly [number, StoredRecord | undefined][] = [
      [2, first],
      [3, first],
      [2, second],
      [1, second],
      [1, undefined],
      [3, undefined],
      [4, fakeRecord('db', 3)],
    ];
    for (const [version, after] of refused) {
      await expect(backend.create(fakeRecord('db', version), after)).rejects.toMatchObject({
        code: 'ERR_CONFLICT',
        secret: 'db',
        location: backend.location,
      });
    }
    await expect(backend.create(fakeRecord('new', 2), first)).rejects.toMatchObject({ code: 'ERR_CONFLICT' });
    expect((await listed(backend, { name: db })).map(({ version }) => version)).toEqual(['2', '1']);
    expect(await readdir(join(dir, 'db'))).toHaveLength(2);
    await backend.create(fakeRecord('db', 7), second);
    expect((await backend.get(db))?.version).toBe('7');
  });

  test('of many that create one number at once, one succeeds', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () => backend.create(fakeRecord('db', 1), undefined)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'ERR_CONFLICT' });
    }
    expect(await readdir(join(dir, 'db'))).toEqual(['0000000000000000001.json']);
  });

  test('a newest file that vanishes under the reader is looked for again', async () => {
    const newest = await fill('db', 2);
    const got: (string | undefined)[] = [];
    for (let moment = 1; moment <= 4; moment++) {
      await writeFile(file('db', 2), JSON.stringify(newest.fields));
      // The backend looks at the signal before each step: that is where the file goes.
      let steps = 0;
      const { signal } = new AbortController();
      signal.throwIfAborted = () => {
        if (++steps === moment) rmSync(file('db', 2));
      };
      got.push((await backend.get(db, undefined, { signal }))?.version);
    }
    expect(got).toEqual(['1', '1', '1', '2']);
  });
});

describe('listing', () => {
  test('each name once as its newest stands, in order, by literal prefix', async () => {
    for (const name of ['prod/b', 'prod/a', 'prod%', 'Prod/c', 'dev']) await fill(name, 3);
    await backend.create(fakeStub('dev', 4), fakeRecord('dev', 3));
    const all = await listed(backend);
    expect(all.map(({ name, version, state }) => [name, version, state])).toEqual([
      ['Prod/c', '3', undefined],
      ['dev', '4', 'deleted'],
      ['prod%', '3', undefined],
      ['prod/a', '3', undefined],
      ['prod/b', '3', undefined],
    ]);
    for (const { modified, fields } of all) {
      expect(Math.abs((modified?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
      expect(fields).toBeUndefined();
    }
    const names = async (prefix: string): Promise<string[]> =>
      (await listed(backend, { prefix })).map(({ name }) => name);
    expect(await names('prod/')).toEqual(['prod/a', 'prod/b']);
    expect(await names('prod%')).toEqual(['prod%']);
    expect(await names('P')).toEqual(['Prod/c']);
    expect(await names('x')).toEqual([]);
  });

  test('a name that is split into folders is found, and not what lies in the wrong place', async () => {
    const long = 'é'.repeat(100);
    await fill(long, 1);
    await fill('db', 1);
    expect((await listed(backend)).map(({ name }) => name)).toEqual(['db', long]);
    expect((await listed(backend, { prefix: 'éé' })).map(({ name }) => name)).toEqual([long]);
  });

  test("one name's versions, newest first, without values", async () => {
    const third = await fill('db', 3);
    await backend.create(fakeStub('db', 4), third);
    const all = await listed(backend, { name: db });
    expect(all.map(({ version, state }) => [version, state])).toEqual([
      ['4', 'deleted'],
      ['3', undefined],
      ['2', undefined],
      ['1', undefined],
    ]);
    expect(all[1]?.fields).toEqual({ lazycred: '1', header: third.fields['header'] });
  });
});

describe('failures', () => {
  test('a store that is a file is ERR_CONFIG, never empty', async () => {
    await writeFile(dir, 'x');
    const attempts = [
      backend.get(db),
      backend.get(db, '1'),
      listed(backend),
      backend.create(fakeRecord('db', 1), undefined),
    ];
    for (const attempt of attempts) await expect(attempt).rejects.toMatchObject({ code: 'ERR_CONFIG' });
  });

  test('a folder that may not be read or written is ERR_ACCESS, never empty', async () => {
    const first = await fill('db', 1);
    await chmod(base, 0o755);
    await chmod(dir, 0);
    const unprivileged = process.geteuid?.() === 0;
    if (unprivileged) process.seteuid?.(65534);
    try {
      const attempts = [
        () => backend.get(db),
        () => backend.get(db, '1'),
        () => listed(backend),
        () => listed(backend, { name: db }),
        () => backend.create(fakeRecord('db', 2), first),
        () => new LocalBackend({ dir: '/lazycred-test' }).create(fakeRecord('db', 1), undefined),
      ];
      for (const attempt of attempts) {
        await expect(attempt()).rejects.toMatchObject({
          code: 'ERR_ACCESS',
          message: expect.stringMatching(/^cannot (read|write) \/.*: EACCES: permission denied$/u),
        });
      }
    } finally {
      if (unprivileged) process.seteuid?.(0);
      await chmod(dir, 0o700);
    }
  });

  test('a record over 1 MiB is refused before anything is written', async () => {
    const record = fakeRecord('db', 1, { bytes: 1024 * 1024 });
    await expect(backend.create(record, undefined)).rejects.toMatchObject({ code: 'ERR_USAGE' });
    expect(await readdir(base)).toEqual([]);
  });

  test('an aborted signal rejects with its reason and writes nothing', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    const attempts = [
      backend.get(db, undefined, { signal }),
      backend.get(db, '1', { signal }),
      backend.numberBefore(db, undefined, { signal }),
      backend.create(fakeRecord('db', 1), undefined, { signal }),
      listed(backend, { signal }),
      listed(backend, { name: db, signal }),
    ];
    for (const attempt of attempts) await expect(attempt).rejects.toThrow('enough');
    expect(await readdir(base)).toEqual([]);
  });

  test('an abort while writing leaves a whole version or none, and no unfinished file', async () => {
    for (let turns = 0; turns < 40; turns++) {
      const name = `n${turns}`;
      const controller = new AbortController();
      const writing = backend.create(fakeRecord(name, 1), undefined, { signal: controller.signal });
      const outcome = writing.then(
        () => 'written',
        (e: unknown) => (e as Error).message,
      );
      for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
      controller.abort(new Error('enough'));
      expect(['written', 'enough']).toContain(await outcome);
      const there = await readdir(join(dir, name)).catch(() => []);
      expect(there).toEqual((await outcome) === 'written' ? ['0000000000000000001.json'] : []);
    }
  });

  test('a closed store refuses', async () => {
    await backend.close();
    await expect(backend.get(db)).rejects.toMatchObject({ code: 'ERR_USAGE' });
    await expect(listed(backend)).rejects.toMatchObject({ code: 'ERR_USAGE' });
  });
});
