import { checkContext, chooseFormat, type Given } from './choose/format.js';
import { chooseKeys, type Missing } from './choose/keys.js';
import { chooseStore } from './choose/store.js';
import { KEYS, type Key, type Layer, type Values } from './schema.js';
import type { LoadedConfig, Origin, Settings } from './settings.js';
import { NEED_TRUST } from './settings.js';

const DEFAULT_TIMEOUT_MS = 30_000;

/** What sources are merged with. */
export interface MergeOptions extends Missing {
  /** Leave out what needs trust, instead of failing. */
  readonly lenient?: boolean | undefined;
}

/** Makes one set of settings of several sources: each key from the first that gives it. */
export function merge(sources: readonly Layer[], o: MergeOptions): Omit<LoadedConfig, 'files'> {
  const { problems } = o;
  const choice = chooseStore(sources, problems);
  const picker = new Picker(choice.layers, o);
  const named = choice.store;
  const keysGiven = picker.pick('key');
  if (named !== undefined) picker.origins['store'] = originOf(named.layer, 'store');
  const { store, keys, guessed } = chooseKeys(sources, choice, keysGiven, o);
  for (const key of guessed) picker.byDefault(key, 'default');
  const region = picker.value('region');
  const kmsRegion = picker.kmsRegion(named?.implies !== undefined);
  const written = chooseFormat(picker.pick('format'), named?.implies, store, problems);
  picker.byDefault(
    'format',
    named?.implies === undefined ? 'default' : (named.layer.given.get('store') ?? 'store'),
  );
  const accept = [...new Set([written.format, ...(picker.value('accept') ?? [])])];
  picker.byDefault('accept', 'format');
  const timeoutMs = picker.value('timeout') ?? DEFAULT_TIMEOUT_MS;
  picker.byDefault('timeout', 'default');
  const rest = {
    region,
    kmsRegion,
    profile: picker.value('profile'),
    role: picker.value('role'),
    roleExternalId: picker.value('roleExternalId'),
    roleSessionName: picker.value('roleSessionName'),
    roleDuration: picker.value('roleDuration'),
    roleSourceIdentity: picker.value('roleSourceIdentity'),
    roleMfaSerial: picker.value('roleMfaSerial'),
    sse: picker.value('sse'),
    sseKey: picker.value('sseKey'),
    sseBucketKey: picker.value('sseBucketKey'),
    bucketOwner: picker.value('bucketOwner'),
    requesterPays: picker.value('requesterPays'),
    endpoint: picker.value('endpoint'),
    kmsEndpoint: picker.value('kmsEndpoint'),
    resolve: picker.value('resolve'),
  };
  const decryptKeys = picker.value('decryptKeys') ?? [];
  const bound = picker.pick('context');
  checkContext(bound, accept, problems);

  if (!problems.none || store === undefined || keys === undefined) throw problems.error();
  const settings: Settings = {
    store,
    keys,
    decryptKeys,
    ...present(rest),
    ...written,
    accept,
    context: bound?.value,
    timeoutMs,
  };
  const { origins, ignored } = picker;
  const projectKey = projectFile(keysGiven?.layer);
  const lost = overridden(sources, origins, choice.by);
  const contradicted = lost.filter((one) => saysOtherwise(one, sources, settings, origins));
  return { settings, origins, projectKey, overridden: lost, contradicted, ignored };
}

/** Takes each setting from the first source that gives it, and keeps where that was. */
class Picker {
  readonly origins: Partial<Record<string, Origin>> = {};
  readonly ignored: LoadedConfig['ignored'] = [];
  readonly #layers: readonly Layer[];
  readonly #o: MergeOptions;

  constructor(layers: readonly Layer[], o: MergeOptions) {
    this.#layers = layers;
    this.#o = o;
  }

  /** The setting of the first source that gives it and may. */
  pick<K extends Key>(key: K): Given<Values[K]> {
    const layer = this.#layers.find((l) => l.given.has(key) && this.#counts(l, key));
    if (layer === undefined) return undefined;
    this.origins[key] = originOf(layer, key);
    return { value: layer.values[key], layer };
  }

  value<K extends Key>(key: K): Values[K] | undefined {
    return this.pick(key)?.value;
  }

  /**
   * The region of KMS.
   *
   * @param isImplied an ancestor's own settings name the store: then their region is KMS's, whatever a variable says
   */
  kmsRegion(isImplied: boolean): string | undefined {
    const layer = this.#layers.find((l) => l.given.has('kmsRegion') || (isImplied && l.given.has('region')));
    if (layer === undefined) return undefined;
    this.origins['kmsRegion'] = originOf(layer, layer.given.has('kmsRegion') ? 'kmsRegion' : 'region');
    return layer.values.kmsRegion ?? layer.values.region;
  }

  /** Notes where a setting comes from that no source gives. */
  byDefault(key: Key, where: string): void {
    this.origins[key] ??= { source: 'default', where };
  }

  // Whether a layer's setting counts. One that needs trust, and stands in a file that has none, is left out where
  // `lenient` asks for that; otherwise it is a problem.
  #counts(layer: Layer, key: Key): boolean {
    const file = layer.source.untrusted;
    if (file === undefined || !NEED_TRUST.some((k) => k === key)) return true;
    if (this.#o.lenient === true) {
      this.ignored.push({ key, file, why: 'not trusted' });
      return false;
    }
    const what = 'not trusted: the search found this file in or above the current folder';
    this.#o.problems.add(layer.source.label(key), what, { code: 'trust-file', file });
    return true;
  }
}

function projectFile(layer: Layer | undefined): LoadedConfig['projectKey'] {
  const file = layer?.source.project;
  return file === undefined ? undefined : { file, trusted: layer?.source.untrusted === undefined };
}

function originOf(layer: Layer, key: Key): Origin {
  return { source: layer.source.source, where: layer.source.where(layer.given.get(key) ?? key) };
}

// The variables that are set and don't count, since a nearer source gives the setting.
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

// Whether a variable of ours asks for something else than what a file has set. AWS's variables are left out: they
// are set for other programs, too, and nobody is surprised that the config file goes before them.
function saysOtherwise(
  { variable, key }: LoadedConfig['overridden'][number],
  sources: readonly Layer[],
  settings: Settings,
  origins: LoadedConfig['origins'],
): boolean {
  if (!variable.startsWith('LAZYCRED_') || origins[key]?.source !== 'file') return false;
  const values = sources.find((l) => l.source.source === 'environment')?.values ?? {};
  const { store } = values;
  const asked = { ...values, store: store !== undefined && 'location' in store ? store.location : store };
  const inForce = { ...settings, key: settings.keys, timeout: settings.timeoutMs };
  const [mine, theirs] = [asked, inForce].map((all) => Object.entries(all).find(([k]) => k === key)?.[1]);
  return JSON.stringify(mine) !== JSON.stringify(theirs);
}

function present<T extends object>(all: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(all).filter(([, v]) => v !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
