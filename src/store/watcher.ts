import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend } from '../backend.js';
import { isLazycredError, LazycredError } from '../errors.js';
import { storedName, type SecretName } from '../record/names.js';
import type { Secret } from '../secret.js';
import { checkOptions } from './check-arguments.js';
import type { OperationRunner } from './operation.js';
import type { WatchOptions } from './options.js';
import type { RecordReader } from './reader.js';

/** The time between two looks where none is given, in milliseconds. */
const EVERY_MS = 30_000;

/** Each wait is this share longer or shorter, so that many processes don't ask at one time. */
const JITTER = 0.1;

/** Watches secrets for new versions. */
export class SecretWatcher {
  readonly #backend: Backend;
  readonly #reader: RecordReader;
  readonly #operations: OperationRunner;

  constructor(backend: Backend, reader: RecordReader, operations: OperationRunner) {
    this.#backend = backend;
    this.#reader = reader;
    this.#operations = operations;
  }

  /** See `Store.watch`. */
  async watch(
    name: string,
    changed: (secret: Secret) => void | Promise<void>,
    o: WatchOptions,
  ): Promise<never> {
    checkOptions(o);
    const secret = storedName(name);
    const { signal, everyMs = EVERY_MS } = o;
    if (!(everyMs >= 1))
      throw new LazycredError('ERR_USAGE', 'everyMs must be a number of milliseconds from 1');
    let seen = o.version ?? (await this.#first(secret, signal));
    let told: string | undefined;
    for (;;) {
      await rest(everyMs * (1 - JITTER + 2 * JITTER * Math.random()), signal);
      let opened: Secret | undefined;
      try {
        opened = await this.#operations.run(name, { signal }, (s) => this.#openUnless(seen, secret, s));
        told = undefined;
      } catch (e) {
        signal?.throwIfAborted();
        if (!isLazycredError(e)) throw e;
        // Once for each kind of failure: a service that is down for an hour is one piece of news.
        if (told !== e.code) o.failed?.(e);
        told = e.code;
      }
      if (opened === undefined) continue;
      seen = opened.version;
      await changed(opened);
    }
  }

  async #first(name: SecretName, signal: AbortSignal | undefined): Promise<string> {
    return this.#operations.run(name, { signal }, async (s) => {
      const newest = await this.#backend.get(name, undefined, { signal: s });
      await this.#reader.isThere(name, newest, s);
      return newest?.version ?? '';
    });
  }

  /** The newest version opened; undefined, without asking a key, where it is the one that was seen. */
  async #openUnless(seen: string, name: SecretName, signal: AbortSignal): Promise<Secret | undefined> {
    const newest = await this.#backend.get(name, undefined, { signal });
    if (newest === undefined) throw await this.#reader.notFound(name, undefined, signal);
    return newest.version === seen ? undefined : this.#reader.open(newest, signal);
  }
}

async function rest(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (e) {
    signal?.throwIfAborted();
    throw e;
  }
}
