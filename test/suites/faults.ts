import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend } from '../../src/backend.js';
import { LazycredError, isLazycredError } from '../../src/errors.js';
import type { KeyProvider } from '../../src/keys.js';
import type { Listed } from '../../src/record.js';

/**
 * What goes wrong with one call:
 *
 * - `before`: it fails without an effect;
 * - `after`: it takes effect and its answer is lost;
 * - `resent`: the same, and it is sent a second time, as an SDK's own retry does;
 * - `slow`: it takes a few milliseconds longer;
 * - `abort`: the caller gives up just as it starts.
 */
export const FAULT_KINDS = ['before', 'after', 'resent', 'slow', 'abort'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** One fault at one call: the calls that wrappers made with this plan let through are counted from 0. */
export class FaultPlan {
  readonly kind: FaultKind;
  readonly at: number;
  /** What `abort` aborts with. */
  readonly reason = new Error('stopped by the fault plan');
  readonly #controller = new AbortController();
  #calls = 0;
  #fired = false;
  #paused = 0;

  constructor(kind: FaultKind, at: number) {
    this.kind = kind;
    this.at = at;
  }

  /** Whether the fault has been met. */
  get fired(): boolean {
    return this.#fired;
  }

  /** To hand to every call of the scenario: aborted when the plan's kind is `abort`, and not while paused. */
  get signal(): AbortSignal | undefined {
    return this.#paused > 0 ? undefined : this.#controller.signal;
  }

  /** Runs what belongs to the set-up or the final check: no call in it is counted or disturbed. */
  async calmly<T>(work: () => Promise<T>): Promise<T> {
    this.#paused++;
    try {
      return await work();
    } finally {
      this.#paused--;
    }
  }

  /** Makes one call, or lets it fail with `failure()`; for wrappers. */
  async pass<T>(call: () => Promise<T>, failure: () => unknown): Promise<T> {
    if (this.#paused > 0 || this.#calls++ !== this.at) return call();
    this.#fired = true;
    switch (this.kind) {
      case 'before':
        throw failure();
      case 'after':
        await call();
        throw failure();
      case 'resent':
        await call();
        return call();
      case 'slow':
        await sleep(5);
        return call();
      case 'abort':
        this.#controller.abort(this.reason);
        return call();
    }
  }

  /**
   * Whether an operation under this plan may end with `e`: the abort's reason; ERR_UNAVAILABLE for a
   * call that failed; ERR_CONFLICT for a write that had landed. Slowness excuses nothing.
   */
  excuses(e: unknown): boolean {
    if (!this.#fired) return false;
    switch (this.kind) {
      case 'before':
        return isLazycredError(e, 'ERR_UNAVAILABLE');
      case 'after':
        return isLazycredError(e, 'ERR_UNAVAILABLE') || isLazycredError(e, 'ERR_CONFLICT');
      case 'resent':
        return isLazycredError(e, 'ERR_CONFLICT');
      case 'slow':
        return false;
      case 'abort':
        return e === this.reason;
    }
  }
}

// A scenario that never ends its calls is a loop in the code under test.
const MOST_CALLS = 500;

/**
 * Repeats a scenario with the fault at its first call, its second, … until a run meets none.
 *
 * @returns how many calls there were
 * @throws what the scenario throws, saying at which call; and when it made no call at all
 * @example
 * await atEveryCall('after', async (plan) => {
 *   const store = storeOn(faultyBackend(new MemoryBackend(), plan));
 *   expect(await store.put('db', 'x', { signal: plan.signal })).toBe(1);
 * });
 */
export async function atEveryCall(
  kind: FaultKind,
  scenario: (plan: FaultPlan) => Promise<void>,
): Promise<number> {
  for (let at = 0; at < MOST_CALLS; at++) {
    const plan = new FaultPlan(kind, at);
    try {
      await scenario(plan);
    } catch (e) {
      const why = e instanceof Error ? e.message : String(e);
      throw new Error(`with the fault "${kind}" at call ${at}: ${why}`, { cause: e });
    }
    if (plan.fired) continue;
    if (at === 0) throw new Error('the scenario made no call through its plan: it proves nothing');
    return at;
  }
  throw new Error(`the scenario still met a fault at call ${MOST_CALLS}`);
}

function unavailable(location: string): LazycredError {
  return new LazycredError('ERR_UNAVAILABLE', `${location} is unavailable: injected by the test`, {
    location,
  });
}

/** A backend whose calls go through `plan`; each step of a listing counts as a call. */
export function faultyBackend(inner: Backend, plan: FaultPlan): Backend {
  const pass = <T>(call: () => Promise<T>): Promise<T> => plan.pass(call, () => unavailable(inner.location));
  return {
    location: inner.location,
    maxRecordBytes: inner.maxRecordBytes,
    get: (...args) => pass(() => inner.get(...args)),
    numberBefore: (...args) => pass(() => inner.numberBefore(...args)),
    create: (...args) => pass(() => inner.create(...args)),
    erase: (...args) => pass(() => inner.erase(...args)),
    remove: (...args) => pass(() => inner.remove(...args)),
    purge: (...args) => pass(() => inner.purge(...args)),
    async *list(o) {
      const steps = inner.list(o)[Symbol.asyncIterator]();
      try {
        for (;;) {
          // Sent twice, a step gives the same page's item again; a second `next()` would ask for another.
          let answer: Promise<IteratorResult<Listed>> | undefined;
          const step = await pass(() => (answer ??= steps.next()));
          if (step.done === true) return;
          yield step.value;
        }
      } finally {
        await steps.return?.();
      }
    },
    close: () => inner.close(),
  };
}

/** A key provider whose calls go through `plan`. */
export function faultyKeys(inner: KeyProvider, plan: FaultPlan): KeyProvider {
  const pass = <T>(call: () => Promise<T>): Promise<T> => plan.pass(call, () => unavailable(inner.label));
  return {
    id: inner.id,
    label: inner.label,
    generate: (...args) => pass(() => inner.generate(...args)),
    wrap: (...args) => pass(() => inner.wrap(...args)),
    unwrap: (...args) => pass(() => inner.unwrap(...args)),
    rank: (wrapped) => inner.rank(wrapped),
    close: () => inner.close(),
  };
}

/** An SDK client whose `send` goes through `plan` and fails as a cut connection does. */
export function faultyClient<Client extends object>(client: Client, plan: FaultPlan): Client {
  return new Proxy(client, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      const method = (...args: unknown[]): unknown => Reflect.apply(value, target, args);
      if (property !== 'send') return method;
      return (...args: unknown[]) => plan.pass(async () => method(...args), connectionCut);
    },
  });
}

// As Node's http client reports it; the SDK adds $metadata.
function connectionCut(): unknown {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET', $metadata: { attempts: 1 } });
}
