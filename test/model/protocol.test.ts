import { describe, expect, test } from '@jest/globals';
import { Store } from '../../src/store.js';
import type { S3Backend } from '../../src/backends/s3.js';
import { explore, NAME, provider, type Operation, type Scenario, type State, type World } from './explore.js';
import { dynamodb, s3 } from './worlds.js';

const LAZYCRED = JSON.stringify({ data: 'gAAAAA', key: 'AAAA' });
const PUT: Operation = {};

/** The state that `puts` undisturbed puts leave behind, made by the code itself. */
async function after(world: World, puts: number, initial: State = new Map()): Promise<State> {
  let state = initial;
  const backend = world.backend((command) => {
    const request = { op: command.constructor.name, input: command.input as Record<string, unknown> };
    const { state: changed, answer } = world.execute(state, request);
    state = changed;
    if (!('error' in answer)) return Promise.resolve(world.output(request, answer));
    return Promise.reject(
      Object.assign(new Error('model'), { name: answer.error, $metadata: { httpStatusCode: answer.status } }),
    );
  });
  const store = new Store({ backend, keys: [provider] });
  for (let i = 0; i < puts; i++) await store.put(NAME, 'old');
  return state;
}

async function check(scenario: Scenario, wanted: readonly string[]): Promise<void> {
  const report = await explore(scenario);
  expect(report.violation).toBeUndefined();
  // A checker that never got anywhere finds nothing, too.
  expect([...report.outcomes.keys()].sort()).toEqual([...wanted].sort());
}

describe.each([
  ['S3', s3],
  ['DynamoDB', dynamodb],
])('every interleaving of puts on %s', (_, world) => {
  test('two writers, two puts each, after a first version; a crash, a lost answer', async () => {
    const initial = await after(world, 1);
    const writers = [
      [PUT, PUT],
      [PUT, PUT],
    ];
    await check({ world, initial, writers, crashes: 1, losses: 1 }, ['put', 'ERR_UNAVAILABLE']);
  }, 60_000);

  test('two writers on nothing, two lost answers', async () => {
    await check({ world, initial: new Map(), writers: [[PUT], [PUT]], crashes: 1, losses: 2 }, [
      'put',
      'ERR_UNAVAILABLE',
    ]);
  }, 60_000);

  test('two writers, each of whose writes may be told that another one is under way: never an alarm', async () => {
    const initial = await after(world, 1);
    const writers = [[PUT], [{ ifVersion: 1 }]];
    const scenario = { world, initial, writers, crashes: 0, losses: 1, conflicts: 2 };
    await check(scenario, ['put', 'ERR_CONFLICT', 'ERR_UNAVAILABLE']);
  }, 60_000);

  test('compare-and-set against plain puts', async () => {
    const initial = await after(world, 2);
    const writers = [[{ ifVersion: 2 }, { ifVersion: 3 }], [PUT], [{ ifVersion: 2 }]];
    await check({ world, initial, writers, crashes: 0, losses: 1 }, [
      'put',
      'ERR_CONFLICT',
      'ERR_UNAVAILABLE',
    ]);
  }, 60_000);
});

describe.each([
  ['S3', s3],
  ['DynamoDB', dynamodb],
])('removals among puts on %s', (_, world) => {
  test('delete against puts, and what brings it back', async () => {
    const initial = await after(world, 1);
    const writers: Operation[][] = [[{ kind: 'delete' }, { kind: 'undelete' }], [PUT]];
    const outcomes = ['put', 'delete', 'undelete', 'ERR_CONFLICT', 'ERR_UNAVAILABLE'];
    await check({ world, initial, writers, crashes: 1, losses: 1 }, outcomes);
  }, 60_000);

  test('destroy against a put: no destroyed value comes back, wherever it stops', async () => {
    const initial = await after(world, 2);
    const scenario = {
      world,
      initial,
      writers: [[{ kind: 'destroy' }], [PUT]] as Operation[][],
      crashes: 1,
      losses: 1,
    };
    await check(scenario, ['put', 'destroy', 'ERR_CONFLICT', 'ERR_UNAVAILABLE']);
  }, 60_000);

  test('prune against a put', async () => {
    const initial = await after(world, 3);
    const scenario = {
      world,
      initial,
      writers: [[{ kind: 'prune' }], [PUT]] as Operation[][],
      crashes: 1,
      losses: 1,
    };
    await check(scenario, ['put', 'prune', 'ERR_UNAVAILABLE']);
  }, 60_000);
});

describe('S3 alone', () => {
  const accept = ['native', 'lazycred'] as const;

  test('two writers after an object that LazyCred wrote: it becomes version 1, once', async () => {
    const initial = new Map([[NAME, LAZYCRED]]);
    const scenario = { world: s3, initial, writers: [[PUT], [PUT]], crashes: 1, losses: 1, accept };
    await check(scenario, ['put', 'ERR_UNAVAILABLE']);
  }, 60_000);

  test("LazyCred's own tool writes in between", async () => {
    const initial = await after(s3, 1);
    const overwrite: Operation = { overwrite: { place: NAME, body: LAZYCRED } };
    const scenario = {
      world: s3,
      initial,
      writers: [[PUT, PUT], [overwrite], [PUT]],
      crashes: 0,
      losses: 0,
      accept,
    };
    await check(scenario, ['put', 'overwritten']);
  }, 60_000);

  test('a head that was removed by hand', async () => {
    const state = new Map(await after(s3, 3));
    state.delete(NAME);
    await check({ world: s3, initial: state, writers: [[PUT], [PUT]], crashes: 1, losses: 1 }, [
      'put',
      'ERR_UNAVAILABLE',
    ]);
  }, 60_000);
});

describe('the checker finds', () => {
  /** S3 that honours conditions only as far as `ignored` allows. */
  function careless(ignored: 'IfMatch' | 'IfNoneMatch'): World {
    return {
      ...s3,
      backend: (send) => s3.backend(send),
      execute(state, request) {
        const { [ignored]: _, ...input } = request.input;
        return s3.execute(state, { ...request, input });
      },
    };
  }

  test.each(['IfMatch', 'IfNoneMatch'] as const)('what a server that ignores %s does', async (ignored) => {
    const world = careless(ignored);
    const initial = ignored === 'IfMatch' ? await after(s3, 1) : new Map<string, string>();
    const report = await explore({ world, initial, writers: [[PUT], [PUT]], crashes: 0, losses: 0 });
    expect(report.violation).toMatch(/acknowledged|went back/u);
  });

  test('a backend that swaps the head without archiving it', async () => {
    const world: World = { ...s3, backend: (send) => withoutArchive(s3.backend(send) as S3Backend) };
    const initial = await after(s3, 1);
    const report = await explore({ world, initial, writers: [[PUT, PUT]], crashes: 0, losses: 0 });
    expect(report.violation).toMatch(/is not there/u);
  });

  function withoutArchive(backend: S3Backend): S3Backend {
    const create = backend.create.bind(backend);
    backend.create = (record, newest, o) =>
      // As LazyCred's format does: a record without a version replaces the head alone.
      create({ ...record, version: '' }, newest, o);
    return backend;
  }
});
