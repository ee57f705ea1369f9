import { describe, expect, test } from '@jest/globals';
import type { Backend } from '../../src/backend.js';
import { MemoryBackend } from '../../src/backends/memory.js';
import { isLazycredError } from '../../src/errors.js';
import type { SecretName } from '../../src/record/names.js';
import type { Listed, StoredRecord } from '../../src/record.js';
import { BACKEND_CASES } from './backend-cases.js';
import { Ground } from './ground.js';

// The suite must be able to fail: each of these backends has one of the faults that real ones had.

type Change = (right: Backend) => Partial<Backend>;
type Writer = Backend['create'];

function mutant(change: Change): Backend {
  const right = new MemoryBackend();
  const bound: Backend = {
    location: right.location,
    maxRecordBytes: right.maxRecordBytes,
    get: (...args) => right.get(...args),
    numberBefore: (...args) => right.numberBefore(...args),
    create: (...args) => right.create(...args),
    erase: (...args) => right.erase(...args),
    remove: (...args) => right.remove(...args),
    purge: (...args) => right.purge(...args),
    list: (...args) => right.list(...args),
    close: () => right.close(),
  };
  return { ...bound, ...change(right) };
}

// A listing changed as a whole.
const relist =
  (alter: (all: Listed[], o: Parameters<Backend['list']>[0]) => Listed[]): Change =>
  (right) => ({
    async *list(o) {
      const all: Listed[] = [];
      for await (const listed of right.list(o)) all.push(listed);
      yield* alter(all, o);
    },
  });

// A record changed on its way in or out.
const reread =
  (alter: (record: StoredRecord) => StoredRecord): Change =>
  (right) => ({
    get: async (...args) => {
      const record = await right.get(...args);
      return record && alter(record);
    },
  });

const renamed =
  (rename: (name: SecretName) => SecretName): Change =>
  (right) => ({
    get: async (name, ...rest) => {
      const record = await right.get(rename(name), ...rest);
      return record && { ...record, name };
    },
    numberBefore: (name, newest, o) =>
      right.numberBefore(rename(name), newest && { ...newest, name: rename(name) }, o),
    create: (record, after, o) => right.create({ ...record, name: rename(record.name) }, after, o),
  });

function unmarked(listed: Listed): Listed {
  const { state, ...rest } = listed;
  return state === undefined ? listed : rest;
}

const MUTANTS: Readonly<Record<string, Change>> = {
  'reads one page of a listing': relist((all) => all.slice(0, 2)),
  'repeats a name at a page’s edge': relist((all) => all.flatMap((l, i) => (i === 2 ? [l, l] : [l]))),
  'leaves tombstones out': relist((all) => all.filter((l) => l.state === undefined)),
  'does not mark tombstones': relist((all) => all.map(unmarked)),
  'lists versions oldest first': relist((all, o) => (o?.name === undefined ? all : all.reverse())),
  'ignores the prefix': (right) => ({ list: (o) => right.list({ ...o, prefix: '' }) }),
  'takes a prefix for a folder': (right) => ({
    async *list(o) {
      for await (const l of right.list(o)) {
        const { prefix = '' } = o ?? {};
        if (prefix === '' || prefix.endsWith('/') || l.name.startsWith(`${prefix}/`)) yield l;
      }
    },
  }),
  'gives values out in a listing': (right) => ({
    async *list(o) {
      for await (const l of right.list(o)) {
        const record = await right.get(l.name, l.version);
        yield { ...l, fields: record?.fields ?? {} };
      }
    },
  }),
  'sorts versions as text': (right) => ({
    async get(name, version, o) {
      if (version !== undefined) return right.get(name, version, o);
      const versions: string[] = [];
      for await (const l of right.list({ name })) versions.push(l.version ?? '');
      const newest = versions.sort().at(-1);
      return newest === undefined ? undefined : right.get(name, newest, o);
    },
  }),
  'reads the newest for a version that is absent': (right) => ({
    get: async (name, version, o) => (await right.get(name, version, o)) ?? right.get(name, undefined, o),
  }),
  'drops a field': reread(({ fields, ...r }) => ({ ...r, fields: { data: fields['data'] ?? '' } })),
  'normalises text': reread((r) => ({
    ...r,
    fields: Object.fromEntries(Object.entries(r.fields).map(([k, v]) => [k, v.replace('\u2028', '\n')])),
  })),
  'folds case': renamed((name) => name.toLowerCase() as SecretName),
  'decodes percent signs': renamed((name) => name.replaceAll('%2F', '/') as SecretName),
  'normalises Unicode': renamed((name) => name.normalize('NFC') as SecretName),
  overwrites: (right) => {
    const over = new Map<string, StoredRecord>();
    return {
      create: (record, after, o) =>
        right.create(record, after, o).catch(() => {
          over.set(`${record.name} ${record.version}`, record);
        }),
      async get(name, version, o) {
        const record = await right.get(name, version, o);
        return record && (over.get(`${name} ${record.version}`) ?? record);
      },
    };
  },
  'swallows a conflict': (right) => ({
    create: (...args: Parameters<Writer>) =>
      right.create(...args).catch((e: unknown) => {
        if (!isLazycredError(e, 'ERR_CONFLICT')) throw e;
      }),
  }),
  'calls a conflict unavailable': (right) => ({
    create: (...args: Parameters<Writer>) =>
      right.create(...args).catch((e: unknown) => {
        throw new Error('unavailable', { cause: e });
      }),
  }),
  'checks, then writes': () => {
    const unsafe = new Map<string, StoredRecord>();
    return {
      get: async (name) => unsafe.get(name),
      async create(record, after) {
        const now = unsafe.get(record.name);
        await new Promise((resolve) => setImmediate(resolve));
        if (now === after) unsafe.set(record.name, record);
      },
    };
  },
  'counts tombstones as nothing': (right) => ({
    numberBefore: async (name, newest, o) => {
      const base = await right.numberBefore(name, newest, o);
      return newest?.fields['state'] === undefined ? base : 0;
    },
  }),
  'frees the number of what it erases': (right) => {
    const erased = new Set<string>();
    return {
      erase: async (stub) => void erased.add(stub.version),
      get: async (name, version, o) => (erased.has(version ?? '') ? undefined : right.get(name, version, o)),
    };
  },
  'takes more than the most that it says': () => ({ maxRecordBytes: 1_000 }),
  'answers reads late': (right) => {
    let before: StoredRecord | undefined;
    return {
      async create(record, after, o) {
        await right.create(record, after, o);
        before = after;
      },
      get: async (name, version, o) =>
        version === undefined && before?.name === name ? before : right.get(name, version, o),
    };
  },
};

describe('the backend suite refuses a backend that', () => {
  test.each(Object.entries(MUTANTS))('%s', async (_, change) => {
    const failed: string[] = [];
    for (const example of BACKEND_CASES) {
      const t = new Ground(mutant(change));
      try {
        await example.run(t);
        await t.settle();
      } catch {
        failed.push(example.title);
      }
    }
    expect(failed).not.toEqual([]);
    // For one reason, not because nothing works.
    expect(failed.length).toBeLessThan(BACKEND_CASES.length);
  });
});
