import { unfit } from '../../../text/unfit.js';

/** A bucket as S3's requests name it, and what stands behind it in a location. */
export interface NamedBucket {
  /** A bucket's name, or the ARN of an access point. */
  readonly bucket: string;
  /** The region in an ARN, which wins over all others. */
  readonly region?: string;
  readonly prefix: string;
}

// The rules for buckets of us-east-1 before March 2018: up to 255 letters, digits, ".", "-" and "_". S3 still
// serves such buckets (S3 user guide, "Bucket naming rules").
const BUCKET = /^[A-Za-z0-9_][A-Za-z0-9._-]{1,253}[A-Za-z0-9_-]$/u;
// What S3 makes today: 3–63 characters, lower case.
const NEW_BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/u;

// S3 user guide, "Directory bucket naming rules" and "Differences for directory buckets": ListObjectsV2 promises no
// order and takes no prefix but one that ends with "/". `--xa-s3` ends the name of an access point of such a bucket.
const DIRECTORY_BUCKET = /--xa?-s3$/u;

// S3 user guide, "Access points": 3–50 characters of the name, in an ARN behind "accesspoint/" or "accesspoint:".
const ACCESS_POINT =
  /^(arn:aws[a-z-]{0,20}:s3:([a-z0-9-]{1,63}):[0-9]{12}:accesspoint[/:][a-z0-9][a-z0-9-]{1,48}[a-z0-9])(?:\/(.*))?$/su;

/**
 * Reads what stands behind `s3://`: a bucket's name, or the ARN of an access point, and the prefix.
 *
 * @throws ERR_CONFIG for what is neither
 */
export function readBucket(text: string): NamedBucket {
  if (text.startsWith('arn:')) return readArn(text);
  const named = splitBucket(text);
  refuseDirectoryBucket(named.bucket);
  if (BUCKET.test(named.bucket) && !named.bucket.includes('..')) return named;
  return unfit(
    'the bucket must be 3 to 63 of a-z, 0-9, "." and "-" (s3://BUCKET/PREFIX/)',
    'an old bucket of us-east-1 may be up to 255 of letters, digits, ".", "-" and "_"; an access point goes by its ARN',
  );
}

/** The bucket's name, whatever it is made of, and what stands behind the first `/`. */
export function splitBucket(text: string): { readonly bucket: string; readonly prefix: string } {
  const slash = text.indexOf('/');
  if (slash === -1) return { bucket: text, prefix: '' };
  return { bucket: text.slice(0, slash), prefix: text.slice(slash + 1) };
}

/**
 * Refuses the name of an S3 Express bucket, and of an access point of one.
 *
 * @throws ERR_CONFIG
 */
export function refuseDirectoryBucket(bucket: string): void {
  if (!DIRECTORY_BUCKET.test(bucket)) return;
  unfit(
    'a directory bucket (S3 Express, "--x-s3") lists its objects in no order and keeps no versions of them: names would be missed',
    'use a general purpose bucket',
  );
}

/** Whether S3 would make a bucket of that name today. */
export function canBeMade(bucket: string): boolean {
  return NEW_BUCKET.test(bucket);
}

function readArn(text: string): NamedBucket {
  const [, bucket, region, prefix = ''] = ACCESS_POINT.exec(text) ?? [];
  if (bucket !== undefined && region !== undefined) return { bucket, region, prefix };
  // A bucket's own ARN says no more than its name.
  const [, name] = /^arn:aws[a-z-]{0,20}:s3:::([^/]+)/u.exec(text) ?? [];
  if (name !== undefined)
    return unfit('a bucket goes by its name, not by its ARN', 'write s3://BUCKET/PREFIX/');
  if (/^arn:aws[a-z-]{0,20}:s3::[0-9]{12}:accesspoint\//u.test(text)) {
    return unfit(
      'a multi-Region access point joins buckets that are copied later: a write would not be seen at once',
      'name one bucket, or an access point of one region',
    );
  }
  return unfit(
    'the ARN is not one of an access point (s3://arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME/PREFIX/)',
    'access points for directory buckets, Object Lambda and Outposts are not supported',
  );
}
