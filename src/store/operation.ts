import type { CallOptions } from '../backend.js';
import { isLazycredError } from '../errors.js';
import { checkOptions } from './check-arguments.js';
import { Deadline } from './deadline.js';

/** Runs a store's operations under its time limit; their failures name the secret and the store. */
export class OperationRunner {
  readonly #location: string;
  /** How long one operation may take. */
  readonly timeoutMs: number;

  /**
   * @param location where the secrets are, for messages
   * @param timeoutMs how long one operation may take
   */
  constructor(location: string, timeoutMs: number) {
    this.#location = location;
    this.timeoutMs = timeoutMs;
  }

  /** Runs one operation on one secret. */
  async run<T>(name: string, o: CallOptions, operation: (signal: AbortSignal) => Promise<T>): Promise<T> {
    checkOptions(o);
    o.signal?.throwIfAborted();
    const deadline = new Deadline(this.timeoutMs, o.signal);
    try {
      return await operation(deadline.signal);
    } catch (e) {
      throw this.#located(e, name);
    } finally {
      deadline.pause();
    }
  }

  /** Passes on what `list` gives; the time that the caller spends between two items does not count. */
  async *iterate<T>(
    o: CallOptions,
    list: (signal: AbortSignal) => AsyncIterable<T>,
  ): AsyncGenerator<T, void, undefined> {
    checkOptions(o);
    const deadline = new Deadline(this.timeoutMs, o.signal);
    try {
      for await (const item of list(deadline.signal)) {
        deadline.pause();
        yield item;
        deadline.resume();
      }
    } catch (e) {
      throw this.#located(e);
    } finally {
      deadline.pause();
    }
  }

  #located(e: unknown, name?: string): unknown {
    if (!isLazycredError(e) || (e.location !== undefined && (e.secret !== undefined || name === undefined)))
      return e;
    return e.with({ name: e.secret ?? name, location: e.location ?? this.#location });
  }
}
