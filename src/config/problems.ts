import { isLazycredError, LazycredError } from '../errors.js';
import type { Hint } from '../hints.js';
import { printable } from '../text/printable.js';

/** Problems listed in one message at most; a hostile file could hold thousands. */
const MOST_SHOWN = 20;

/** Gathers what is wrong, so that a person hears of everything at once. */
export class Problems {
  readonly #all: { readonly text: string; readonly hint: string | Hint | undefined }[] = [];

  /** Notes that `what` is wrong at `where` (`/path/.lazycredrc: region`). */
  add(where: string, what: string, hint?: string | Hint): void {
    this.#all.push({ text: printable(where === '' ? what : `${where}: ${what}`), hint });
  }

  /** What `read` returns; undefined when it threw ERR_CONFIG, which is noted. Everything else passes. */
  collect<T>(where: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (e) {
      if (!isLazycredError(e, 'ERR_CONFIG')) throw e;
      this.add(where, e.message, e.advice ?? e.hint);
      return undefined;
    }
  }

  /** {@link collect} for what takes time. */
  async collectAsync<T>(where: string, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (e) {
      return this.collect(where, () => {
        throw e;
      });
    }
  }

  get none(): boolean {
    return this.#all.length === 0;
  }

  /** All of them as one error. */
  error(): LazycredError {
    const [first] = this.#all;
    if (first === undefined) throw new TypeError('no problem to report');
    const shown = this.#all.slice(0, MOST_SHOWN).map((p) => p.text);
    const rest = this.#all.length - shown.length;
    const list = rest > 0 ? [...shown, `and ${rest} more`] : shown;
    const message =
      this.#all.length === 1
        ? first.text
        : `${this.#all.length} problems in the configuration: ${list.join('; ')}`;
    return new LazycredError('ERR_CONFIG', message, {
      hint: this.#all.find((p) => p.hint !== undefined)?.hint,
    });
  }
}
