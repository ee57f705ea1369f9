import {
  CreateBucketCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
  type BucketLocationConstraint,
  type CreateBucketCommandInput,
  type S3Client,
  type Tag,
} from '@aws-sdk/client-s3';
import { isLazycredError, LazycredError } from '../errors.js';
import { ask, settle } from './request.js';
import { DONE, STATE_TAG, tagList, tagOf, UNFINISHED, type SetupRun, type SetupStep } from './steps.js';
import { ALL_BLOCKED, bucketState, isBare, to, type BucketPlace, type BucketState } from './bucket/state.js';
import { tlsOnlyPolicy } from './bucket/policy.js';
import { describeBucket } from './bucket/describe.js';

/** The bucket that a store needs, and how to reach it. */
export interface BucketSetup extends SetupRun {
  /** Stays open. */
  readonly client: Pick<S3Client, 'send'>;
  readonly bucket: string;
  /** The client's region, in which the bucket is made. */
  readonly region: string;
  /** Whether the endpoint is AWS's own, asked after the first answer. */
  readonly isAws: () => boolean;
  /** Asked likewise; false for an `http:` endpoint, where a TLS-only policy would lock everybody out. */
  readonly isTls: () => boolean;
  /** Its name is one that S3 let buckets have before 2018. */
  readonly mustExist?: boolean;
}

/** S3 Standard; AWS's price page as of June 2026. */
const COST =
  'about 0.023 USD per GB and month, every version counted, and 0.005 USD per 1,000 writes, 0.0004 per 1,000 reads (S3 Standard, us-east-1, June 2026)';

/** The region whose CreateBucket takes no LocationConstraint, and answers 200 for one's own bucket. */
const FIRST_REGION = 'us-east-1';

// What other servers of S3 than the one that made a bucket, or a request under way beside this one, answer.
const NOT_YET = { NoSuchBucket: 'again', OperationAborted: 'again' } as const;

// What a server answers that knows a bucket's settings as little as to take a request for one for the bucket's
// creation (s3rver).
const TAKEN_FOR_A_NEW_ONE = {
  BucketAlreadyExists: 'not offered',
  BucketAlreadyOwnedByYou: 'not offered',
} as const;

/**
 * Makes the bucket (private, owner-enforced, versioned, TLS-only), or finishes the one that an
 * interrupted set-up left; any other is only described. ADR 8 says how they are told apart.
 *
 * @throws ERR_ACCESS naming a missing permission; ERR_CONFLICT when the name is another account's;
 *   ERR_CONFIG, ERR_UNAVAILABLE
 */
export async function setUpBucket(o: BucketSetup): Promise<SetupStep[]> {
  const location = `s3://${o.bucket}`;
  const what = `bucket ${o.bucket}`;
  const call = { service: `S3 in ${o.region}`, what, location, signal: o.signal };
  const place: BucketPlace = { client: o.client, bucket: o.bucket, call };
  const found = await bucketState(place);
  const made = `private, versioned, ${o.isTls() ? 'TLS only' : 'plain HTTP allowed, as the endpoint needs it'}, in ${o.region}`;
  if (found !== undefined && !(await isOurs(o, place, found, false))) return describeBucket(o, found);
  if (found === undefined && o.mustExist === true) throw absent(o, location);
  let lacking: readonly string[] = [];
  if (!o.dryRun) {
    const state = found ?? (await create(o, place));
    if (state === 'not ours') return setUpBucket({ ...o, dryRun: true });
    lacking = await finish(o, place, state);
  }
  const lacks = lacking.length === 0 ? '' : `; this server does not offer ${lacking.join(', ')}`;
  return [
    found === undefined
      ? { what, action: 'make', detail: `${made}${lacks}`, cost: COST }
      : {
          what,
          action: 'change',
          detail: `finish what an interrupted set-up began: ${made}${lacks}`,
          cost: COST,
        },
  ];
}

function absent({ bucket }: BucketSetup, location: string): LazycredError {
  const message = `the bucket ${bucket} does not exist, and S3 makes no more buckets with such a name`;
  return new LazycredError('ERR_CONFIG', message, {
    location,
    hint: 'names of new buckets are 3 to 63 of a-z, 0-9, "." and "-"',
  });
}

/** Creates the bucket; two that do so at once both end with the same one. */
async function create(o: BucketSetup, place: BucketPlace): Promise<BucketState | 'not ours'> {
  const tags = tagList({ ...o.tags, [STATE_TAG]: UNFINISHED });
  const configuration = {
    ...(o.region === FIRST_REGION ? {} : { LocationConstraint: o.region as BucketLocationConstraint }),
    // With the bucket itself, so that no kill can come between. Others than AWS don't know this element.
    ...(o.isAws() ? { Tags: tags } : {}),
  };
  const input: CreateBucketCommandInput = {
    Bucket: o.bucket,
    ObjectOwnership: 'BucketOwnerEnforced',
    ...(Object.keys(configuration).length === 0 ? {} : { CreateBucketConfiguration: configuration }),
  };
  const call = {
    ...to(place, 's3:CreateBucket'),
    also: 's3:PutBucketOwnershipControls and s3:TagResource',
  };
  const answer = await settle(place.call, () =>
    ask(call, (options) => o.client.send(new CreateBucketCommand(input), options), {
      BucketAlreadyOwnedByYou: 'there',
      BucketAlreadyExists: 'taken',
      OperationAborted: 'again',
    }),
  );
  if (answer === 'taken') {
    throw new LazycredError('ERR_CONFLICT', `the bucket name "${o.bucket}" is taken by another account`, {
      location: place.call.location,
      hint: "bucket names are shared by all of AWS: choose one that begins with your organisation's name",
    });
  }
  const state = await settle(place.call, async () => (await bucketState(place)) ?? 'again');
  return (await isOurs(o, place, state, answer !== 'there')) ? state : 'not ours';
}

/**
 * Whether a set-up of ours made this bucket and did not finish it. The mark tells. Where it can't be
 * part of the creation, a bucket that nobody has put or set anything on yet counts as ours, too.
 */
async function isOurs(
  o: BucketSetup,
  place: BucketPlace,
  state: BucketState,
  created: boolean,
): Promise<boolean> {
  const mark = tagOf(state.tags, STATE_TAG);
  if (mark !== undefined) return mark === UNFINISHED;
  const unmarked = !o.isAws() || (created && o.region !== FIRST_REGION);
  return unmarked && isBare(place, state);
}

/** @returns the permissions whose requests this server doesn't know: what it can't do can't be finished */
async function finish(o: BucketSetup, place: BucketPlace, state: BucketState): Promise<readonly string[]> {
  const { client, bucket: Bucket } = o;
  const lacking = new Set<string>();
  const send = async (
    permission: string,
    request: (options: { abortSignal?: AbortSignal }) => Promise<unknown>,
  ): Promise<void> => {
    try {
      const expected = o.isAws() ? NOT_YET : { ...NOT_YET, ...TAKEN_FOR_A_NEW_ONE };
      const answer = await settle(place.call, () => ask(to(place, permission), request, expected));
      if (answer === 'not offered') lacking.add(permission);
    } catch (e) {
      if (o.isAws() || !isLazycredError(e, 'ERR_UNSUPPORTED')) throw e;
      lacking.add(permission);
    }
  };
  const tag = (tags: Tag[]): Promise<void> =>
    send('s3:PutBucketTagging', (options) =>
      client.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: tags } }), options),
    );
  const marked = (value: string): Tag[] => [
    ...tagList(o.tags),
    ...state.tags.filter(({ Key }) => Key !== STATE_TAG && !Object.hasOwn(o.tags, Key ?? '')),
    { Key: STATE_TAG, Value: value },
  ];
  // Before all else: from the next request on the bucket is no longer bare.
  if (tagOf(state.tags, STATE_TAG) === undefined) await tag(marked(UNFINISHED));
  if (state.publicAccessBlock === 'off') {
    await send('s3:PutBucketPublicAccessBlock', (options) =>
      client.send(
        new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: ALL_BLOCKED }),
        options,
      ),
    );
  }
  if (state.ownerEnforced === 'off') {
    const OwnershipControls = { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' as const }] };
    await send('s3:PutBucketOwnershipControls', (options) =>
      client.send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls }), options),
    );
  }
  if (state.versioning !== 'Enabled') {
    const VersioningConfiguration = { Status: 'Enabled' as const };
    await send('s3:PutBucketVersioning', (options) =>
      client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }), options),
    );
  }
  // A policy that somebody has put there meanwhile stays: writing one replaces it.
  if (o.isTls() && state.policy === undefined) {
    const Policy = JSON.stringify(tlsOnlyPolicy(Bucket, o.region));
    await send('s3:PutBucketPolicy', (options) =>
      client.send(new PutBucketPolicyCommand({ Bucket, Policy }), options),
    );
  }
  await tag(marked(DONE));
  // Such a server may also answer 200, and do nothing.
  const after = o.isAws() ? undefined : await bucketState(place);
  if (after !== undefined && after.versioning !== 'Enabled') lacking.add('s3:PutBucketVersioning');
  return [...lacking];
}
