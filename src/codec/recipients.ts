import type { CallOptions } from '../backend.js';
import { isLazycredError, LazycredError } from '../errors.js';
import type { Context, KeyProvider, UnwrapOptions, WrappedKey } from '../keys.js';
import { MAX_RECIPIENTS } from '../record.js';
import { quote } from '../text/printable.js';

/** A data key and what its recipients need to open it. The owner zeroes `key`. */
export interface DataKey {
  readonly key: Uint8Array;
  readonly keys: readonly WrappedKey[];
}

/**
 * A new data key wrapped for every one of `providers` (at least one): the first generates it, the
 * others wrap the same.
 *
 * @throws what a provider threw: all must wrap, or none counts
 */
export async function generateForAll(
  providers: readonly KeyProvider[],
  context: Context,
  o: CallOptions = {},
): Promise<DataKey> {
  const [first, ...others] = providers;
  if (first === undefined)
    throw new LazycredError('ERR_CONFIG', 'no key is configured', {
      hint: 'set key, as in key: kms:alias/…',
    });
  const { key, wrapped } = await first.generate(context, o);
  const rest = await Promise.allSettled(others.map((provider) => provider.wrap(key, context, o)));
  const failed = rest.find((r) => r.status === 'rejected');
  if (failed !== undefined) {
    key.fill(0);
    throw failed.reason;
  }
  return { key, keys: [wrapped, ...rest.flatMap((r) => (r.status === 'fulfilled' ? [r.value] : []))] };
}

// The copies of a multi-Region key share its id, and so does a record that was made in another of its regions.
const MULTI_REGION = /^arn:[^:]+:kms:[^:]+:(.+:key\/mrk-.+)$/u;

/** Whether two records are for the same keys, whoever comes first; by the ids that the records tell. */
export function sameRecipients(a: readonly WrappedKey[], b: readonly WrappedKey[]): boolean {
  const id = (key: WrappedKey) => JSON.stringify([key.provider, MULTI_REGION.exec(key.id)?.[1] ?? key.id]);
  const ids = new Set(a.map(id));
  return a.length === b.length && b.every((key) => ids.has(id(key)));
}

/**
 * The data key, opened by whichever configured key can: likeliest first, on to the next when one is
 * unreachable or refuses.
 *
 * @throws ERR_ACCESS when no configured key opens it, ERR_UNAVAILABLE when one that might have could
 *   not be reached, ERR_UNSUPPORTED when only providers that the format does not describe wrapped it, ERR_INTEGRITY when a
 *   wrapped key is damaged
 */
export async function unwrapWithAny(
  providers: readonly KeyProvider[],
  keys: readonly WrappedKey[],
  context: Context,
  o: UnwrapOptions = {},
): Promise<Uint8Array> {
  const attempts = keys
    .flatMap((wrapped) => providers.map((provider) => ({ provider, wrapped, rank: provider.rank(wrapped) })))
    .filter((a) => a.rank !== undefined)
    .sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0))
    .slice(0, MAX_RECIPIENTS);
  let failure: LazycredError | undefined;
  for (const { provider, wrapped } of attempts) {
    try {
      return await provider.unwrap(wrapped, context, o);
    } catch (e) {
      if (!isLazycredError(e, 'ERR_ACCESS') && !isLazycredError(e, 'ERR_UNAVAILABLE')) throw e;
      // The likeliest key's refusal tells most; but "unavailable" says that trying later may help.
      if (failure === undefined || (failure.code === 'ERR_ACCESS' && e.code === 'ERR_UNAVAILABLE'))
        failure = e;
    }
  }
  throw failure ?? noKeyFor(providers, keys);
}

/** The providers that the format describes; that a record names another is ERR_UNSUPPORTED (docs/format.md, F-44). */
const PROVIDERS_OF_FORMAT: readonly string[] = ['aws-kms', 'local', 'passphrase'];

function noKeyFor(providers: readonly KeyProvider[], keys: readonly WrappedKey[]): LazycredError {
  // The record's own words, which nothing vouches for yet.
  const wrappedBy = keys.map((k) => quote(`${k.provider} ${k.id}`.trimEnd())).join(', ');
  const configured = providers.map((p) => p.label).join(', ');
  const message = `wrapped for ${wrappedBy}; configured: ${configured}`;
  if (keys.some((k) => PROVIDERS_OF_FORMAT.includes(k.provider))) {
    return new LazycredError('ERR_ACCESS', message, { hint: 'add the key to decryptKeys' });
  }
  const names = [...new Set(keys.map((k) => quote(k.provider)))].join(' or ');
  return new LazycredError('ERR_UNSUPPORTED', message, {
    hint: `it takes a key provider ${names}: one of your own in decryptKeys, or a newer lazycred that has it`,
  });
}
