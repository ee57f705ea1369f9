import { expect, test } from '@jest/globals';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore } from '../../../src/connect.js';
import { STUB_BYTES } from '../../../src/record/body.js';
import type { Store } from '../../../src/store.js';
import { runSteps, STEPS_NAME, type Action, type StepsDone } from '../../support/local-steps.js';
import { tempDir } from '../../support/temp-dir.js';
import { runTurns, type TurnsJob } from '../../support/two-at-once.js';

const SLOW = 120_000;

async function withStore<T>(folder: string, use: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore({
    store: join(folder, 'store'),
    key: `local:${join(folder, 'keys/local.key')}`,
  });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** The files of the name that hold more than a stub does. */
async function holding(folder: string): Promise<string[]> {
  const place = join(folder, 'store', STEPS_NAME);
  const files = await readdir(place).catch(() => []);
  const bodies = await Promise.all(files.map((file) => readFile(join(place, file))));
  return files.filter((file, i) => !file.endsWith('.json') || bodies[i]?.length !== STUB_BYTES);
}

/** Runs the action in a copy of `start`, killed before each of its calls in turn, and `then` after each kill. */
async function killedEverywhere(
  start: string,
  action: Action,
  then: (folder: string, killAt: number) => Promise<void>,
): Promise<StepsDone> {
  for (let killAt = 1; ; killAt++) {
    const folder = tempDir();
    await cp(start, folder, { recursive: true });
    const done = await runSteps({ folder, action, killAt, text: 'never acknowledged' });
    if (done !== undefined) return done;
    await then(folder, killAt);
  }
}

test.each([
  ['destroy', (store: Store) => store.destroy(STEPS_NAME)],
  ['prune', (store: Store) => store.prune(STEPS_NAME, { keep: 1 })],
  ['destroy of a single version', (store: Store) => store.destroy(STEPS_NAME, { versions: ['1'] })],
] as const)('a .tmp file that a killed put left is removed by %s, whatever its age', async (_, remove) => {
  const folder = tempDir();
  await withStore(folder, async (store) => {
    await store.put(STEPS_NAME, 'first');
    await store.put(STEPS_NAME, 'second');
    const place = join(folder, 'store', STEPS_NAME);
    await cp(join(place, '0000000000000000001.json'), join(place, '.tmp-0123456789abcdef01234567'));
    await remove(store);
    expect((await readdir(place)).filter((file) => file.startsWith('.tmp-'))).toEqual([]);
  });
});

test('destroying a name without versions removes what its killed first put left, and says not found', async () => {
  const folder = tempDir();
  const place = join(folder, 'store', STEPS_NAME);
  await mkdir(place, { recursive: true });
  await writeFile(join(place, '.tmp-0123456789abcdef01234567'), 'a whole record');
  await withStore(folder, async (store) => {
    await expect(store.destroy(STEPS_NAME)).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    expect(await readdir(place)).toEqual([]);
    await writeFile(join(place, '.tmp-0123456789abcdef01234567'), 'a whole record');
    await expect(store.prune(STEPS_NAME, { keep: 1 })).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    expect(await readdir(place)).toEqual([]);
  });
});

test('destroy fails and names an unfinished file that it can not remove', async () => {
  const folder = tempDir();
  await withStore(folder, async (store) => {
    await store.put(STEPS_NAME, 'value');
    // A folder in a file's place: what unlink() removes for nobody, root included.
    const path = join(folder, 'store', STEPS_NAME, '.tmp-0123456789abcdef01234567');
    await mkdir(path);
    await expect(store.destroy(STEPS_NAME)).rejects.toMatchObject({
      message: expect.stringContaining(
        `an unfinished write of it may still hold a value: cannot remove ${path}`,
      ),
      secret: STEPS_NAME,
    });
  });
});

test(
  'killed before any system call that changes something, a put leaves nothing that destroying does not remove',
  async () => {
    for (const versions of [0, 1]) {
      const start = tempDir();
      if (versions > 0) await withStore(start, (store) => store.put(STEPS_NAME, 'acknowledged'));
      let left = 0;
      const { changes } = await killedEverywhere(start, 'put', async (folder) => {
        left += (await holding(folder)).filter((file) => file.startsWith('.tmp-')).length;
        await withStore(folder, async (store) => {
          if (versions > 0) expect((await store.history(STEPS_NAME)).length).toBeGreaterThanOrEqual(1);
          await store.destroy(STEPS_NAME).catch((e: unknown) => {
            expect(e).toMatchObject({ code: 'ERR_NOT_FOUND' });
          });
        });
        expect(await holding(folder)).toEqual([]);
      });
      expect(changes.length).toBeGreaterThan(5);
      expect(left).toBeGreaterThan(2);
    }
  },
  SLOW,
);

test.each(['destroy', 'prune'] as const)(
  'killed before any system call that changes something, %s does the rest when it is run again',
  async (action) => {
    const start = tempDir();
    await withStore(start, async (store) => {
      await store.put(STEPS_NAME, 'first');
      await store.put(STEPS_NAME, 'second');
    });
    const place = join(start, 'store', STEPS_NAME);
    await cp(join(place, '0000000000000000001.json'), join(place, '.tmp-0123456789abcdef01234567'));
    await killedEverywhere(start, action, async (folder) => {
      await withStore(folder, (store) =>
        action === 'prune' ? store.prune(STEPS_NAME, { keep: 1 }) : store.destroy(STEPS_NAME),
      );
      expect(await holding(folder)).toEqual(action === 'prune' ? ['0000000000000000002.json'] : []);
    });
  },
  SLOW,
);

test(
  'whenever a destroy comes between, a put that is told its version has stored it',
  async () => {
    const start = tempDir();
    await withStore(start, (store) => store.put(STEPS_NAME, 'before'));
    for (let at = 1; ; at++) {
      const folder = tempDir();
      await cp(start, folder, { recursive: true });
      const done = await runSteps({
        folder,
        action: 'put',
        between: { action: 'destroy', at },
        text: 'kept',
      });
      if (done === undefined || done.calls < at) return;
      const state = await stateOf(folder, done.put);
      // Linked before: destroyed with the rest. Afterwards: a version of its own, which can be read.
      const kept = state === 'value' ? [`${done.put.padStart(19, '0')}.json`] : [];
      expect({ at, state, left: await holding(folder) }).toEqual({
        at,
        state: expect.stringMatching(/value|stub/u),
        left: kept,
      });
    }
  },
  SLOW,
);

test(
  'whenever a put comes between, destroy ends, and the put has stored what it says',
  async () => {
    const start = tempDir();
    await withStore(start, (store) => store.put(STEPS_NAME, 'before'));
    for (let at = 1; ; at++) {
      const folder = tempDir();
      await cp(start, folder, { recursive: true });
      const done = await runSteps({ folder, action: 'destroy', between: { action: 'put', at } });
      if (done === undefined || done.calls < at) return;
      expect({ at, state: await stateOf(folder, done.between) }).not.toEqual({ at, state: 'lost' });
      expect((await holding(folder)).filter((file) => file.startsWith('.tmp-'))).toEqual([]);
    }
  },
  SLOW,
);

test.each<TurnsJob>([
  { actions: ['put', 'destroy'], versions: 1 },
  { actions: ['destroy', 'put'], versions: 1 },
  { actions: ['prune', 'put'], versions: 2 },
])(
  '$actions, each of which stops anywhere for the other: nothing acknowledged is lost, nothing removed is left',
  async (job) => {
    const { schedules, faults } = await runTurns(job);
    expect(faults).toEqual([]);
    expect(schedules).toBeGreaterThan(100);
  },
  SLOW,
);

/** How a version stands: read, or by the size of its file where there is nothing to read. */
async function stateOf(folder: string, version: string): Promise<'value' | 'stub' | 'lost'> {
  const isRead = await withStore(folder, (store) => store.get(STEPS_NAME, { version })).then(
    () => true,
    (e: unknown) => {
      expect(e).toMatchObject({ code: 'ERR_NOT_FOUND' });
      return false;
    },
  );
  if (isRead) return 'value';
  const path = join(folder, 'store', STEPS_NAME, `${version.padStart(19, '0')}.json`);
  return (await readFile(path).catch(() => undefined))?.length === STUB_BYTES ? 'stub' : 'lost';
}
