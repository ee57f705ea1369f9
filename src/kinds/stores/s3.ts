import { bucketRegion } from '../../aws/regions.js';
import { RESERVED_SEGMENT } from '../../record/names.js';
import { quote } from '../../text/printable.js';
import { unfit } from '../../text/unfit.js';
import type { SetupPart } from '../../setup/steps.js';
import type { StoreKind } from '../kind.js';
import { canBeMade, readBucket, refuseDirectoryBucket, splitBucket } from './s3/bucket.js';

/** Objects of a bucket whose keys begin with the prefix. */
export interface S3Location {
  readonly kind: 's3';
  /** A bucket's name, or the ARN of an access point. */
  readonly bucket: string;
  /** The region in an ARN, which wins over all others. */
  readonly region?: string;
  readonly prefix: string;
}

// LazyCred checks nothing: the rules for buckets of us-east-1 before March 2018.
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
  async open({ bucket, prefix, region: own }, o) {
    const [{ S3Backend }, opened] = await Promise.all([
      import('../../backends/s3.js'),
      import('../../aws/clients.js').then((clients) => clients.openS3(o, own)),
    ]);
    const { client, region, isAws } = opened;
    return new S3Backend({ client, bucket, prefix, region, isAws });
  },
  async setUp({ bucket, prefix, region: own }, o) {
    const opening = import('../../aws/clients.js').then((clients) => clients.openS3(o, own));
    if (own !== undefined) {
      const [{ describeAccessPoint }, { client, region }] = await Promise.all([
        import('../../setup/access-point.js'),
        opening,
      ]);
      const run: SetupPart['run'] = (r) => describeAccessPoint({ ...r, client, arn: bucket, region });
      return { run, close: () => client.destroy() };
    }
    const [{ setUpBucket }, { raceForObjects }, { orNotTried }, opened] = await Promise.all([
      import('../../setup/bucket.js'),
      import('../../backends/s3/race.js'),
      import('../../setup/probe.js'),
      opening,
    ]);
    const { client, isAws } = opened;
    return {
      run: (run) => setUpBucket({ ...run, ...opened, bucket, mustExist: !canBeMade(bucket) }),
      probe: async (signal) =>
        isAws() ? [] : orNotTried(`bucket ${bucket}`, raceForObjects({ ...opened, bucket, prefix }, signal)),
      close: () => client.destroy(),
    };
  },
  awsParts: ({ bucket, region: own }, o) =>
    own === undefined && canBeMade(bucket)
      ? { bucket: { name: bucket, region: bucketRegion(o, own) } }
      : { existing: `${own === undefined ? 'bucket' : 'access point'} ${bucket}` },
};

/** Reads LazyCred's `s3_path`: bucket, `/`, and a prefix that is kept exactly, for names are put right behind it. */
export function parseS3Path(text: string): S3Location {
  const { bucket, prefix } = splitBucket(text);
  refuseDirectoryBucket(bucket);
  if (!OLD_BUCKET.test(bucket)) unfit('it does not begin with the name of a bucket (bucket/folder/)');
  checkPrefix(prefix);
  return { kind: 's3', bucket, prefix };
}

function parse(rest: string): S3Location {
  const named = readBucket(rest);
  const { prefix } = named;
  checkPrefix(prefix);
  const segments = prefix.replace(/\/$/u, '').split('/');
  if (prefix !== '' && segments.some((s) => s === '' || s === '.' || s === '..' || s === RESERVED_SEGMENT)) {
    unfit(`the prefix ${quote(prefix)} holds an empty segment, ".", ".." or "${RESERVED_SEGMENT}"`);
  }
  return { kind: 's3', ...named, prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/` };
}

function checkPrefix(prefix: string): void {
  if (/\p{Cc}/u.test(prefix) || !prefix.isWellFormed()) unfit('the prefix holds control characters');
  if (Buffer.byteLength(prefix) > MAX_PREFIX_BYTES)
    unfit(`the prefix is longer than ${MAX_PREFIX_BYTES} bytes`);
}
