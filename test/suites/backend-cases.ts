import { expect } from '@jest/globals';
import { MAX_VERSION } from '../../src/record/versions.js';
import type { SecretName } from '../../src/record/names.js';
import type { Listed, StoredRecord } from '../../src/record.js';
import { outcome, type Ground } from './ground.js';
import { AWKWARD_NAMES, fakeRecord, fakeStub, freshName } from './records.js';

/** One behaviour that every backend must show. */
export interface BackendCase {
  readonly title: string;
  /** Run again with a fault at each call; off where that only repeats another case at greater cost. */
  readonly faults: boolean;
  run(t: Ground): Promise<void>;
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);
const namesOf = (listed: readonly Listed[]): string[] => listed.map((l) => l.name).sort();
const versionsOf = (listed: readonly Listed[]): (string | undefined)[] => listed.map((l) => l.version);

// Fields are compared alone: `revision` is the backend's own.
function expectRecord(actual: StoredRecord | undefined, expected: StoredRecord): void {
  expect(actual).toMatchObject({ name: expected.name, version: expected.version });
  expect(actual?.fields).toEqual(expected.fields);
}

/** Reading and writing one name. */
const ONE_NAME: readonly BackendCase[] = [
  {
    title: 'what was never written is absent, and its base is 0',
    faults: true,
    async run(t) {
      const name = freshName();
      expect(await t.get(name)).toBeUndefined();
      expect(await t.get(name, '1')).toBeUndefined();
      expect(await t.numberBefore(name, undefined)).toBe(0);
      expect(await t.list({ name })).toEqual([]);
      expect(await t.list()).toEqual([]);
    },
  },
  {
    title: 'a first version comes back, field for field',
    faults: true,
    async run(t) {
      const record = fakeRecord(freshName(), 1, { comment: 'ü "quoted" \\ \u2028 \u{1f511} <&> %s' });
      await t.create(record, undefined);
      expectRecord(await t.get(record.name), record);
      expectRecord(await t.get(record.name, '1'), record);
    },
  },
  {
    title: 'the next version becomes the newest, and the older one stays',
    faults: true,
    async run(t) {
      const name = freshName();
      const [one, two, three] = [fakeRecord(name, 1), fakeRecord(name, 2), fakeRecord(name, 3)];
      await t.seed(one, two);
      const newest = await t.newest(name);
      await t.create(three, newest);
      expectRecord(await t.get(name), three);
      expectRecord(await t.get(name, '2'), two);
      expect(await t.numberBefore(name, await t.newest(name))).toBe(3);
      // The versions below the last two lie where nothing moves them any more.
      expectRecord(await t.get(name, '1'), one);
    },
  },
  {
    title: 'a first create conflicts with what is there',
    faults: true,
    async run(t) {
      const record = fakeRecord(freshName(), 1);
      await t.seed(record);
      await t.conflict(fakeRecord(record.name, 1), undefined);
      // Also the very same bytes: the store tells its own lost answer by reading again.
      await t.conflict(record, undefined);
      expectRecord(await t.get(record.name), record);
    },
  },
  {
    title: 'a create after a version that is no longer the newest conflicts',
    faults: true,
    async run(t) {
      const name = freshName();
      await t.seed(fakeRecord(name, 1));
      const stale = await t.newest(name);
      const two = fakeRecord(name, 2);
      await t.seed(two);
      await t.conflict(fakeRecord(name, 2), stale);
      // Told early or not at all: only `create` must notice.
      expect([undefined, 1]).toContain(await t.numberBefore(name, stale));
      const three = fakeRecord(name, 3);
      await t.seed(three);
      await t.conflict(fakeRecord(name, 2), stale);
      expectRecord(await t.newest(name), three);
    },
  },
  {
    title: 'nothing is written or removed under a name of the archives',
    faults: false,
    async run(t) {
      const name = freshName();
      await t.seed(fakeRecord(name, 1), fakeRecord(name, 2));
      const version = '0000000000000000001';
      for (const reserved of [`.lazycred/${name}/${version}`, `${name}/.lazycred`] as SecretName[]) {
        const record = { ...fakeRecord(name, 1), name: reserved };
        const stub = { ...fakeStub(name, 1, 'destroyed'), name: reserved };
        for (const write of [
          () => t.backend.create(record, undefined),
          () => t.backend.create(record, record),
          () => t.backend.erase(stub),
          () => t.backend.remove(record),
          () => t.backend.purge(reserved, undefined),
        ]) {
          const refused: unknown = await write().then(
            () => 'nothing: it was done',
            (e: unknown) => e,
          );
          expect(refused).toMatchObject({ code: 'ERR_USAGE', secret: reserved });
        }
      }
      expect(versionsOf(await t.list({ name }))).toEqual(['2', '1']);
    },
  },
  {
    title: 'versions count as numbers, up to 2^53 − 1, and may leave gaps',
    faults: false,
    async run(t) {
      const name = freshName();
      const versions = ['1', '2', '9', '10', '11', '99', '100', '1000000', String(MAX_VERSION)];
      for (const version of versions) {
        const record = fakeRecord(name, version);
        await t.seed(record);
        expectRecord(await t.get(name), record);
        expect(await t.numberBefore(name, await t.get(name))).toBe(Number(version));
      }
      expect(versionsOf(await t.list({ name }))).toEqual(versions.toReversed());
    },
  },
  {
    title: 'a version that is not there is absent, whatever its text',
    faults: false,
    async run(t) {
      const name = freshName();
      await t.seed(fakeRecord(name, 1), fakeRecord(name, 3));
      for (const version of [
        '2',
        '4',
        '01',
        '1.0',
        '-1',
        'rel-1',
        '0000000000000000002',
        '../1',
        ' 1',
        '1e0',
      ]) {
        expect([version, (await t.get(name, version))?.fields]).toEqual([version, undefined]);
      }
    },
  },
  {
    title: 'the largest record fits',
    faults: false,
    async run(t) {
      // 256 KiB of value, and a header at its limit of 16 KiB.
      const record = fakeRecord(freshName(), 1, { bytes: 256 * 1024, comment: 'c'.repeat(15 * 1024) });
      await t.create(record, undefined);
      expectRecord(await t.get(record.name), record);
    },
  },
  {
    title: 'a record over the most that it says is refused, and nothing is stored',
    faults: false,
    async run(t) {
      const { maxRecordBytes } = t.backend;
      expect(maxRecordBytes).toBeGreaterThan(0);
      if (maxRecordBytes === Infinity) return;
      const record = fakeRecord(freshName(), 1);
      const large = { ...record, fields: { ...record.fields, data: 'x'.repeat(maxRecordBytes) } };
      expect(await outcome(t.create(large, undefined))).toBe('ERR_USAGE');
      expect(await t.get(record.name)).toBeUndefined();
    },
  },
  {
    title: 'a tombstone is the newest, and a value may follow it',
    faults: false,
    async run(t) {
      const name = freshName();
      const one = fakeRecord(name, 1);
      await t.seed(one);
      const gone = fakeStub(name, 2, 'deleted', 'somebody');
      await t.create(gone, await t.get(name));
      expectRecord(await t.get(name), gone);
      expectRecord(await t.get(name, '1'), one);
      expect(await t.numberBefore(name, await t.get(name))).toBe(2);
      const three = fakeRecord(name, 3);
      await t.create(three, await t.get(name));
      expectRecord(await t.get(name), three);
      expectRecord(await t.get(name, '2'), gone);
    },
  },
];

/** Listings. */
const LISTINGS: readonly BackendCase[] = [
  {
    title: 'a listing gives every name once, over many pages',
    faults: true,
    async run(t) {
      const names = range(1, 5).map(() => freshName());
      await t.seed(...names.map((name) => fakeRecord(name, 1)));
      await t.seed(...names.slice(0, 1).map((name) => fakeRecord(name, 2)));
      const listed = await t.list();
      expect(namesOf(listed)).toEqual([...names].sort());
      for (const l of listed) {
        if (l.version !== undefined) expect(l.version).toBe(l.name === names[0] ? '2' : '1');
        if (l.modified !== undefined)
          expect(Math.abs(Date.now() - l.modified.getTime())).toBeLessThan(120_000);
      }
    },
  },
  {
    title: 'a history gives every version once, newest first, over many pages',
    faults: true,
    async run(t) {
      const name = freshName();
      const records = range(1, 4).map((version) =>
        fakeRecord(name, version, { comment: `number ${version}` }),
      );
      await t.seed(...records);
      await t.seed(fakeRecord(`${name}/below`, 1), fakeRecord(`${name}/below`, 2));
      const listed = await t.list({ name });
      expect(versionsOf(listed)).toEqual(['4', '3', '2', '1']);
      expect(namesOf(listed)).toEqual(Array(4).fill(name));
      for (const { fields, version } of listed) {
        const { data, ...rest } = records[Number(version) - 1]?.fields ?? {};
        expect(data).toBeDefined();
        expect(fields).toEqual(rest);
      }
    },
  },
  {
    title: 'listings hold no values',
    faults: false,
    async run(t) {
      const name = freshName();
      const records = [fakeRecord(name, 1), fakeRecord(name, 2)];
      await t.seed(...records);
      const text = JSON.stringify([await t.list(), await t.list({ name })]);
      for (const { fields } of records) expect(text).not.toContain(fields['data']);
    },
  },
  {
    title: 'tombstones and stubs are marked in listings',
    faults: false,
    async run(t) {
      const [dead, alive, risen] = [freshName('dead'), freshName('alive'), freshName('risen')];
      await t.seed(fakeRecord(dead, 1), fakeStub(dead, 2, 'deleted', 'x'.repeat(48)));
      await t.seed(fakeRecord(alive, 1));
      await t.seed(fakeStub(risen, 1, 'destroyed'), fakeStub(risen, 2, 'pruned'), fakeRecord(risen, 3));
      const states = new Map((await t.list()).map((l) => [l.name, l.state]));
      expect(states).toEqual(
        new Map([
          [dead, 'deleted'],
          [alive, undefined],
          [risen, undefined],
        ]),
      );
      const history = async (name: SecretName) => (await t.list({ name })).map((l) => [l.version, l.state]);
      expect(await history(dead)).toEqual([
        ['2', 'deleted'],
        ['1', undefined],
      ]);
      expect(await history(risen)).toEqual([
        ['3', undefined],
        ['2', 'pruned'],
        ['1', 'destroyed'],
      ]);
    },
  },
  {
    title: 'a prefix is a literal beginning of the name, in the middle of a segment too',
    faults: false,
    async run(t) {
      const names = [
        'prod/a',
        'prod/b/c',
        'prod',
        'product',
        'pro',
        'Prod/a',
        'dev/prod/a',
        'p%2Frod',
        '.prod',
      ];
      await t.seed(...names.map((name) => fakeRecord(name, 1)));
      const matching = async (prefix: string) => [prefix, namesOf(await t.list({ prefix }))];
      for (const prefix of ['prod/', 'pro', 'prod/b/', 'p%2F', 'absent', 'prod/a', '.', '']) {
        const expected = names.filter((name) => name.startsWith(prefix)).sort();
        expect(await matching(prefix)).toEqual([prefix, expected]);
      }
    },
  },
  {
    title: 'awkward names are kept apart, exactly as given',
    faults: false,
    async run(t) {
      const records = AWKWARD_NAMES.map((name) => fakeRecord(name, 1));
      // Two versions, so that each name takes whatever place older versions have.
      for (const record of records) await t.create(record, undefined);
      for (const { name } of records) await t.create(fakeRecord(name, 2), await t.get(name));
      for (const record of records) {
        expectRecord(await t.get(record.name, '1'), record);
        expect([record.name, versionsOf(await t.list({ name: record.name }))]).toEqual([
          record.name,
          ['2', '1'],
        ]);
      }
      expect(namesOf(await t.list())).toEqual([...AWKWARD_NAMES].sort());
      expect(namesOf(await t.list({ prefix: 'caf\u00e9' }))).toEqual(['caf\u00e9']);
    },
  },
];

/** Writers side by side. */
const RACES: readonly BackendCase[] = [
  {
    title: 'of ten creates of one version, exactly one wins',
    faults: false,
    async run(t) {
      const name = freshName();
      for (const version of [1, 2, 3]) {
        const newest = await t.get(name);
        const racers = range(1, 10).map(() => fakeRecord(name, version));
        const outcomes = await Promise.all(racers.map((record) => outcome(t.create(record, newest))));
        expect(outcomes.toSorted()).toEqual([...Array<string>(9).fill('ERR_CONFLICT'), 'ok']);
        const winner = racers[outcomes.indexOf('ok')];
        expect((await t.get(name))?.fields).toEqual(winner?.fields);
      }
      expect(versionsOf(await t.list({ name }))).toEqual(['3', '2', '1']);
    },
  },
  {
    title: 'writers of different names do not disturb each other',
    faults: false,
    async run(t) {
      const records = range(1, 12).map(() => fakeRecord(freshName(), 1));
      await Promise.all(records.map((record) => t.create(record, undefined)));
      const read = await Promise.all(records.map((record) => t.get(record.name)));
      expect(read.map((record) => record?.fields)).toEqual(records.map((record) => record.fields));
    },
  },
  {
    title: 'a reader beside a writer sees whole records, and versions only grow',
    faults: false,
    async run(t) {
      const name = freshName();
      const records = range(1, 8).map((version) => fakeRecord(name, version));
      let writing = true;
      const write = async (): Promise<void> => {
        for (const record of records) {
          await t.create(record, await t.get(name));
          // Read-your-writes.
          expect((await t.get(name))?.version).toBe(record.version);
        }
      };
      const read = async (): Promise<void> => {
        for (let last = 0; writing;) {
          const newest = await t.get(name);
          const version = Number(newest?.version ?? 0);
          expect(version).toBeGreaterThanOrEqual(last);
          if (newest !== undefined) expect(newest.fields).toEqual(records[version - 1]?.fields);
          last = version;
          await new Promise((resolve) => setImmediate(resolve));
        }
      };
      await Promise.all([write().finally(() => (writing = false)), read()]);
    },
  },
];

/** Removing values for good. */
const ERASING: readonly BackendCase[] = [
  {
    title: 'an erased version is a stub, its neighbours and its number stay',
    faults: false,
    async run(t) {
      const name = freshName();
      const [one, two, three] = [fakeRecord(name, 1), fakeRecord(name, 2), fakeRecord(name, 3)];
      await t.seed(one, two, three);
      const stub = fakeStub(name, 2, 'destroyed', 'ann@host');
      await t.erase(stub);
      expectRecord(await t.get(name, '2'), stub);
      expectRecord(await t.get(name, '1'), one);
      expectRecord(await t.get(name), three);
      expect((await t.list({ name })).map((l) => [l.version, l.state])).toEqual([
        ['3', undefined],
        ['2', 'destroyed'],
        ['1', undefined],
      ]);
      // Again is no failure; and a slot that holds a stub is taken.
      await t.erase(fakeStub(name, 2, 'pruned'));
      expect((await t.list({ name }))[1]?.state).toBe('pruned');
      await t.conflict(fakeRecord(name, 2), await t.get(name));
    },
  },
  {
    title: 'a removed version is gone, twice is no failure, and its neighbours stay',
    faults: true,
    async run(t) {
      const name = freshName();
      const [one, two, three] = [fakeRecord(name, 1), fakeRecord(name, 2), fakeRecord(name, 3)];
      await t.seed(one, two, three);
      await t.remove(two);
      await t.remove(two);
      expect(await t.get(name, '2')).toBeUndefined();
      expectRecord(await t.get(name, '1'), one);
      expectRecord(await t.get(name), three);
      expect(versionsOf(await t.list({ name }))).toEqual(['3', '1']);
      await t.remove(fakeRecord(freshName(), 1));
    },
  },
  {
    title: 'purging what was erased changes nothing that can be read',
    faults: false,
    async run(t) {
      const name = freshName();
      await t.seed(fakeRecord(name, 1), fakeRecord(name, 2), fakeRecord(name, 3));
      await t.erase(fakeStub(name, 1, 'pruned'));
      await t.purge(name, ['1']);
      expect((await t.get(name, '1'))?.fields['state']).toBe('pruned');
      expect((await t.get(name, '2'))?.version).toBe('2');
      await t.purge(name);
      expect((await t.get(name))?.version).toBe('3');
    },
  },
  {
    title: 'a listing of versions holds each of every name, with its fields and without its value',
    faults: false,
    async run(t) {
      const [a, b, other] = [freshName('p/a'), freshName('p/b'), freshName('q')];
      await t.seed(fakeRecord(a, 1), fakeRecord(a, 2, { comment: 'why' }), fakeRecord(b, 1), fakeStub(b, 2));
      await t.seed(fakeRecord(other, 1));
      const listed = await t.list({ versions: true, prefix: 'p/' });
      expect(listed.map((l) => `${l.name} ${l.version ?? ''} ${l.state ?? ''}`).sort()).toEqual(
        [`${a} 1 `, `${a} 2 `, `${b} 1 `, `${b} 2 deleted`].sort(),
      );
      for (const { fields = {} } of listed) {
        expect(Object.keys(fields)).not.toContain('data');
        expect(fields['lazycred']).toBe('1');
      }
      expect(await t.list({ versions: true })).toHaveLength(5);
    },
  },
  {
    title: 'a detailed listing says each version and when it was made',
    faults: false,
    async run(t) {
      const [a, b] = [freshName('a'), freshName('b')];
      await t.seed(fakeRecord(a, 1), fakeRecord(a, 2), fakeRecord(b, 1), fakeStub(b, 2));
      const listed = (await t.list({ details: true })).sort((x, y) => (x.name < y.name ? -1 : 1));
      expect(listed.map((l) => [l.name, l.version, l.state])).toEqual([
        [a, '2', undefined],
        [b, '2', 'deleted'],
      ]);
      for (const { created } of listed) expect(Date.now() - Number(created)).toBeLessThan(60_000);
    },
  },
];

/** All of them. */
export const BACKEND_CASES: readonly BackendCase[] = [...ONE_NAME, ...LISTINGS, ...RACES, ...ERASING];
