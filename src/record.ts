import type { SecretName } from './record/names.js';

/** The record formats that this version writes and reads. */
export const FORMATS = ['native', 'lazycred', 'credstash', 'cloudchain'] as const;

/** A record format: ours, or an ancestor's. */
export type Format = (typeof FORMATS)[number];
/** Largest value by default, in bytes (DynamoDB's item limit is 400 KB, base64 and header included). */
export const DEFAULT_MAX_VALUE_BYTES = 256 * 1024;
/** Most keys that one record is wrapped for (docs/format.md). */
export const MAX_RECIPIENTS = 8;

/**
 * What a backend keeps for one version of a name: a flat map of strings, ciphertext only. Each
 * ancestor's stored form is one, too.
 */
export type Fields = Readonly<Record<string, string>>;

/** A record as a backend gives it back. */
export interface StoredRecord {
  readonly name: SecretName;
  /** Canonical decimal without padding for native records; the stored string for the ancestors'; '' where the record carries none. */
  readonly version: string;
  readonly fields: Fields;
  /** The backend's own (an ETag and body, say); handed back to it, never looked into. */
  readonly revision?: unknown;
}

/** Why a version has no value: a tombstone (`deleted`, as the newest) or a stub. */
export type RemovedState = 'deleted' | 'destroyed' | 'pruned';

/** What a listing says of a name, or of one version; not authenticated until the record is opened. */
export interface Listed {
  readonly name: SecretName;
  /** As in {@link StoredRecord}; absent where the backend can't say without reading the record. */
  readonly version?: string;
  /** When it was last written, by the backend's clock or the record's own word. */
  readonly modified?: Date;
  /** When this version was made, by the record's own word. */
  readonly created?: Date;
  /** Set for a tombstone or stub. */
  readonly state?: RemovedState;
  /** The stored fields without the value (no `data`, `contents`, `Secret`); only when versions are listed. */
  readonly fields?: Fields;
  /** As in {@link StoredRecord}. */
  readonly revision?: unknown;
}

/** Whether two records hold the same fields, byte for byte. */
export function sameFields(a: Fields, b: Fields): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((k) => a[k] === b[k]);
}
