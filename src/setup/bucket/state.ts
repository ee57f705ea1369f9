import {
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  ListObjectsV2Command,
  type S3Client,
  type Tag,
} from '@aws-sdk/client-s3';
import { isLazycredError, LazycredError } from '../../errors.js';
import { ask, type SetupCall } from '../request.js';

/** A bucket to look at. */
export interface BucketPlace {
  readonly client: Pick<S3Client, 'send'>;
  readonly bucket: string;
  /** Everything of a call but its permission. */
  readonly call: Omit<SetupCall, 'permission'>;
}

/** The public access block with all four of its parts. */
export const ALL_BLOCKED = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
} as const;
const BLOCKS = Object.keys(ALL_BLOCKED) as (keyof typeof ALL_BLOCKED)[];

/** Whether a safeguard is on; `not offered` by some services that speak S3's protocol. */
export type Safeguard = 'on' | 'off' | 'not offered';

/** What is known of a bucket that exists. */
export interface BucketState {
  readonly tags: readonly Tag[];
  readonly versioning: 'Enabled' | 'Suspended' | undefined;
  readonly publicAccessBlock: Safeguard;
  readonly ownerEnforced: Safeguard;
  /** The policy's JSON. */
  readonly policy: string | undefined;
}

// Services other than AWS answer so to what they lack (MinIO: public access block, ownership controls).
const NOT_OFFERED = { NotImplemented: 'not offered', MethodNotAllowed: 'not offered' } as const;

/**
 * The bucket's state, or undefined when there is no such bucket.
 *
 * @throws ERR_ACCESS naming the permission that is missing, also when the bucket is another account's
 */
export async function bucketState(place: BucketPlace): Promise<BucketState | undefined> {
  const { client, bucket: Bucket } = place;
  // First alone: S3 also tells by its answer whether there is a bucket, and whose.
  const tagging = await tags(place);
  if (tagging === 'absent' || (tagging === 'not offered' && !(await isThere(place)))) return undefined;
  const [versioning, block, ownership, policy] = await Promise.all([
    ask(
      to(place, 's3:GetBucketVersioning'),
      (o) => client.send(new GetBucketVersioningCommand({ Bucket }), o),
      NOT_OFFERED,
    ),
    ask(
      to(place, 's3:GetBucketPublicAccessBlock'),
      (o) => client.send(new GetPublicAccessBlockCommand({ Bucket }), o),
      { NoSuchPublicAccessBlockConfiguration: 'none', ...NOT_OFFERED },
    ),
    ask(
      to(place, 's3:GetBucketOwnershipControls'),
      (o) => client.send(new GetBucketOwnershipControlsCommand({ Bucket }), o),
      { OwnershipControlsNotFoundError: 'none', ...NOT_OFFERED },
    ),
    ask(to(place, 's3:GetBucketPolicy'), (o) => client.send(new GetBucketPolicyCommand({ Bucket }), o), {
      NoSuchBucketPolicy: 'none',
      ...NOT_OFFERED,
    }),
  ]);
  const blocks = typeof block === 'string' ? undefined : block.PublicAccessBlockConfiguration;
  const rules = typeof ownership === 'string' ? [] : (ownership.OwnershipControls?.Rules ?? []);
  return {
    tags: tagging === 'not offered' ? [] : tagging,
    versioning: versioning === 'not offered' ? undefined : versioning.Status,
    publicAccessBlock: safeguard(
      block,
      BLOCKS.every((name) => blocks?.[name] === true),
    ),
    ownerEnforced: safeguard(
      ownership,
      rules.some((rule) => rule.ObjectOwnership === 'BucketOwnerEnforced'),
    ),
    policy: typeof policy === 'string' ? undefined : policy.Policy,
  };
}

/** A call on this bucket that needs a permission. */
export function to({ call }: BucketPlace, permission: string): SetupCall {
  return { ...call, permission };
}

/**
 * Whether the bucket is as `aws s3 mb` leaves it: nothing in it and nothing set on it, ever.
 */
export async function isBare(place: BucketPlace, state: BucketState): Promise<boolean> {
  if (state.tags.length > 0 || state.versioning !== undefined || state.policy !== undefined) return false;
  const input = { Bucket: place.bucket, MaxKeys: 1 };
  const page = await ask(to(place, 's3:ListBucket'), (o) =>
    place.client.send(new ListObjectsV2Command(input), o),
  );
  return (page.Contents ?? []).length === 0;
}

// Where tags can't tell whether there is a bucket, a listing does.
async function isThere(place: BucketPlace): Promise<boolean> {
  const list = new ListObjectsV2Command({ Bucket: place.bucket, MaxKeys: 1 });
  const page = await ask(to(place, 's3:ListBucket'), (o) => place.client.send(list, o), {
    NoSuchBucket: 'absent',
  });
  return page !== 'absent';
}

async function tags(place: BucketPlace): Promise<readonly Tag[] | 'absent' | 'not offered'> {
  try {
    const tagging = await ask(
      to(place, 's3:GetBucketTagging'),
      (o) => place.client.send(new GetBucketTaggingCommand({ Bucket: place.bucket }), o),
      { NoSuchTagSet: 'none', NoSuchTagSetError: 'none', NoSuchBucket: 'absent', ...NOT_OFFERED },
    );
    if (tagging === 'absent' || tagging === 'not offered') return tagging;
    return typeof tagging === 'string' ? [] : (tagging.TagSet ?? []);
  } catch (e) {
    if (!isLazycredError(e, 'ERR_ACCESS') || !e.message.startsWith('not allowed')) throw e;
    throw new LazycredError('ERR_ACCESS', e.message, {
      location: e.location,
      hint: `allow s3:GetBucketTagging for these credentials; if the bucket is another account's, choose another name`,
      cause: e.cause,
    });
  }
}

function safeguard(answer: object | 'none' | 'not offered', on: boolean): Safeguard {
  if (answer === 'not offered') return answer;
  return on ? 'on' : 'off';
}
