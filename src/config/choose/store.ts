import type { Format } from '../../record.js';
import { didYouMean } from '../../text/did-you-mean.js';
import type { Problems } from '../problems.js';
import type { Layer } from '../schema.js';
import type { Location } from '../settings.js';

/** Which store is meant, and what that does to the order of the sources. */
export interface Chosen {
  /** The sources, a named store's settings before those of its own source. */
  readonly layers: readonly Layer[];
  /** Undefined: not given, or broken. */
  readonly store?: { readonly location: Location; readonly implies?: Format; readonly layer: Layer };
  readonly given: boolean;
  /** The source that decided. */
  readonly by?: Layer;
}

/** Finds the store: the first source that gives one decides, by a location or by a name. */
export function chooseStore(sources: readonly Layer[], problems: Problems): Chosen {
  const by = sources.find((l) => l.given.has('store'));
  if (by === undefined) return { layers: sources, given: false };
  const choice = by.values.store;
  if (choice === undefined) return { layers: sources, given: true, by };
  if (!('name' in choice)) return { layers: sources, given: true, by, store: { ...choice, layer: by } };
  const { name } = choice;
  const at = sources.findIndex((l) => l.stores.has(name));
  const layer = sources[at]?.stores.get(name);
  if (layer === undefined) {
    const names = sources.flatMap((l) => [...l.stores.keys()]);
    const hint =
      names.length === 0 ? 'a location looks like s3://bucket/prefix/ or ./folder' : storeHint(sources);
    problems.add(
      by.source.label('store'),
      `there is no store named "${name}"${didYouMean(name, names)}`,
      hint,
    );
    return { layers: sources, given: true, by };
  }
  const layers = [...sources.slice(0, at), layer, ...sources.slice(at)];
  const place = layer.values.store;
  if (place === undefined || 'name' in place) return { layers, given: true, by };
  return { layers, given: true, by, store: { ...place, layer } };
}

/** The stores that could be chosen, for a hint; undefined when there are none. */
export function storeHint(sources: readonly Layer[]): string | undefined {
  const names = sources.flatMap((l) => [...l.stores.keys()]);
  return names.length === 0 ? undefined : `choose one of ${names.slice(0, 10).join(', ')}`;
}
