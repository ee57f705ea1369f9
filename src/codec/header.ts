import { base64Length, decodeBase64 } from '../text/base64.js';
import type { Context, WrappedKey } from '../keys.js';
import { contextFault } from '../record/context.js';
import { versionNumber } from '../record/versions.js';
import { MAX_RECIPIENTS } from '../record.js';

/**
 * What a native record says of itself, authenticated as the AAD of its value. Stored as RFC 8785
 * canonical JSON in which every leaf is a string.
 */
export interface Header {
  readonly name: string;
  /** Canonical decimal, 1…2^53−1. */
  readonly version: string;
  /** 32 bytes. */
  readonly salt: Uint8Array;
  /** 32 bytes: binds the record to one data key. */
  readonly commit: Uint8Array;
  /** 1–8 recipients. */
  readonly keys: readonly WrappedKey[];
  /** The user's pairs, without `lazycred:name`. */
  readonly context: Context;
  /** RFC 3339, UTC, milliseconds. */
  readonly created: string;
  readonly by?: string | undefined;
  readonly comment?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly expires?: string | undefined;
}

/** The only algorithm of format 1: AES-256-GCM under a key, nonce and commitment from HKDF-SHA-512. */
export const ALG = 'A256GCM-HKDF-SHA512';

/** Length of a record's random salt. */
export const SALT_BYTES = 32;
/** Length of the tag that AES-GCM puts after what it encrypted. */
export const TAG_BYTES = 16;

/** Limits of a header (docs/format.md); each is checked before the work that it bounds. */
export const HEADER_LIMITS = {
  headerBytes: 16 * 1024,
  wrappedBytes: 2 * 1024,
  tags: 50,
  byBytes: 256,
  commentBytes: 4 * 1024,
} as const;

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/u;

/** Whether `text` is RFC 3339 in UTC with milliseconds, and a real moment. */
export function isTimestamp(text: string): boolean {
  if (!TIMESTAMP.test(text)) return false;
  const date = new Date(text);
  return !Number.isNaN(date.getTime()) && date.toISOString() === text;
}

/** What a header may hold about a version, beside what it is. */
export type Notes = Pick<Header, 'by' | 'comment' | 'tags'>;

/** Why these can't stand in a header, whatever else it holds; undefined when they can. */
export function notesFault({ by, comment, tags }: Notes): string | undefined {
  const texts = [
    { what: 'author', text: by ?? '', most: HEADER_LIMITS.byBytes },
    { what: 'comment', text: comment ?? '', most: HEADER_LIMITS.commentBytes },
  ];
  for (const { what, text, most } of texts) {
    const size = Buffer.byteLength(text);
    if (size > most) return `the ${what} is ${size} bytes; at most ${most} can be stored`;
    if (!text.isWellFormed()) return `the ${what} is not well-formed Unicode`;
  }
  const count = Object.keys(tags ?? {}).length;
  if (count > HEADER_LIMITS.tags)
    return `there are ${count} tags; at most ${HEADER_LIMITS.tags} can be stored`;
  return strings(tags ?? {}) === undefined ? 'a tag is not well-formed Unicode' : undefined;
}

/** RFC 8785 for what a header holds: strings, lists and maps of them. Members sort by UTF-16 code units. */
function canonical(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const map = value as Readonly<Record<string, unknown>>;
  const members = Object.keys(map)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(map[key])}`);
  return `{${members.join(',')}}`;
}

/** The exact text that is stored, and authenticated as AAD. */
export function encodeHeader(header: Header): string {
  const { salt, commit, keys, ...texts } = header;
  const members: Record<string, unknown> = {
    alg: ALG,
    salt: Buffer.from(salt).toString('base64'),
    commit: Buffer.from(commit).toString('base64'),
    keys: keys.map(({ provider, id, wrapped }) => ({ provider, id, wrapped })),
  };
  for (const [key, value] of Object.entries(texts)) if (value !== undefined) members[key] = value;
  return canonical(members);
}

const REQUIRED = ['alg', 'commit', 'context', 'created', 'keys', 'name', 'salt', 'version'];
const OPTIONAL = ['by', 'comment', 'expires', 'tags'];

/**
 * Reads a stored header; undefined unless it is exactly what {@link encodeHeader} writes: known
 * members, canonical text, within the limits.
 */
export function decodeHeader(text: string): Header | undefined {
  if (text.length > HEADER_LIMITS.headerBytes || Buffer.byteLength(text) > HEADER_LIMITS.headerBytes) {
    return undefined;
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // Not JSON: as broken as any other fault, and reported alike.
    return undefined;
  }
  const map = members(parsed);
  if (map === undefined || !hasExactly(map, REQUIRED, OPTIONAL)) return undefined;
  const { keys, context, tags, alg, name, version, salt, commit, created, by, comment, expires } = map;
  const wrapped = recipients(keys);
  const contextMap = strings(context);
  const tagMap = tags === undefined ? undefined : strings(tags);
  if (
    alg !== ALG ||
    !isText(name) ||
    !isText(version) ||
    versionNumber(version) === undefined ||
    !isText(created) ||
    !isTimestamp(created) ||
    wrapped === undefined ||
    contextMap === undefined ||
    contextFault(contextMap) !== undefined ||
    (tags !== undefined && tagMap === undefined) ||
    (tagMap !== undefined && Object.keys(tagMap).length > HEADER_LIMITS.tags) ||
    !isOptionalText(by, HEADER_LIMITS.byBytes) ||
    !isOptionalText(comment, HEADER_LIMITS.commentBytes) ||
    !isOptionalText(expires) ||
    (expires !== undefined && !isTimestamp(expires))
  ) {
    return undefined;
  }
  const saltBytes = bytes32(salt);
  const commitBytes = bytes32(commit);
  // Serialising again ends duplicate members, white space, escapes and order at once.
  if (saltBytes === undefined || commitBytes === undefined || canonical(map) !== text) return undefined;
  return {
    name,
    version,
    salt: saltBytes,
    commit: commitBytes,
    keys: wrapped,
    context: contextMap,
    created,
    by,
    comment,
    tags: tagMap,
    expires,
  };
}

type Members = Readonly<Record<string, unknown>>;

// Without a prototype, so that a member named `__proto__` is a member like any other.
function members(value: unknown): Members | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.assign(Object.create(null) as object, { ...value }) as Members;
}

function hasExactly(map: Members, required: readonly string[], optional: readonly string[]): boolean {
  const keys = Object.keys(map);
  return required.every((k) => k in map) && keys.every((k) => required.includes(k) || optional.includes(k));
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed();
}

function isOptionalText(
  value: unknown,
  maxBytes: number = HEADER_LIMITS.headerBytes,
): value is string | undefined {
  return value === undefined || (isText(value) && Buffer.byteLength(value) <= maxBytes);
}

function strings(value: unknown): Readonly<Record<string, string>> | undefined {
  const map = members(value);
  if (map === undefined) return undefined;
  for (const [key, leaf] of Object.entries(map)) if (!key.isWellFormed() || !isText(leaf)) return undefined;
  return map as Readonly<Record<string, string>>;
}

function bytes32(value: unknown): Uint8Array | undefined {
  // 32 bytes are 44 characters: looked at before they are decoded.
  if (typeof value !== 'string' || value.length !== 44) return undefined;
  const bytes = decodeBase64(value);
  return bytes?.length === 32 ? bytes : undefined;
}

// Characters of base64 that hold `wrappedBytes`.
const MAX_WRAPPED_TEXT = base64Length(HEADER_LIMITS.wrappedBytes);

function recipients(value: unknown): readonly WrappedKey[] | undefined {
  if (!Array.isArray(value) || value.length < 1 || value.length > MAX_RECIPIENTS) return undefined;
  const keys: WrappedKey[] = [];
  for (const item of value as unknown[]) {
    const map = members(item);
    if (map === undefined || !hasExactly(map, ['id', 'provider', 'wrapped'], [])) return undefined;
    const { provider, id, wrapped } = map;
    if (!isText(provider) || !isText(id) || !isText(wrapped) || wrapped.length > MAX_WRAPPED_TEXT)
      return undefined;
    const bytes = decodeBase64(wrapped);
    if (bytes === undefined || bytes.length > HEADER_LIMITS.wrappedBytes) return undefined;
    keys.push({ provider, id, wrapped });
  }
  return keys;
}
