import type { KeyKind } from './kind.js';
import { kms } from './keys/kms.js';
import { local } from './keys/local.js';
import { passphrase } from './keys/passphrase.js';

/** The kinds of key, in the order in which messages name them. To add one is to add its file and its row. */
const ROWS = [kms, local, passphrase];

/** A key that wraps data keys. */
export type KeySpec =
  NonNullable<ReturnType<(typeof ROWS)[number]['parse']>> extends infer L
    ? L extends unknown
      ? { [K in keyof L]: L[K] }
      : never
    : never;

/** The kinds of key, each for its own specs. */
export const KEY_KINDS: readonly KeyKind<KeySpec>[] = ROWS;

/** The kind of a key. */
export function keyKind({ kind }: KeySpec): KeyKind<KeySpec> {
  const row = KEY_KINDS.find((k) => k.kind === kind);
  if (row === undefined) throw new TypeError(`no such kind of key: ${kind}`);
  return row;
}
