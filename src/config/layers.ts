import type { Format } from '../record.js';
import { chooseStore, storeHint } from './choose-store.js';
import { shellWord } from '../text/printable.js';
import { refuseMisplaced } from './format-place.js';
import type { Problems } from './problems.js';
import { KEYS, type Key, type Layer, type Values } from './schema.js';
import type { KeySpec, LoadedConfig, Location, Origin, Settings } from './settings.js';
import { NEED_TRUST } from './settings.js';
import { contextFault } from '../record/context.js';

const DEFAULT_FORMAT: Format = 'native';
const DEFAULT_TIMEOUT_MS = 30_000;

/** Where the command keeps secrets when nothing is configured. */
export interface Fallback {
  readonly store: Location;
  readonly key: KeySpec;
}

export interface MergeOptions {
  readonly problems: Problems;
  /** Undefined: nothing is guessed. */
  readonly fallback?: (() => Fallback) | undefined;
  /** What to say when no store is configured. */
  readonly hint: string;
  /** Leave out what needs trust, instead of failing. */
  readonly lenient?: boolean | undefined;
}

type Picked<K extends Key> = { readonly value: Values[K] | undefined; readonly layer: Layer } | undefined;

/** Makes one set of settings of several sources: each key from the first that gives it. */
export function merge(sources: readonly Layer[], o: MergeOptions): Omit<LoadedConfig, 'files'> {
  const { problems } = o;
  const origins: Partial<Record<string, Origin>> = {};
  const ignored: LoadedConfig['ignored'] = [];
  const choice = chooseStore(sources, problems);
  const layers = choice.layers;

  const pick = <K extends Key>(key: K): Picked<K> => {
    const needsTrust = NEED_TRUST.some((k) => k === key);
    for (const layer of layers) {
      if (!layer.given.has(key)) continue;
      const file = layer.source.untrusted;
      if (needsTrust && file !== undefined) {
        if (o.lenient === true) {
          ignored.push({ key, file, why: `not trusted: lazy trust ${shellWord(file)}` });
          continue;
        }
        const what = 'not trusted: the search found this file in or above the current folder';
        problems.add(layer.source.label(key), what, `read it, then: lazy trust ${shellWord(file)}`);
      }
      origins[key] = originOf(layer, key);
      return { value: layer.values[key], layer };
    }
    return undefined;
  };
  const value = <K extends Key>(key: K): Values[K] | undefined => pick(key)?.value;

  const key = pick('key');
  const named = choice.store;
  if (named !== undefined) origins['store'] = originOf(named.layer, 'store');
  let store = named?.location;
  let keys = key?.value;
  // A key of KMS, or stores to choose from, say that the local store is not what is meant.
  const local =
    (key?.value ?? []).every((k) => k.kind !== 'kms') && sources.every((l) => l.stores.size === 0);
  const fallsBack = (!choice.given && local) || (key === undefined && store?.kind === 'file');
  const fallback = fallsBack && o.fallback !== undefined ? problems.collect('', o.fallback) : undefined;
  if (!choice.given && fallback !== undefined) {
    store = fallback.store;
    origins['store'] = byDefault('default');
  } else if (!choice.given) problems.add('', 'no store is configured', storeHint(sources) ?? o.hint);
  if (key === undefined && fallback !== undefined) {
    keys = [fallback.key];
    origins['key'] = byDefault('default');
  } else if (key === undefined && store?.kind === 'memory') keys = [];
  else if (key === undefined && store !== undefined) {
    problems.add('', 'no key is configured', 'set key to kms:alias/NAME, local: or passphrase:');
  }

  // Where an ancestor's own settings name the store, their region is KMS's, whatever a variable says.
  const implied = named?.implies;
  const region = pick('region');
  const kmsRegion = layers.find(
    (l) => l.given.has('kmsRegion') || (implied !== undefined && l.given.has('region')),
  );
  if (kmsRegion !== undefined) {
    origins['kmsRegion'] = originOf(kmsRegion, kmsRegion.given.has('kmsRegion') ? 'kmsRegion' : 'region');
  }
  const configured = pick('format');
  const format = configured?.value ?? implied ?? DEFAULT_FORMAT;
  origins['format'] ??= byDefault(
    implied === undefined ? 'default' : (named?.layer.given.get('store') ?? 'store'),
  );
  if (configured !== undefined && store !== undefined) {
    const label = configured.layer.source.label('format');
    problems.collect(label, () => refuseMisplaced(format, store));
  }
  const accept = value('accept') ?? [];
  origins['accept'] ??= byDefault('format');
  const timeoutMs = value('timeout') ?? DEFAULT_TIMEOUT_MS;
  origins['timeout'] ??= byDefault('default');
  const rest = {
    region: region?.value,
    kmsRegion: kmsRegion?.values.kmsRegion ?? kmsRegion?.values.region,
    profile: value('profile'),
    role: value('role'),
    endpoint: value('endpoint'),
    kmsEndpoint: value('kmsEndpoint'),
  };
  const decryptKeys = value('decryptKeys') ?? [];
  const bound = pick('context');
  const context = bound?.value;
  if (bound !== undefined && context !== undefined && [format, ...accept].includes('native')) {
    const fault = contextFault(context);
    if (fault !== undefined) problems.add(bound.layer.source.label('context'), fault);
  }

  if (!problems.none || store === undefined || keys === undefined) throw problems.error();
  const settings: Settings = {
    store,
    keys,
    decryptKeys,
    ...present(rest),
    format,
    formatIsDefault: configured === undefined && implied === undefined,
    accept: [...new Set([format, ...accept])],
    context,
    timeoutMs,
  };
  return { settings, origins, overridden: overridden(sources, origins, choice.by), ignored };
}

function originOf(layer: Layer, key: Key): Origin {
  return { source: layer.source.source, where: layer.source.where(layer.given.get(key) ?? key) };
}

function byDefault(where: string): Origin {
  return { source: 'default', where };
}

// Variables that are set, though another source decides.
function overridden(
  sources: readonly Layer[],
  origins: LoadedConfig['origins'],
  storeBy: Layer | undefined,
): LoadedConfig['overridden'] {
  const environment = sources.find((l) => l.source.source === 'environment');
  if (environment === undefined) return [];
  return KEYS.flatMap((key) => {
    const origin = origins[key];
    // A variable that picked a named store has decided, though the location stands in a file.
    if (!environment.given.has(key) || origin === undefined || (key === 'store' && storeBy === environment))
      return [];
    if (origin.source === 'environment') return [];
    return [{ variable: originOf(environment, key).where, key, by: origin.where }];
  });
}

function present<T extends object>(all: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(all).filter(([, v]) => v !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
