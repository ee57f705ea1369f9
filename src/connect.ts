import type { Backend } from './backend.js';
import { resolveConfig, type ConfigInput, type LoadedConfig, type Settings } from './config.js';
import { LazycredError } from './errors.js';
import type { KeyProvider } from './keys.js';
import { Store } from './store.js';

/** What a configuration can't hold. */
export interface OpenOptions {
  /** Asked at most once, when a `passphrase:` key is first used. */
  readonly passphrase?: (() => Promise<string>) | undefined;
  /** Largest value, in bytes; 256 KiB by default. */
  readonly maxBytes?: number | undefined;
  /**
   * Told each request to AWS when it ended: service, operation, host, status, time, attempt. Never a
   * secret, a key or a name.
   */
  readonly trace?: ((line: string) => void) | undefined;
}

type KeySpec = Settings['keys'][number];

/**
 * Opens the store that a configuration names: given inline, or as `loadConfig` found it. Nothing is
 * searched or guessed here, and nothing is requested before the first operation. Loads only the SDK
 * clients that this store uses.
 *
 * @throws ERR_CONFIG, all problems at once
 * @example
 * const store = await openStore({ store: 's3://acme/creds/', key: 'kms:alias/acme', region: 'eu-west-1' });
 */
export async function openStore(config: ConfigInput | LoadedConfig, o: OpenOptions = {}): Promise<Store> {
  const { settings } = 'settings' in config ? config : resolveConfig(config);
  const providers = keyProviders(settings, o);
  // Beside each other: each loads an SDK client.
  const [backend, keys, decryptKeys] = await Promise.all([
    openBackend(settings, o),
    settings.store.kind === 'memory' && settings.keys.length === 0
      ? throwAwayKeys()
      : Promise.all(settings.keys.map(providers)),
    Promise.all(settings.decryptKeys.map(providers)),
  ]);
  const { accept, context, timeoutMs } = settings;
  const format = settings.formatIsDefault ? undefined : settings.format;
  const limit = o.maxBytes === undefined ? {} : { maxBytes: o.maxBytes };
  return new Store({ backend, keys, decryptKeys, format, accept, context, timeoutMs, ...limit });
}

async function openBackend(settings: Settings, o: OpenOptions): Promise<Backend> {
  const { store } = settings;
  switch (store.kind) {
    case 'memory': {
      const { MemoryBackend } = await import('./backends/memory.js');
      return new MemoryBackend();
    }
    case 'file': {
      const { LocalBackend } = await import('./backends/local.js');
      return new LocalBackend({ dir: store.dir });
    }
    case 's3':
      return openS3(settings, store.bucket, store.prefix, o);
    case 'dynamodb':
      return openDynamoDB(settings, store.table, o);
  }
}

async function throwAwayKeys(): Promise<KeyProvider[]> {
  const { LocalKey } = await import('./keys/local.js');
  return [new LocalKey({ label: 'memory:' })];
}

async function openS3(
  settings: Settings,
  bucket: string,
  prefix: string,
  { trace }: OpenOptions,
): Promise<Backend> {
  const [{ S3Client }, { S3Backend }, { clientSettings, regionOf }, { traceRequests, watchHost }] =
    await Promise.all([
      import('@aws-sdk/client-s3'),
      import('./backends/s3.js'),
      import('./aws/client-settings.js'),
      import('./aws/requests.js'),
    ]);
  // LazyCred's settings name KMS's region alone; its bucket may lie elsewhere and is found by redirect.
  const region = settings.region ?? settings.kmsRegion;
  const { profile, role, endpoint } = settings;
  const client = new S3Client({
    ...(await clientSettings({ region, profile, role, endpoint, trace })),
    followRegionRedirects: true,
    // Virtual hosts need DNS entries that another server rarely has.
    ...(endpoint === undefined ? {} : { forcePathStyle: true }),
  });
  const { isAws } = watchHost(client);
  traceRequests(client, 'S3', trace);
  return new S3Backend({ client, bucket, prefix, region: await regionOf(client, 'S3'), isAws });
}

async function openDynamoDB(settings: Settings, table: string, { trace }: OpenOptions): Promise<Backend> {
  const isCloudchain = settings.format === 'cloudchain';
  const [{ DynamoDBClient }, Table, { clientSettings, regionOf }, { traceRequests }] = await Promise.all([
    import('@aws-sdk/client-dynamodb'),
    // Its table has other keys, and one row a name.
    isCloudchain
      ? import('./backends/dynamodb/cloudchain.js').then((m) => m.CloudchainBackend)
      : import('./backends/dynamodb.js').then((m) => m.DynamoDBBackend),
    import('./aws/client-settings.js'),
    import('./aws/requests.js'),
  ]);
  const { region, profile, role, endpoint } = settings;
  const client = new DynamoDBClient(await clientSettings({ region, profile, role, endpoint, trace }));
  traceRequests(client, 'DynamoDB', trace);
  return new Table({ client, table, region: await regionOf(client, 'DynamoDB') });
}

/** Makes the provider of each configured key; keys of one region share a client, all passphrases one. */
function keyProviders(settings: Settings, o: OpenOptions): (spec: KeySpec) => Promise<KeyProvider> {
  const clients = new Map<string, ReturnType<typeof openKms>>();
  return async (spec) => {
    switch (spec.kind) {
      case 'local': {
        const { LocalKey } = await import('./keys/local.js');
        return new LocalKey({ file: spec.file, label: spec.label });
      }
      case 'passphrase': {
        const { PassphraseKey } = await import('./keys/passphrase.js');
        return new PassphraseKey({
          passphrase: o.passphrase ?? noPassphrase,
          saltFile: spec.saltFile,
          label: spec.label,
        });
      }
      case 'kms': {
        const region = spec.region ?? settings.kmsRegion ?? settings.region;
        const client = clients.get(region ?? '') ?? openKms(settings, region, o);
        clients.set(region ?? '', client);
        const { AwsKmsKey, kms } = await client;
        return new AwsKmsKey({ client: kms.client, key: spec.key, region: kms.region });
      }
    }
  };
}

async function openKms(settings: Settings, wanted: string | undefined, { trace }: OpenOptions) {
  const [{ KMSClient }, { AwsKmsKey }, { clientSettings, regionOf }, { traceRequests }] = await Promise.all([
    import('@aws-sdk/client-kms'),
    import('./keys/aws-kms.js'),
    import('./aws/client-settings.js'),
    import('./aws/requests.js'),
  ]);
  const { profile, role, kmsEndpoint: endpoint } = settings;
  const client = new KMSClient(await clientSettings({ region: wanted, profile, role, endpoint, trace }));
  traceRequests(client, 'KMS', trace);
  return { AwsKmsKey, kms: { client, region: await regionOf(client, 'KMS') } };
}

function noPassphrase(): Promise<string> {
  const hint = 'set LAZYCRED_PASSPHRASE, or give openStore a passphrase function';
  return Promise.reject(
    new LazycredError('ERR_CONFIG', 'the key is a passphrase, and none was given', { hint }),
  );
}
