import { setMaxListeners } from 'node:events';
import { LazycredError } from '../errors.js';

/**
 * A time limit as an AbortSignal, joined with the caller's own. It runs from the start until
 * `pause`, so that a caller who dawdles between two items of a listing isn't counted.
 */
export class Deadline {
  readonly signal: AbortSignal;
  readonly #own = new AbortController();
  readonly #totalMs: number;
  #leftMs: number;
  #startedAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ms: number, caller?: AbortSignal) {
    this.#totalMs = ms;
    this.#leftMs = ms;
    this.signal = caller === undefined ? this.#own.signal : AbortSignal.any([caller, this.#own.signal]);
    // One operation may have many requests under way, each listening: no leak to warn of.
    setMaxListeners(0, this.signal);
    this.resume();
  }

  /** Stops the clock; called at the end, too, so that no timer outlives the operation. */
  pause(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#leftMs -= performance.now() - this.#startedAt;
  }

  resume(): void {
    this.pause();
    this.#startedAt = performance.now();
    this.#timer = setTimeout(() => this.#own.abort(this.#reason()), Math.max(0, this.#leftMs));
  }

  #reason(): LazycredError {
    return new LazycredError('ERR_UNAVAILABLE', `no answer within ${this.#totalMs / 1000} s`, {
      hint: { code: 'more-time' },
    });
  }
}
