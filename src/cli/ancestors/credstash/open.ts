import { resolveConfig, type ConfigInput, type LoadedConfig } from '../../../config.js';
import { openStore } from '../../../connect.js';
import { isLazycredError } from '../../../errors.js';
import type { Store } from '../../../index.js';
import { askMfaCode } from '../../io/mfa-code.js';
import type { Surrounding } from '../front-end.js';
import { botoProfile } from '../python/boto-profile.js';
import type { CredstashArguments } from './arguments.js';
import { savedKmsRegion } from './saved.js';

/** Where the original works when nothing names a region. */
const LAST_RESORT_REGION = 'us-east-1';

/**
 * The longest value in bytes: as base64, with key, HMAC and name beside it, it fills an item of
 * DynamoDB's (400 KB). The original has no limit of its own.
 */
const MAX_CREDENTIAL_BYTES = 300_000;

/** One run of an action. */
export interface CredstashRun {
  readonly args: CredstashArguments;
  readonly around: Surrounding;
}

/** A table of CredStash's, opened, and the settings that it was opened with. */
export interface OpenTable {
  readonly store: Store;
  readonly config: LoadedConfig;
}

/**
 * Opens the table that the arguments, the environment and `~/.credstash` name for `use`, and closes it.
 *
 * @throws ERR_CONFIG, and what `use` throws
 */
export async function withTable<T>(run: CredstashRun, use: (table: OpenTable) => Promise<T>): Promise<T> {
  const table = await openTable(await settingsOf(run), run.around);
  try {
    return await use(table);
  } finally {
    await table.store.close();
  }
}

async function settingsOf({ args, around }: CredstashRun): Promise<ConfigInput> {
  const { env } = around;
  // botocore never asked for it; the SDK would put it before the profile's region, and so take another table.
  delete env['AWS_REGION'];
  const table = args.text('table') ?? env['CREDSTASH_DEFAULT_TABLE'] ?? 'credential-store';
  return {
    store: `dynamodb://${table}`,
    key: `kms:${args.text('key') ?? 'alias/credstash'}`,
    format: 'credstash',
    region: given(args.text('region')) ?? given(env['AWS_DEFAULT_REGION']),
    kmsRegion: given(args.text('kms-region')) ?? (await savedKmsRegion(around)),
    profile: given(args.text('profile')) ?? botoProfile(env),
    role: given(args.text('arn')),
    context: args.pairs('context'),
  };
}

function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

async function openTable(input: ConfigInput, around: Surrounding): Promise<OpenTable> {
  const mfaCode = (serial: string): Promise<string> => askMfaCode(serial, around.signal);
  const config = resolveConfig(input);
  try {
    return { config, store: await openStore(config, { maxBytes: MAX_CREDENTIAL_BYTES, mfaCode }) };
  } catch (e) {
    // All else about the settings was checked above: the profile names no region either.
    if (input.region !== undefined || !isLazycredError(e, 'ERR_CONFIG')) throw e;
    return openTable({ ...input, region: LAST_RESORT_REGION }, around);
  }
}
