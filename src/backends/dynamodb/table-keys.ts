import type { Format } from '../../record.js';

/** The names of a DynamoDB table's hash and range key, both strings. */
export type TableKeys = readonly [hash: string, range: string];

/** CredStash's own, and so native records'. */
export const RECORD_TABLE_KEYS = ['name', 'version'] as const satisfies TableKeys;

/** cloudchain's own. */
export const CLOUDCHAIN_TABLE_KEYS = ['Service', 'Username'] as const satisfies TableKeys;

/** The keys of the table that a format's records lie in. */
export function tableKeysOf(format: Format): TableKeys {
  return format === 'cloudchain' ? CLOUDCHAIN_TABLE_KEYS : RECORD_TABLE_KEYS;
}
