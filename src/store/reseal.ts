import { unwrapWithAny } from '../codec/recipients.js';
import { isLazycredError, LazycredError } from '../errors.js';
import type { Context, KeyProvider, WrappedKey } from '../keys.js';
import { printable } from '../text/printable.js';
import type { StoreParts } from './options.js';

/** How the data key of an opened record was wrapped. */
export interface Recipients {
  readonly keys: readonly WrappedKey[];
  readonly context: Context;
  readonly keyBytes: number | 'any' | undefined;
}

/**
 * Guards the values of opened records that are about to be sealed anew. A cloned project's config file may
 * name the user's own store, the user's own key to open with, and a stranger's key to seal with: `rollback`
 * would hand the stranger every old value. So a key that nobody vouched for gets only what it could open
 * before.
 */
export class ResealGuard {
  readonly #keys: readonly KeyProvider[];
  readonly #file: string | undefined;

  constructor({ keys, untrustedKeys }: Pick<StoreParts, 'keys' | 'untrustedKeys'>) {
    this.#keys = keys;
    this.#file = untrustedKeys;
  }

  /**
   * Tries each key on what it would be given. The ids in a record are hints, so that only opening proves
   * that a key was a recipient.
   *
   * @throws ERR_CONFIG naming the first key that was none, ERR_UNAVAILABLE where that can't be found out
   */
  async check({ keys, context, keyBytes }: Recipients, signal: AbortSignal): Promise<void> {
    if (this.#file === undefined) return;
    for (const provider of this.#keys) {
      try {
        (await unwrapWithAny([provider], keys, context, { signal, keyBytes })).fill(0);
      } catch (e) {
        if (isLazycredError(e, 'ERR_ACCESS')) throw refusal(provider, this.#file, e);
        throw e;
      }
    }
  }
}

function refusal({ label }: KeyProvider, file: string, cause: LazycredError): LazycredError {
  const key = printable(label);
  return new LazycredError(
    'ERR_CONFIG',
    `the value is not sealed for ${key}, which could not open it before: ${printable(file)} names that key and is not trusted`,
    { hint: { code: 'trust-key', file }, cause },
  );
}
