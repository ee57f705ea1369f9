import { LazycredError } from './errors.js';

declare const brand: unique symbol;

/** A secret's name that `parseName` made, or that a store held; see {@link parseName} for the rules. */
export type SecretName = string & { readonly [brand]: 'SecretName' };

/** The record formats that this version writes and reads. */
export const FORMATS = ['native', 'lazycred', 'credstash', 'cloudchain'] as const;

/** A record format: ours, or an ancestor's. */
export type Format = (typeof FORMATS)[number];

/** Longest name, in bytes of UTF-8. */
export const MAX_NAME_BYTES = 512;

/** Greatest version: the last integer that a double counts exactly, 2^53 − 1. */
export const MAX_VERSION = Number.MAX_SAFE_INTEGER;

/** Digits of a stored version, zero-padded: CredStash's width, and room for 2^53 − 1. */
export const VERSION_DIGITS = 19;

/** The segment under which the S3 backend keeps older versions; no name may hold it. */
export const RESERVED_SEGMENT = '.lazycred';

/** Largest value by default, in bytes (DynamoDB's item limit is 400 KB, base64 and header included). */
export const DEFAULT_MAX_VALUE_BYTES = 256 * 1024;

/** Size of a stored tombstone or stub as JSON, in bytes: padded to it, so that a listing tells them by size. */
export const STUB_BYTES = 256;

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

// Controls (C0, DEL, C1), and the characters of globs.
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f*?[\]]/u;

/**
 * Makes a name for a *new* secret: 1–512 bytes of well-formed UTF-8, kept exactly as given, without
 * control characters, `* ? [ ]`, a leading or trailing `/`, or a segment that is empty, `.`, `..` or
 * `.lazycred`.
 *
 * @throws ERR_USAGE, saying which rule is broken
 */
export function parseName(text: string): SecretName {
  const refuse = (why: string): never => {
    throw new LazycredError('ERR_USAGE', `bad name ${quote(text)}: ${why}`, { name: text });
  };
  if (text === '') refuse('it is empty');
  if (!text.isWellFormed()) refuse('it is not well-formed Unicode');
  if (Buffer.byteLength(text) > MAX_NAME_BYTES) refuse(`it is longer than ${MAX_NAME_BYTES} bytes`);
  if (FORBIDDEN.test(text)) refuse('control characters and * ? [ ] are not allowed');
  if (text.startsWith('/') || text.endsWith('/')) refuse('it begins or ends with "/"');
  for (const segment of text.split('/')) {
    if (segment === '') refuse('it holds "//"');
    if (segment === '.' || segment === '..' || segment === RESERVED_SEGMENT) {
      refuse(`the segment "${segment}" is not allowed`);
    }
  }
  return text as SecretName;
}

/**
 * Makes a name for *reading*: anything that could have been stored, literally; the ancestors kept
 * no rules.
 *
 * @throws ERR_USAGE when it is empty or not well-formed Unicode
 */
export function storedName(text: string): SecretName {
  if (text === '') throw new LazycredError('ERR_USAGE', 'bad name "": it is empty', { name: text });
  if (!text.isWellFormed()) {
    throw new LazycredError('ERR_USAGE', `bad name ${quote(text)}: it is not well-formed Unicode`, {
      name: text,
    });
  }
  return text as SecretName;
}

const CANONICAL_VERSION = /^[1-9][0-9]{0,15}$/u;

/** The number of a canonical decimal version, 1…2^53−1; undefined for anything else. */
export function versionNumber(text: string): number | undefined {
  if (!CANONICAL_VERSION.test(text)) return undefined;
  const n = Number(text);
  return n <= MAX_VERSION ? n : undefined;
}

/** A version as backends key it: 19 digits, zero-padded, so that byte order is numeric order. */
export function padVersion(version: string): string {
  return version.padStart(VERSION_DIGITS, '0');
}

const PADDED_VERSION = /^0*([1-9][0-9]*)$/u;

/** The canonical version in a 19-digit key; undefined for anything else. */
export function unpadVersion(text: string): string | undefined {
  if (text.length !== VERSION_DIGITS) return undefined;
  const digits = PADDED_VERSION.exec(text)?.[1];
  return digits !== undefined && versionNumber(digits) !== undefined ? digits : undefined;
}

/** The number that a version is, canonical or padded; undefined where it is another text of an ancestor's. */
export function numberOf(version: string): number | undefined {
  return versionNumber(unpadVersion(version) ?? version);
}

/** Orders two versions of a name as backends do: numbers by their value, other texts by the bytes of their keys. */
export function compareVersions(a: string, b: string): number {
  const [m, n] = [numberOf(a), numberOf(b)];
  if (m !== undefined && n !== undefined) return m - n;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** What a stored native record says of itself without being opened. Unverified. */
export interface Claim {
  readonly version: string;
  readonly state?: RemovedState;
  /** When it was made; absent where that is no time. */
  readonly created?: Date;
}

/** The fields that hold a value, in every format; what listings leave out. */
const VALUE_FIELDS: readonly string[] = ['data', 'contents', 'Secret'];

/** The fields without the value. */
export function withoutValue(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([field]) => !VALUE_FIELDS.includes(field)));
}

const STATES: readonly string[] = ['deleted', 'destroyed', 'pruned'] satisfies RemovedState[];

/** Whether a record's `state` is one that we know. */
export function isRemovedState(text: string): text is RemovedState {
  return STATES.includes(text);
}

/**
 * The version (and state) that a native record, tombstone or stub claims; undefined for the
 * ancestors' records, which hold none, and for what is too broken to say. Unverified: for choosing
 * the next number and for listings, never for giving out a value.
 */
export function claimOf(fields: Fields): Claim | undefined {
  if (fields['lazycred'] === undefined) return undefined;
  const state = fields['state'];
  if (state !== undefined) {
    const version = fields['version'];
    if (version === undefined || versionNumber(version) === undefined || !isRemovedState(state))
      return undefined;
    return { version, state, ...madeAt(fields['at']) };
  }
  let header: unknown;
  try {
    header = JSON.parse(fields['header'] ?? '');
  } catch {
    // Damaged: who opens the record is told.
    return undefined;
  }
  if (typeof header !== 'object' || header === null) return undefined;
  const { version, created } = header as { version?: unknown; created?: unknown };
  if (typeof version !== 'string' || versionNumber(version) === undefined) return undefined;
  return { version, ...madeAt(created) };
}

function madeAt(text: unknown): { created?: Date } {
  // Date.parse takes far more than a time as records write it.
  const time = typeof text === 'string' && /^\d{4}-\d\d-\d\dT/u.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(time) ? {} : { created: new Date(time) };
}

/** Whether two records hold the same fields, byte for byte. */
export function sameFields(a: Fields, b: Fields): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((k) => a[k] === b[k]);
}

// Controls, line separators and the marks that reorder text: what could rewrite a terminal's line.
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** Text from outside made safe to print on one line: control and reordering characters become `\uXXXX`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Text from outside in quotes, for a message: {@link printable}, cut at 80 characters. */
export function quote(text: string): string {
  const shown = text.length > 80 ? `${text.slice(0, 79)}…` : text;
  return `"${printable(shown)}"`;
}
