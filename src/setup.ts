import type { Trace } from './aws/requests.js';
import type { LoadedConfig, Settings } from './config.js';
import { LazycredError } from './errors.js';
import { printable } from './text/printable.js';
import type { SetupReport, SetupRun, SetupStep } from './setup/steps.js';
import { tableKeysOf } from './backends/dynamodb/table-keys.js';

export { cloudFormation } from './setup/cloudformation.js';
export { terraform } from './setup/terraform.js';
export type { Trace } from './aws/requests.js';
export type { SetupReport, SetupStep } from './setup/steps.js';

/** Options of {@link setUp}. */
export interface SetUpOptions {
  /** Say what would be done, and make no request that writes. */
  readonly dryRun?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Tags for whatever is made; their names must not begin with `lazycred:` or `aws:`. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Told each request to AWS when it ended, as `openStore` tells them. */
  readonly trace?: Trace | undefined;
}

type KeySpec = Settings['keys'][number];
type KmsSpec = Extract<KeySpec, { kind: 'kms' }>;

/**
 * Makes what the configured store needs and isn't there: bucket, table, KMS keys with their alias,
 * folder. Changes nothing that exists: what lacks a safeguard is reported with the command that adds
 * it. Looks at everything before it makes anything. Killed at any point and run again, it goes on
 * where it stopped; two at once end with the same. `decryptKeys` are not looked at.
 *
 * Takes as long as AWS does (a table some seconds to minutes): the configuration's `timeout` does not
 * count here, `signal` does.
 *
 * @throws ERR_ACCESS `not allowed to s3:CreateBucket on bucket acme`, always naming the permission;
 *   ERR_CONFLICT when the bucket's name is another account's; ERR_CONFIG when a key id or ARN names
 *   no key, or the table has other keys; ERR_USAGE for bad `tags`; ERR_UNAVAILABLE
 * @example
 * const { steps } = await setUp(await loadConfig({ cwd, env }), { dryRun: true });
 * for (const { action, what, detail, cost } of steps) console.log(action, what, detail, cost);
 */
export async function setUp(config: LoadedConfig, o: SetUpOptions = {}): Promise<SetupReport> {
  const { settings } = config;
  const { dryRun = false, signal, tags = {}, trace } = o;
  checkTags(tags);
  signal?.throwIfAborted();
  // The keys first: a store whose key is missing can't be used.
  const opened = await Promise.all([...keyParts(settings, trace), storePart(settings, trace)]);
  const runAll = async (run: SetupRun): Promise<SetupStep[]> => {
    const steps: SetupStep[] = [];
    for (const part of opened) steps.push(...(await part.run(run)));
    return steps;
  };
  try {
    const planned = await runAll({ dryRun: true, tags, signal });
    const nothing = planned.every((step) => step.action === 'none');
    return { steps: dryRun || nothing ? planned : await runAll({ dryRun: false, tags, signal }) };
  } finally {
    for (const part of opened) part.close();
  }
}

/** One thing to set up, with the clients that it takes. */
interface Part {
  run(run: SetupRun): Promise<SetupStep[]>;
  close(): void;
}

function checkTags(tags: Readonly<Record<string, string>>): void {
  for (const key of Object.keys(tags)) {
    if (!/^(?:lazycred|aws):/iu.test(key)) continue;
    throw new LazycredError('ERR_USAGE', `the tag "${printable(key)}" has a reserved prefix`, {
      hint: 'choose names that do not begin with lazycred: or aws:',
    });
  }
}

function fixed(step: SetupStep): Part {
  return { run: () => Promise.resolve([step]), close: () => undefined };
}

async function storePart(settings: Settings, trace: Trace | undefined): Promise<Part> {
  const { store } = settings;
  switch (store.kind) {
    case 'memory':
      return fixed({ what: 'memory', action: 'none', detail: 'needs nothing', cost: '' });
    case 'file': {
      const { setUpFolder } = await import('./setup/folder.js');
      return { run: (run) => setUpFolder({ ...run, dir: store.dir }), close: () => undefined };
    }
    case 's3':
      return bucketPart(settings, store.bucket, trace);
    case 'dynamodb':
      return tablePart(settings, store.table, trace);
  }
}

async function bucketPart(settings: Settings, bucket: string, trace: Trace | undefined): Promise<Part> {
  const [{ S3Client }, { setUpBucket }, { clientSettings, regionOf }, { traceRequests, watchHost }] =
    await Promise.all([
      import('@aws-sdk/client-s3'),
      import('./setup/bucket.js'),
      import('./aws/client-settings.js'),
      import('./aws/requests.js'),
    ]);
  // As `connect.ts` opens it.
  const wanted = settings.region ?? settings.kmsRegion;
  const { profile, role, endpoint } = settings;
  const client = new S3Client({
    ...(await clientSettings({ region: wanted, profile, role, endpoint, trace })),
    followRegionRedirects: true,
    ...(endpoint === undefined ? {} : { forcePathStyle: true }),
  });
  const { isAws, isTls } = watchHost(client);
  traceRequests(client, 'S3', trace);
  const region = await regionOf(client, 'S3');
  return {
    run: (run) => setUpBucket({ ...run, client, bucket, region, isAws, isTls }),
    close: () => client.destroy(),
  };
}

async function tablePart(settings: Settings, table: string, trace: Trace | undefined): Promise<Part> {
  const [{ DynamoDBClient }, { setUpTable }, { clientSettings, regionOf }, { traceRequests }] =
    await Promise.all([
      import('@aws-sdk/client-dynamodb'),
      import('./setup/table.js'),
      import('./aws/client-settings.js'),
      import('./aws/requests.js'),
    ]);
  const { region: wanted, profile, role, endpoint } = settings;
  const client = new DynamoDBClient(await clientSettings({ region: wanted, profile, role, endpoint, trace }));
  traceRequests(client, 'DynamoDB', trace);
  const region = await regionOf(client, 'DynamoDB');
  const keys = tableKeysOf(settings.format);
  return { run: (run) => setUpTable({ ...run, client, table, region, keys }), close: () => client.destroy() };
}

function keyParts(settings: Settings, trace: Trace | undefined): Promise<Part>[] {
  return settings.keys.map(async (spec) => {
    switch (spec.kind) {
      case 'local':
        return fixed(fileStep('local key', spec.file, 'keep a copy: without it the store is lost'));
      case 'passphrase':
        return fixed(fileStep('salt of the passphrase', spec.saltFile, 'not secret'));
      case 'kms':
        return kmsPart(settings, spec, trace);
    }
  });
}

function fileStep(kind: string, file: string, note: string): SetupStep {
  const detail = `a file that is made on first use, yours alone; ${note}`;
  return { what: `${kind} ${printable(file)}`, action: 'none', detail, cost: '' };
}

async function kmsPart(settings: Settings, spec: KmsSpec, trace: Trace | undefined): Promise<Part> {
  const [{ KMSClient }, { setUpKmsKey }, { clientSettings, regionOf }, { traceRequests }] = await Promise.all(
    [
      import('@aws-sdk/client-kms'),
      import('./setup/kms-key.js'),
      import('./aws/client-settings.js'),
      import('./aws/requests.js'),
    ],
  );
  const { profile, role, kmsEndpoint: endpoint } = settings;
  const wanted = spec.region ?? settings.kmsRegion ?? settings.region;
  const common = await clientSettings({ region: wanted, profile, role, endpoint, trace });
  const client = new KMSClient(common);
  const once = new KMSClient({ ...common, maxAttempts: 1 });
  for (const watched of [client, once]) traceRequests(watched, 'KMS', trace);
  const region = await regionOf(client, 'KMS');
  return {
    run: (run) => setUpKmsKey({ ...run, client, once, key: spec.key, region }),
    close: () => {
      client.destroy();
      once.destroy();
    },
  };
}
