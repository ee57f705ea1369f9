import { setTimeout as sleep } from 'node:timers/promises';
import { isLazycredError, type LazycredError } from '../../errors.js';
import type { Store } from '../../index.js';
import { endAtSignals } from '../interrupt.js';
import type { Session } from '../session.js';
import type { Child, End } from './child.js';
import type { FetchedValues } from './fetch.js';

/** How long no further version may come before the program is restarted for those that came, in milliseconds. */
const QUIET_MS = 2_000;

/** A restart waits up to this long on top, at random: not all of a service's processes go down at one moment. */
const MOST_JITTER_MS = 3_000;

/** What asks a program to end: after one of them it is not started again. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/** How a program is run while its secrets are watched. */
export interface WatchSpec {
  readonly store: Store;
  readonly everyMs: number;
  /** How long the program has after SIGTERM, in milliseconds. */
  readonly graceMs: number;
  /** Instead of a restart: a signal, after its files were written anew. */
  readonly signal?: NodeJS.Signals | undefined;
  start(values: FetchedValues): Promise<Child>;
  /** Fetches everything again. */
  fetch(): Promise<FetchedValues>;
  rewrite(values: FetchedValues): Promise<void>;
}

/**
 * Runs a program, and again whenever a value that it was given is another, until it ends by itself or is asked to
 * end. What fails meanwhile is told once and changes nothing: the program goes on with what it has.
 */
export async function runWatched(spec: WatchSpec, first: FetchedValues, session: Session): Promise<End> {
  const ending = new AbortController();
  const note = (signal: NodeJS.Signals): void => ending.abort(signal);
  for (const signal of ENDING) process.on(signal, note);
  // Between two programs it is meant for none; without a listener it would end lazy.
  process.on('SIGUSR2', ignore);
  const watch = new Changes(spec, first, session);
  let values = first;
  try {
    let child = await spec.start(values);
    for (;;) {
      const end = await Promise.race([child.ended, watch.next(values)]);
      if (!isValues(end)) return end;
      values = end;
      if (spec.signal !== undefined) {
        await spec.rewrite(values);
        child.send(spec.signal);
        session.talk(`note: new secrets: sent ${spec.signal}`);
        continue;
      }
      session.talk('note: new secrets: restarting');
      const stopped = await child.stop(spec.graceMs);
      if (ending.signal.aborted) return stopped;
      await spec.rewrite(values);
      child = await spec.start(values);
      // It came while there was no program that could get it.
      if (ending.signal.aborted) child.send(ending.signal.reason as NodeJS.Signals);
    }
  } finally {
    watch.stop();
    for (const signal of ENDING) process.removeListener(signal, note);
    process.removeListener('SIGUSR2', ignore);
    endAtSignals();
  }
}

function ignore(): void {}

function isValues(x: End | FetchedValues): x is FetchedValues {
  return 'variables' in x;
}

/** Tells when values are others than those that were given. */
class Changes {
  readonly #spec: WatchSpec;
  readonly #session: Session;
  readonly #stopping = new AbortController();
  #wake: (() => void) | undefined;
  #last = 0;

  constructor(spec: WatchSpec, first: FetchedValues, session: Session) {
    this.#spec = spec;
    this.#session = session;
    const versions = new Map(first.secrets.filter((s) => !s.isPinned).map((s) => [s.name, s.version]));
    for (const [name, version] of versions) this.#watch(name, version);
  }

  #watch(name: string, version: string): void {
    const { signal } = this.#stopping;
    const { store, everyMs } = this.#spec;
    const changed = (): void => {
      this.#last = performance.now();
      this.#wake?.();
    };
    const failed = (e: LazycredError): void => {
      this.#session.talk(`note: "${name}" can't be looked at, CMD goes on with what it has: ${e.message}`);
    };
    store.watch(name, changed, { signal, everyMs, version, failed }).catch((e: unknown) => {
      if (!signal.aborted) throw e;
    });
  }

  /** The new values, once there are any and no more have come for a while. */
  async next(given: FetchedValues): Promise<FetchedValues> {
    for (;;) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
      const jitter = Math.random() * MOST_JITTER_MS;
      while (performance.now() - this.#last < QUIET_MS + jitter) await sleep(100);
      try {
        const values = await this.#spec.fetch();
        if (!isSame(values, given)) return values;
      } catch (e) {
        if (!isLazycredError(e)) throw e;
        this.#session.talk(`note: new secrets can't be read, CMD goes on with what it has: ${e.message}`);
      }
    }
  }

  stop(): void {
    this.#stopping.abort();
  }
}

function isSame(a: FetchedValues, b: FetchedValues): boolean {
  const all = (v: FetchedValues) => [...v.variables, ...v.files];
  const [x, y] = [all(a), all(b)];
  return (
    x.length === y.length &&
    x.every(
      (one, i) => one.name === y[i]?.name && Buffer.compare(one.value, y[i]?.value ?? Buffer.alloc(0)) === 0,
    )
  );
}
