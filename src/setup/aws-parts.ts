import type { LoadedConfig } from '../config.js';
import { LazycredError } from '../errors.js';
import { tableKeysOf, type TableKeys } from '../backends/dynamodb/table-keys.js';

/** One thing of a store that lies in AWS; `region` undefined where only the AWS profile says it. */
export interface AwsPart {
  readonly name: string;
  readonly region: string | undefined;
}

/** A table. */
export interface TablePart extends AwsPart {
  readonly keys: TableKeys;
}

/** What a configured store needs in AWS. */
export interface AwsParts {
  readonly bucket: AwsPart | undefined;
  readonly table: TablePart | undefined;
  /** Named by their alias: `alias/acme`. */
  readonly keys: readonly AwsPart[];
  /** Keys given by id or ARN, which exist already. */
  readonly existing: readonly string[];
}

/**
 * The parts that templates are written for.
 *
 * @throws ERR_USAGE when none of the store is made in AWS
 */
export function awsParts({ settings }: LoadedConfig): AwsParts {
  const { store, region, kmsRegion } = settings;
  const kms = settings.keys.flatMap((key) => (key.kind === 'kms' ? [key.key] : []));
  const aliases = kms.filter((key) => key.startsWith('alias/'));
  const parts: AwsParts = {
    // As `connect.ts` does: LazyCred's settings name KMS's region alone.
    bucket: store.kind === 's3' ? { name: store.bucket, region: region ?? kmsRegion } : undefined,
    table:
      store.kind === 'dynamodb'
        ? { name: store.table, region, keys: tableKeysOf(settings.format) }
        : undefined,
    keys: aliases.map((name) => ({ name, region: kmsRegion ?? region })),
    existing: kms.filter((key) => !key.startsWith('alias/')),
  };
  if (parts.bucket !== undefined || parts.table !== undefined || parts.keys.length > 0) return parts;
  throw new LazycredError('ERR_USAGE', 'nothing of this store is made in AWS: no template can be written', {
    hint: 'lazy setup makes its folder',
  });
}

/** The regions of the parts, each once. */
export function regionsOf({ bucket, table, keys }: AwsParts): string[] {
  const regions = [bucket, table, ...keys].flatMap((part) => part?.region ?? []);
  return [...new Set(regions)];
}
