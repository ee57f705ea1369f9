import { resolveConfig, type ConfigInput, type LoadedConfig } from './config.js';
import { checkParts, type OwnParts } from './config/own-parts.js';
import { KEY_KINDS, keyKind, type KeySpec } from './kinds/keys.js';
import type { Opening } from './kinds/kind.js';
import { storeKind } from './kinds/stores.js';
import type { KeyProvider } from './keys.js';
import { Store } from './store.js';

/** What a configuration can't hold. */
export interface OpenOptions {
  /** Asked at most once, when a `passphrase:` key is first used. */
  readonly passphrase?: (() => Promise<string>) | undefined;
  /** Largest value, in bytes; 256 KiB by default. */
  readonly maxBytes?: number | undefined;
  /**
   * Asked for the code of an MFA device (its ARN or serial number) where the profile or `roleMfaSerial` wants
   * one: when the store is opened, and again whenever the credentials have ended. Without it ERR_ACCESS.
   */
  readonly mfaCode?: ((serial: string) => Promise<string>) | undefined;
  /**
   * Told each request to AWS when it ended: service, operation, host, status, time, attempt. Never a
   * secret, a key or a name.
   */
  readonly trace?: ((line: string) => void) | undefined;
}

/**
 * Opens the store that a configuration names: given inline, or as `loadConfig` found it. Or one of your
 * own backend and key providers: `openStore({ backend, keys })`, with `format`, `accept`, `context`,
 * `timeout` and `decryptKeys` as a configuration has them. Nothing is
 * searched or guessed here, and nothing is requested before the first operation. Loads only the SDK
 * clients that this store uses.
 *
 * @throws ERR_CONFIG, all problems at once
 * @example
 * const store = await openStore({ store: 's3://acme/creds/', key: 'kms:alias/acme', region: 'eu-west-1' });
 */
export async function openStore(
  config: ConfigInput | LoadedConfig | OwnParts,
  o: OpenOptions = {},
): Promise<Store> {
  const limit = o.maxBytes === undefined ? {} : { maxBytes: o.maxBytes };
  if ('backend' in config) return new Store({ ...checkParts(config), ...limit });
  const { settings } = 'settings' in config ? config : resolveConfig(config);
  const { store } = settings;
  const kind = storeKind(store);
  const opening: Opening = {
    ...settings,
    passphrase: o.passphrase,
    mfaCode: o.mfaCode,
    trace: o.trace,
    shared: new Map(),
  };
  const providers = keyProviders(opening);
  // Beside each other: each loads an SDK client.
  const [backend, keys, decryptKeys] = await Promise.all([
    kind.open(store, opening),
    kind.withoutKey === 'throw-away' && settings.keys.length === 0
      ? throwAwayKeys()
      : Promise.all(settings.keys.map(providers)),
    Promise.all(settings.decryptKeys.map(providers)),
  ]);
  const { accept, context, timeoutMs } = settings;
  const format = settings.formatIsDefault ? undefined : settings.format;
  const named = 'settings' in config ? config.projectKey : undefined;
  const untrustedKeys = named?.trusted === false ? named.file : undefined;
  return new Store({
    ...{ backend, keys, decryptKeys, untrustedKeys },
    ...{ format, accept, context, timeoutMs, ...limit },
  });
}

/** Makes the provider of each configured key; the keys of one kind share what they can. */
function keyProviders(o: Opening): (spec: KeySpec) => Promise<KeyProvider> {
  const openers = new Map(KEY_KINDS.map((kind) => [kind, kind.opener(o)]));
  return (spec) => {
    const kind = keyKind(spec);
    return (openers.get(kind) ?? kind.opener(o)).open(spec);
  };
}

async function throwAwayKeys(): Promise<KeyProvider[]> {
  const { LocalKey } = await import('./keys/local.js');
  return [new LocalKey({ label: 'memory:' })];
}
