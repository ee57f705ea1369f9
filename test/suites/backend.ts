import { describe, expect, test } from '@jest/globals';
import type { Backend } from '../../src/backend.js';
import { BACKEND_CASES, type BackendCase } from './backend-cases.js';
import { atEveryCall, FAULT_KINDS, faultyBackend, type FaultPlan } from './faults.js';
import { collect, Ground } from './ground.js';
import { fakeRecord, freshName } from './records.js';

// What is sent twice is for the store to see through; its own tests do that on every backend.
const KINDS = FAULT_KINDS.filter((kind) => kind !== 'resent');

/** Differences that a backend declares. */
export interface BackendSuiteOptions {
  /**
   * A backend whose service calls go through `plan` (wrap its SDK client by `faultyClient`), so that
   * faults strike between the requests of one operation. Without it they strike between operations;
   * `false` spares a second server of a protocol the faults that the first has had.
   */
  readonly faulty?: ((plan: FaultPlan) => Promise<Backend> | Backend) | false;
}

/**
 * The conformance suite of {@link Backend}: describes its tests in the calling file.
 *
 * @param factory gives an empty backend of its own to each test, with a page size of 2 where it reads
 *   in pages; the suite closes it
 * @example
 * backendSuite('MemoryBackend', () => new MemoryBackend());
 */
export function backendSuite(
  title: string,
  factory: () => Promise<Backend> | Backend,
  options: BackendSuiteOptions = {},
): void {
  describe(`${title} as a backend`, () => {
    test.each(BACKEND_CASES)('$title', async (example) => {
      await withBackend(factory(), (backend) => runCase(example, new Ground(backend)));
    });
    cancellation(factory);
    closing(factory);
  });
  if (options.faulty === false) return;
  const faulty = options.faulty ?? (async (plan: FaultPlan) => faultyBackend(await factory(), plan));
  describe(`${title} with a fault at each call`, () => {
    for (const example of BACKEND_CASES.filter((c) => c.faults)) {
      test.each(KINDS)(`${example.title}: %s`, async (kind) => {
        const calls = await atEveryCall(kind, (plan) =>
          withBackend(faulty(plan), (backend) => runUnderFault(example, backend, plan)),
        );
        expect(calls).toBeGreaterThan(0);
      });
    }
  });
}

async function withBackend(
  made: Promise<Backend> | Backend,
  work: (backend: Backend) => Promise<void>,
): Promise<void> {
  const backend = await made;
  try {
    await work(backend);
  } finally {
    await backend.close();
  }
}

async function runCase(example: BackendCase, t: Ground): Promise<void> {
  await example.run(t);
  await t.settle();
}

async function runUnderFault(example: BackendCase, backend: Backend, plan: FaultPlan): Promise<void> {
  const t = new Ground(backend, plan);
  try {
    await example.run(t);
  } catch (e) {
    if (!plan.excuses(e)) throw e;
  }
  await t.settle();
}

function cancellation(factory: () => Promise<Backend> | Backend): void {
  type Call = (backend: Backend, signal: AbortSignal) => Promise<unknown>;
  const name = freshName();
  const calls: readonly (readonly [string, Call])[] = [
    ['get', (b, signal) => b.get(name, undefined, { signal })],
    ['get of a version', (b, signal) => b.get(name, '1', { signal })],
    ['numberBefore', async (b, signal) => b.numberBefore(name, await b.get(name), { signal })],
    ['create', async (b, signal) => b.create(fakeRecord(name, 3), await b.get(name), { signal })],
    ['list', (b, signal) => collect(b.list({ signal }))],
    ['list of versions', (b, signal) => collect(b.list({ name, signal }))],
  ];
  const seeded = async (t: Ground): Promise<void> => t.seed(fakeRecord(name, 1), fakeRecord(name, 2));

  test.each(calls)('%s rejects with the reason of a signal that is aborted', async (_, call) => {
    await withBackend(factory(), async (backend) => {
      const t = new Ground(backend);
      await seeded(t);
      const reason = new Error('no longer wanted');
      await expect(call(backend, AbortSignal.abort(reason))).rejects.toBe(reason);
      expect((await t.get(name))?.version).toBe('2');
      await t.settle();
    });
  });

  test.each(calls)('%s, aborted on the way, finishes or rejects with the reason', async (_, call) => {
    await withBackend(factory(), async (backend) => {
      const t = new Ground(backend);
      await seeded(t);
      const reason = new Error('no longer wanted');
      for (const delay of [0, 1, 2, 4]) {
        const controller = new AbortController();
        setTimeout(() => controller.abort(reason), delay);
        const failure: unknown = await call(backend, controller.signal).then(
          () => undefined,
          (e: unknown) => e,
        );
        if (failure === undefined) continue;
        // An earlier round's create may have landed without an answer.
        if (!(failure instanceof Error && 'code' in failure && failure.code === 'ERR_CONFLICT')) {
          expect(failure).toBe(reason);
        }
      }
      const versions = (await t.list({ name })).map((l) => l.version);
      expect(versions.slice(-2)).toEqual(['2', '1']);
    });
  });

  test('a listing that is left early, and one whose signal is aborted half way, end at once', async () => {
    await withBackend(factory(), async (backend) => {
      const t = new Ground(backend);
      await t.seed(...['a', 'b', 'c', 'd', 'e'].map((n) => fakeRecord(n, 1)));
      for await (const listed of backend.list()) {
        expect(listed.name).toHaveLength(1);
        break;
      }
      const controller = new AbortController();
      const reason = new Error('seen enough');
      const seen: string[] = [];
      const reading = (async () => {
        for await (const { name: found } of backend.list({ signal: controller.signal })) {
          seen.push(found);
          controller.abort(reason);
        }
      })();
      await expect(reading).rejects.toBe(reason);
      expect(seen.length).toBeLessThan(5);
    });
  });
}

function closing(factory: () => Promise<Backend> | Backend): void {
  test('a closed backend refuses further calls, and may be closed again', async () => {
    const backend = await factory();
    const name = freshName();
    await backend.create(fakeRecord(name, 1), undefined);
    await backend.close();
    await backend.close();
    await expect(backend.get(name)).rejects.toThrow();
    await expect(backend.create(fakeRecord(name, 1), undefined)).rejects.toThrow();
    await expect(collect(backend.list())).rejects.toThrow();
  });

  test('the location is an address without credentials', async () => {
    await withBackend(factory(), async (backend) => {
      expect(backend.location).toMatch(/^[a-z0-9]+:/u);
      expect(backend.location).not.toMatch(/@|AKID|secret-access-key/u);
    });
  });
}
