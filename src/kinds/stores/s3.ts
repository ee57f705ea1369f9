import { bucketRegion } from '../../aws/regions.js';
import { RESERVED_SEGMENT } from '../../record/names.js';
import { quote } from '../../text/printable.js';
import { unfit } from '../../text/unfit.js';
import type { StoreKind } from '../kind.js';

/** Objects of a bucket whose keys begin with the prefix. */
export interface S3Location {
  readonly kind: 's3';
  readonly bucket: string;
  readonly prefix: string;
}

// S3 user guide, "Bucket naming rules": 3–63 characters, lower case.
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/u;
// The rules for buckets of us-east-1 before March 2018, which LazyCred's users may have.
const OLD_BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/u;
/** What S3's 1,024 bytes of a key leave beside a name (512), `.lazycred/`, `/` and 19 digits. */
const MAX_PREFIX_BYTES = 1024 - 512 - 10 - 1 - 19;
const SCHEME = 's3://';

/** A bucket of S3, or of a service that speaks its protocol. */
export const s3: StoreKind<S3Location> = {
  kind: 's3',
  form: 's3://BUCKET/PREFIX/',
  formats: ['native', 'lazycred'],
  withoutKey: 'error',
  parse: (text) => (text.startsWith(SCHEME) ? parse(text.slice(SCHEME.length)) : undefined),
  show: ({ bucket, prefix }) => `${SCHEME}${bucket}/${prefix}`,
  async open({ bucket, prefix }, o) {
    const [{ S3Backend }, opened] = await Promise.all([
      import('../../backends/s3.js'),
      import('../../aws/clients.js').then((clients) => clients.openS3(o)),
    ]);
    const { client, region, isAws } = opened;
    return new S3Backend({ client, bucket, prefix, region, isAws });
  },
  async setUp({ bucket }, o) {
    const [{ setUpBucket }, opened] = await Promise.all([
      import('../../setup/bucket.js'),
      import('../../aws/clients.js').then((clients) => clients.openS3(o)),
    ]);
    const { client } = opened;
    return { run: (run) => setUpBucket({ ...run, ...opened, bucket }), close: () => client.destroy() };
  },
  awsParts: ({ bucket }, o) => ({ bucket: { name: bucket, region: bucketRegion(o) } }),
};

/** Reads LazyCred's `s3_path`: bucket, `/`, and a prefix that is kept exactly, for names are put right behind it. */
export function parseS3Path(text: string): S3Location {
  const { bucket, prefix } = split(text);
  if (!OLD_BUCKET.test(bucket)) unfit('it does not begin with the name of a bucket (bucket/folder/)');
  checkPrefix(prefix);
  return { kind: 's3', bucket, prefix };
}

function parse(rest: string): S3Location {
  const { bucket, prefix } = split(rest);
  if (!BUCKET.test(bucket) || bucket.includes('..')) {
    unfit('the bucket must be 3 to 63 of a-z, 0-9, "." and "-" (s3://BUCKET/PREFIX/)');
  }
  checkPrefix(prefix);
  const segments = prefix.replace(/\/$/u, '').split('/');
  if (prefix !== '' && segments.some((s) => s === '' || s === '.' || s === '..' || s === RESERVED_SEGMENT)) {
    unfit(`the prefix ${quote(prefix)} holds an empty segment, ".", ".." or "${RESERVED_SEGMENT}"`);
  }
  return { kind: 's3', bucket, prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/` };
}

function split(text: string): { readonly bucket: string; readonly prefix: string } {
  const slash = text.indexOf('/');
  if (slash === -1) return { bucket: text, prefix: '' };
  return { bucket: text.slice(0, slash), prefix: text.slice(slash + 1) };
}

function checkPrefix(prefix: string): void {
  if (/\p{Cc}/u.test(prefix) || !prefix.isWellFormed()) unfit('the prefix holds control characters');
  if (Buffer.byteLength(prefix) > MAX_PREFIX_BYTES)
    unfit(`the prefix is longer than ${MAX_PREFIX_BYTES} bytes`);
}
