import type { ListObjectsV2CommandOutput, ListObjectVersionsCommandOutput } from '@aws-sdk/client-s3';

/** One line of a listing. */
export interface S3Key {
  readonly key: string;
  readonly size: number;
  readonly modified: Date | undefined;
}

/** Where a page begins: at the beginning, after a key, or where the page before ended. */
export type PageStart =
  { readonly after: string } | { readonly token: string } | Readonly<Record<string, never>>;

/** One page of keys in byte order; `next` continues it, undefined at the end. */
export interface KeysPage {
  readonly keys: readonly S3Key[];
  readonly next: PageStart | undefined;
}

/** One version of an object as S3 keeps it on a versioned bucket. */
export interface ObjectVersion {
  readonly key: string;
  readonly id: string;
  readonly current: boolean;
  /** Whether it only marks the object as deleted, and holds nothing. */
  readonly marker: boolean;
}

/** Where a page of versions begins. */
export interface VersionsStart {
  readonly KeyMarker?: string;
  readonly VersionIdMarker?: string;
}

// The SDK's types promise members that its parser leaves out where the XML is another one: a login
// page parses as a listing of nothing. So what S3 always sends (API reference, "ListObjectsV2",
// "ListObjectVersions") is asked for before an empty list is believed.

/**
 * A page of ListObjectsV2.
 *
 * @param token where this page was to begin, if the page before it told
 * @returns what is wrong with it, for a message, when it is no answer of S3's
 */
export function keysPage(
  out: ListObjectsV2CommandOutput,
  prefix: string,
  token: string | undefined,
): KeysPage | string {
  const { IsTruncated: more, NextContinuationToken: next } = out;
  if (typeof more !== 'boolean') return 'it has no IsTruncated';
  if (isOfAnother(out.Prefix, prefix)) return OF_ANOTHER;
  const lines = listOf(out.Contents);
  if (lines === undefined) return 'its Contents is no list';
  const keys: S3Key[] = [];
  for (const { Key: key, Size: size, LastModified } of lines) {
    if (typeof key !== 'string' || typeof size !== 'number' || Number.isNaN(size)) {
      return 'it lists an object without Key or Size';
    }
    if (!key.startsWith(prefix)) return 'it lists a key outside of the prefix that was asked for';
    keys.push({ key, size, modified: LastModified });
  }
  if (!more) return { keys, next: undefined };
  if (typeof next !== 'string' || next === '') return 'it goes on, and does not tell where';
  return next === token ? 'it goes on where it began' : { keys, next: { token: next } };
}

/** A page of ListObjectVersions, checked as {@link pageOf} checks one of ListObjectsV2. */
export function versionsPage(
  out: ListObjectVersionsCommandOutput,
  prefix: string,
): { readonly versions: readonly ObjectVersion[]; readonly next: VersionsStart | undefined } | string {
  const { IsTruncated: more, NextKeyMarker: key, NextVersionIdMarker: version } = out;
  if (typeof more !== 'boolean') return 'it has no IsTruncated';
  if (isOfAnother(out.Prefix, prefix)) return OF_ANOTHER;
  const held = listOf(out.Versions);
  const markers = listOf(out.DeleteMarkers);
  if (held === undefined || markers === undefined) return 'its versions are no list';
  const versions: ObjectVersion[] = [];
  for (const [of, marker] of [[held, false] as const, [markers, true] as const]) {
    for (const { Key, VersionId, IsLatest } of of) {
      if (typeof Key !== 'string' || typeof VersionId !== 'string') {
        return 'it lists a version without Key or VersionId';
      }
      if (!Key.startsWith(prefix)) return 'it lists a key outside of the prefix that was asked for';
      versions.push({ key: Key, id: VersionId, current: IsLatest === true, marker });
    }
  }
  if (!more) return { versions, next: undefined };
  if (typeof key !== 'string' || key === '') return 'it goes on, and does not tell where';
  return {
    versions,
    next: { KeyMarker: key, ...(version === undefined ? {} : { VersionIdMarker: version }) },
  };
}

const OF_ANOTHER = 'it is of another prefix than was asked for';

// A listing of nothing shows by no key of what it is; S3 repeats the prefix that was asked for. A listing without
// Prefix stands: another service's may leave it out. Name is not compared: for a bucket that was asked for by the ARN
// of its access point it is another.
function isOfAnother(answered: string | undefined, asked: string): boolean {
  return answered !== undefined && answered !== asked;
}

// Undefined for what is neither a list of objects nor left out.
function listOf<T extends object>(list: readonly T[] | undefined): readonly T[] | undefined {
  const lines: unknown = list ?? [];
  const isList = Array.isArray(lines) && lines.every((line) => typeof line === 'object' && line !== null);
  return isList ? (lines as readonly T[]) : undefined;
}
