import '../support/preload.js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isLazycredError, openStore, type Store } from '../../src/index.js';
import { callS3 } from '../emulators/aws-call.js';
import { makeBucket, makeTable, startMoto } from '../emulators/servers.js';
import { LAZY, newUser, type User } from '../support/lazy.js';
import { run } from '../support/run.js';

/** Longer than any run of the command: it is killed meanwhile. */
const HANG_SECONDS = 60;
const POLL_MS = 5;

type Moto = Awaited<ReturnType<typeof startMoto>>;

let moto: Moto;
let user: User;
beforeAll(async () => {
  moto = await startMoto();
  user = newUser();
});
afterAll(() => moto.stop());

/** What stands under a name: what `get` gives, and every version that history shows. */
interface Standing {
  readonly newest: string;
  readonly versions: readonly string[];
}

/** A command that is stopped half way. */
interface Case {
  readonly title: string;
  /** Put before, in this order. */
  readonly values: readonly string[];
  readonly args: (name: string) => readonly string[];
  /** What `get` may give after it was stopped. */
  readonly between: readonly string[];
  readonly end: Standing;
  /** What the second run exits with where the first was done already. */
  readonly again: number;
  /** Running it twice makes a version more, of the same value. */
  readonly repeats?: boolean;
}

const GONE = 'ERR_NOT_FOUND';

const CASES: readonly Case[] = [
  {
    title: 'delete',
    values: ['one', 'two'],
    args: (name) => ['delete', name],
    between: ['two', GONE],
    end: { newest: GONE, versions: ['3 deleted', '2 two', '1 one'] },
    again: 4,
  },
  {
    title: 'rollback',
    values: ['one', 'two', 'three'],
    args: (name) => ['rollback', name, '2'],
    between: ['three', 'two'],
    end: { newest: 'two', versions: ['4 two', '3 three', '2 two', '1 one'] },
    again: 0,
    repeats: true,
  },
  {
    title: 'destroy',
    values: ['one', 'two'],
    args: (name) => ['destroy', name, '--yes'],
    between: ['two', GONE],
    end: { newest: GONE, versions: [] },
    again: 0,
  },
  {
    title: 'prune',
    values: ['one', 'two'],
    args: (name) => ['prune', name, '--keep', '1', '--yes'],
    between: ['two'],
    end: { newest: 'two', versions: ['2 two'] },
    again: 0,
  },
  {
    title: 'import',
    values: ['one'],
    args: (name) => ['import', `${name}.json`, '--skip-unchanged'],
    between: ['one', 'two'],
    end: { newest: 'two', versions: ['2 two', '1 one'] },
    again: 0,
  },
];

async function standing(store: Store, name: string): Promise<Standing> {
  const read = async (version?: string): Promise<string> => {
    try {
      return (await store.get(name, { version })).text();
    } catch (e) {
      if (isLazycredError(e)) return e.code;
      throw e;
    }
  };
  const versions: string[] = [];
  try {
    for (const { version, state } of await store.history(name)) {
      versions.push(`${version} ${state === 'value' ? await read(version) : state}`);
    }
  } catch (e) {
    if (!isLazycredError(e, 'ERR_NOT_FOUND')) throw e;
  }
  return { newest: await read(), versions };
}

describe.each([
  [
    'S3',
    async () => {
      const bucket = await makeBucket(moto.url);
      const enabled = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>';
      await callS3(moto.url, 'PUT', `/${bucket}?versioning`, enabled);
      return `s3://${bucket}/team/`;
    },
  ],
  ['DynamoDB', async () => `dynamodb://${await makeTable(moto.url)}`],
])('%s', (_, place) => {
  let store: Store;
  let env: Readonly<Record<string, string | undefined>>;
  beforeAll(async () => {
    const location = await place();
    const key = `local:${join(user.home, 'local.key')}`;
    store = await openStore({ store: location, key, endpoint: moto.url });
    env = { ...user.env, LAZYCRED_STORE: location, LAZYCRED_KEY: key, LAZYCRED_ENDPOINT: moto.url };
  });
  afterAll(() => store.close());

  const lazy = (args: readonly string[], started?: (kill: () => void) => void) =>
    run([process.execPath, LAZY, ...args], {
      env,
      cwd: user.work,
      started: (child) => started?.(() => child.kill('SIGKILL')),
    });

  /** Runs the command until moto has answered `n` requests; whether it was killed before its end. */
  async function killedAfter(n: number, args: readonly string[]): Promise<boolean> {
    await moto.faults.clear();
    // The next one is never answered, nor takes effect, and neither do those beside it.
    await moto.faults.inject({ skip: n, times: 1_000, delay: HANG_SECONDS, drop: true });
    let ended = false;
    const { signal } = await lazy(args, (kill) => {
      void (async () => {
        while (!ended && (await moto.faults.calls()).length < n) {
          await new Promise((resolve) => setTimeout(resolve, POLL_MS));
        }
        kill();
      })();
    });
    ended = true;
    await moto.faults.clear();
    return signal === 'SIGKILL';
  }

  test.each(CASES)('$title: killed after each request, then run again', async (c) => {
    let n = 1;
    for (; ; n++) {
      const name = `${c.title}-${n}`;
      for (const value of c.values) await store.put(name, value);
      writeFileSync(join(user.work, `${name}.json`), JSON.stringify({ [name]: 'two', [`${name}-new`]: 'x' }));
      const args = c.args(name);
      const killed = await killedAfter(n, args);
      const between = await standing(store, name);
      expect({ n, between: c.between.includes(between.newest) ? 'fine' : between }).toEqual({
        n,
        between: 'fine',
      });
      const isDone = between.newest === c.end.newest && between.versions.length > c.values.length;
      if (killed) {
        const { code, stderr } = await lazy(args);
        const said = code === 0 || (isDone && code === c.again) ? 'fine' : stderr;
        expect({ n, said }).toEqual({ n, said: 'fine' });
      }
      const end = await standing(store, name);
      // What had landed before the kill is done twice: one more version of the same value.
      const versions = c.repeats === true && killed && isDone ? end.versions.slice(1) : end.versions;
      expect({ n, newest: end.newest, versions }).toEqual({ n, ...c.end });
      // Nothing stands in the way of the next put.
      expect(Number((await store.put(name, 'later')).version)).toBeGreaterThan(c.values.length);
      if (c.title === 'import')
        expect(await standing(store, `${name}-new`)).toEqual({ newest: 'x', versions: ['1 x'] });
      if (!killed) break;
    }
    expect(n).toBeGreaterThan(1);
  });
});
