import { storeKind, type Location } from '../../kinds/stores.js';
import { storeHint, type Chosen } from './store.js';
import { isRemote, keyForms } from '../key-spec.js';
import type { Problems } from '../problems.js';
import type { Layer } from '../schema.js';
import type { KeySpec } from '../settings.js';

/** Where the command keeps secrets when nothing is configured. */
export interface Fallback {
  readonly store: Location;
  readonly key: KeySpec;
}

/** What is said, and guessed, where the store or the key is not configured. */
export interface Missing {
  readonly problems: Problems;
  /** Undefined: nothing is guessed. */
  readonly fallback?: (() => Fallback) | undefined;
  /** What to say when no store is configured. */
  readonly hint: string;
}

/** The store and its keys; undefined where one of them is missing or broken, which is noted. */
export interface StoreAndKeys {
  readonly store: Location | undefined;
  readonly keys: KeySpec[] | undefined;
  /** The config keys that nothing gave, and that were guessed. */
  readonly guessed: readonly ('store' | 'key')[];
}

/** The configured keys: undefined for none, or `value` undefined for such as could not be read. */
export type GivenKeys = { readonly value: KeySpec[] | undefined } | undefined;

/** Finds the keys, and guesses store or key where that is allowed. */
export function chooseKeys(
  sources: readonly Layer[],
  choice: Chosen,
  given: GivenKeys,
  o: Missing,
): StoreAndKeys {
  const location = choice.store?.location;
  const fallback = guess(sources, choice, given, o);
  const store = choice.given ? location : fallback?.store;
  const guessed: ('store' | 'key')[] = [];
  if (!choice.given && fallback !== undefined) guessed.push('store');
  if (store === undefined && !choice.given) {
    o.problems.add('', 'no store is configured', storeHint(sources) ?? o.hint);
  }
  if (given !== undefined) return { store, keys: given.value, guessed };
  if (fallback !== undefined) return { store, keys: [fallback.key], guessed: [...guessed, 'key'] };
  if (store === undefined) return { store, keys: undefined, guessed };
  if (storeKind(store).withoutKey === 'throw-away') return { store, keys: [], guessed };
  o.problems.add('', 'no key is configured', `set key to ${keyForms()}`);
  return { store, keys: undefined, guessed };
}

function guess(
  sources: readonly Layer[],
  choice: Chosen,
  given: GivenKeys,
  o: Missing,
): Fallback | undefined {
  if (o.fallback === undefined) return undefined;
  // A key of KMS, or stores to choose from, say that the local store is not what is meant.
  const isLocal = !(given?.value ?? []).some(isRemote) && sources.every((l) => l.stores.size === 0);
  const location = choice.store?.location;
  const lacksKey = given === undefined && location !== undefined && storeKind(location).withoutKey === 'own';
  const falls = (!choice.given && isLocal) || lacksKey;
  return falls ? o.problems.collect('', o.fallback) : undefined;
}
