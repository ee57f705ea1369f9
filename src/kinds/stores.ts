import type { StoreKind } from './kind.js';
import { dynamodb } from './stores/dynamodb.js';
import { file } from './stores/file.js';
import { memory } from './stores/memory.js';
import { s3 } from './stores/s3.js';

/** The kinds of store, in the order in which messages name them. To add one is to add its file and its row. */
const ROWS = [s3, dynamodb, file, memory];

/** Where a backend keeps records. */
export type Location =
  NonNullable<ReturnType<(typeof ROWS)[number]['parse']>> extends infer L
    ? L extends unknown
      ? { [K in keyof L]: L[K] }
      : never
    : never;

/** The kinds of store, each for its own locations. */
export const STORE_KINDS: readonly StoreKind<Location>[] = ROWS;

/** The kind of a location. */
export function storeKind({ kind }: Location): StoreKind<Location> {
  const row = STORE_KINDS.find((k) => k.kind === kind);
  if (row === undefined) throw new TypeError(`no such kind of store: ${kind}`);
  return row;
}
