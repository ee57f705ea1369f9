import { isLazycredError, LazycredError } from '../../errors.js';
import { VERSION_METADATA } from './layout.js';
import type { ObjectVersion } from './objects.js';
import type { NameCall, S3Records } from './records.js';

const HINT = 'needs s3:ListBucketVersions and s3:DeleteObjectVersion; then run it again';
const NOT_LISTED =
  'this server cannot list old versions of objects: should it keep any, the values are still in them';

/**
 * Deletes the noncurrent S3 versions of a name's head and archive, as a versioned bucket keeps them.
 *
 * @param versions of the name, whose noncurrent S3 versions go; undefined for all
 * @returns what may remain where the server can't list versions, for the user to know
 * @throws ERR_ACCESS when some remain because they may not be listed or deleted
 */
export async function purge(
  records: S3Records,
  versions: readonly string[] | undefined,
  call: NameCall,
): Promise<string | undefined> {
  // Nothing was erased: no right to list S3 versions is needed for that.
  if (versions?.length === 0) return undefined;
  const { objects, layout } = records;
  const headKey = layout.headKey(call.name);
  let left = 0;
  try {
    const old = await noncurrent(records, versions, call);
    left = old.length;
    for (const version of old) {
      const goes = version.key !== headKey || (await heldOneOf(records, versions, version, call));
      if (!goes) continue;
      await objects.deleteVersion(version, call);
      left--;
    }
    return undefined;
  } catch (e) {
    // A server that can't list versions hardly ever keeps any, so that is no failure.
    if (left === 0 && isLazycredError(e, 'ERR_UNSUPPORTED')) return NOT_LISTED;
    if (!isLazycredError(e, 'ERR_ACCESS')) throw e;
    const what = left === 0 ? 'what a versioned bucket keeps of it' : `${left} noncurrent S3 versions`;
    const message = `the values are overwritten, but ${what} may remain: ${e.message}`;
    throw new LazycredError('ERR_ACCESS', message, {
      name: call.name,
      location: layout.location,
      hint: e.advice?.code === 'bucket-without-lock' ? e.advice : HINT,
      cause: e,
    });
  }
}

async function noncurrent(
  { objects, layout }: S3Records,
  versions: readonly string[] | undefined,
  call: NameCall,
): Promise<ObjectVersion[]> {
  const { name } = call;
  const headKey = layout.headKey(name);
  const erased = versions?.map((version) => layout.archiveKey(name, version));
  const isArchive = (key: string) =>
    erased === undefined ? layout.archivedVersion(name, key) !== undefined : erased.includes(key);
  // Keys are compared whole: the listing for `db` also gives `db-2`, and the archive of `db/x`.
  const heads = (await objects.versions(headKey, call)).filter((v) => v.key === headKey);
  const archived = (await objects.versions(layout.archiveFolder(name), call)).filter((v) => isArchive(v.key));
  return [...heads, ...archived].filter((v) => !v.current);
}

// A noncurrent head's metadata tells which version it was. LazyCred's own objects have no such metadata: they go
// only when all versions go.
async function heldOneOf(
  { objects }: S3Records,
  versions: readonly string[] | undefined,
  { key, id, marker }: ObjectVersion,
  call: NameCall,
): Promise<boolean> {
  if (versions === undefined) return true;
  // A delete marker holds nothing; S3 answers 405 to a HEAD of one.
  if (marker) return false;
  const metadata = await objects.head(key, { ...call, id });
  return versions.includes(metadata?.[VERSION_METADATA] ?? '');
}
