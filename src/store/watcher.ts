import type { Backend } from '../backend.js';
import { isLazycredError, LazycredError } from '../errors.js';
import { storedName, type SecretName } from '../record/names.js';
import { sameFields, type StoredRecord } from '../record.js';
import type { Secret } from '../secret.js';
import { checkOptions } from './check-arguments.js';
import type { OperationRunner } from './operation.js';
import type { WatchOptions } from './options.js';
import type { RecordReader } from './reader.js';
import { rest } from './rest.js';

/** The time between two looks where none is given, in milliseconds. */
const EVERY_MS = 30_000;

/** Longest time between two looks, in milliseconds: Node's timers take 2^31 - 1 at most, and wait 1 ms for more. */
const MOST_MS = 86_400_000;

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
    if (typeof everyMs !== 'number' || !(everyMs >= 1 && everyMs <= MOST_MS)) {
      throw new LazycredError('ERR_USAGE', 'everyMs must be a number of milliseconds from 1 to 86,400,000');
    }
    let seen: Seen = o.version === undefined ? await this.#first(secret, signal) : { version: o.version };
    let told: string | undefined;
    for (;;) {
      await rest(everyMs * (1 - JITTER + 2 * JITTER * Math.random()), signal);
      let found: Found | undefined;
      try {
        found = await this.#operations.run(name, { signal }, (s) => this.#openUnless(seen, secret, s));
        told = undefined;
      } catch (e) {
        signal?.throwIfAborted();
        if (!isLazycredError(e)) throw e;
        // Once for each kind of failure: a service that is down for an hour is one piece of news.
        if (told !== e.code) o.failed?.(e);
        told = e.code;
      }
      if (found === undefined) continue;
      seen = found.record;
      await changed(found.secret);
    }
  }

  async #first(name: SecretName, signal: AbortSignal | undefined): Promise<Seen> {
    return this.#operations.run(name, { signal }, async (s) => {
      const newest = await this.#backend.get(name, undefined, { signal: s });
      await this.#reader.isThere(name, newest, s);
      return newest ?? { version: '' };
    });
  }

  /** The newest version opened; undefined, without asking a key, where it is the one that was seen. */
  async #openUnless(seen: Seen, name: SecretName, signal: AbortSignal): Promise<Found | undefined> {
    const newest = await this.#backend.get(name, undefined, { signal });
    if (newest === undefined) throw await this.#reader.notFound(name, undefined, signal);
    if (isSeen(newest, seen)) return undefined;
    return { record: newest, secret: await this.#reader.open(newest, signal) };
  }
}

/** What was looked at last: a version by its number, or a whole record. */
type Seen = Pick<StoredRecord, 'version'> & Partial<Pick<StoredRecord, 'fields'>>;

interface Found {
  readonly record: StoredRecord;
  readonly secret: Secret;
}

/** Where a format keeps no versions, only what is stored tells a new value from the old. */
function isSeen(newest: StoredRecord, seen: Seen): boolean {
  if (newest.version !== seen.version) return false;
  return newest.version !== '' || (seen.fields !== undefined && sameFields(newest.fields, seen.fields));
}
