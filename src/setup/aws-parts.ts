import { tableKeysOf, type TableKeys } from '../backends/dynamodb/table-keys.js';
import type { LoadedConfig } from '../config.js';
import { LazycredError } from '../errors.js';
import type { AwsPart, StoreAwsParts } from '../kinds/kind.js';
import { keyKind } from '../kinds/keys.js';
import { storeKind } from '../kinds/stores.js';

/** A table. */
export interface TablePart extends AwsPart {
  readonly keys: TableKeys;
}

/** What a configured store needs in AWS. */
export interface AwsParts extends Omit<StoreAwsParts, 'existing'> {
  readonly table?: TablePart;
  /** Named by their alias: `alias/acme`. */
  readonly keys: readonly AwsPart[];
  /** What is given by id or ARN, and exists already: `key arn:aws:kms:…`. */
  readonly existing: readonly string[];
}

/**
 * The parts that templates are written for.
 *
 * @throws ERR_USAGE when none of the store is made in AWS
 */
export function awsParts({ settings }: LoadedConfig): AwsParts {
  const keys = settings.keys.flatMap((key) => keyKind(key).awsParts(key, settings) ?? []);
  const { table, existing, ...store } = storeKind(settings.store).awsParts(settings.store, settings);
  const parts: AwsParts = {
    ...store,
    ...(table === undefined ? {} : { table: { ...table, keys: tableKeysOf(settings.format) } }),
    keys: keys.flatMap((key) => ('alias' in key ? [key.alias] : [])),
    existing: [
      ...(existing === undefined ? [] : [existing]),
      ...keys.flatMap((key) => ('existing' in key ? [`key ${key.existing}`] : [])),
    ],
  };
  if (parts.bucket !== undefined || parts.table !== undefined || parts.keys.length > 0) return parts;
  throw new LazycredError('ERR_USAGE', 'nothing of this store is made in AWS: no template can be written', {
    hint: { code: 'set-up-folder' },
  });
}

/** The regions of the parts, each once. */
export function regionsOf({ bucket, table, keys }: AwsParts): string[] {
  const regions = [bucket, table, ...keys].flatMap((part) => part?.region ?? []);
  return [...new Set(regions)];
}
