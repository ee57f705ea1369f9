import type { Watchable } from './requests.js';

/** A client whose commands are added to: once for each. */
type Commanded = Watchable<'initialize'>;

/** What a bucket's policy or owner may ask of every request. */
export interface BucketDemands {
  readonly sse?: string | undefined;
  /** A KMS key; implies `aws:kms`. */
  readonly sseKey?: string | undefined;
  readonly sseBucketKey?: boolean | undefined;
  readonly bucketOwner?: string | undefined;
  readonly requesterPays?: boolean | undefined;
}

/** Gives each request of a client of S3 what the settings say; the SDK drops what an operation does not have. */
export function meetDemands(client: Commanded, o: BucketDemands): void {
  const all = {
    ...(o.bucketOwner === undefined ? {} : { ExpectedBucketOwner: o.bucketOwner }),
    ...(o.requesterPays === true ? { RequestPayer: 'requester' } : {}),
  };
  const sse = o.sse ?? (o.sseKey === undefined ? undefined : 'aws:kms');
  const puts = {
    ...(sse === undefined ? {} : { ServerSideEncryption: sse }),
    ...(o.sseKey === undefined ? {} : { SSEKMSKeyId: o.sseKey }),
    ...(o.sseBucketKey === undefined ? {} : { BucketKeyEnabled: o.sseBucketKey }),
  };
  if (Object.keys({ ...all, ...puts }).length === 0) return;
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        const { input } = args as { input?: object };
        const own = commandName === 'PutObjectCommand' ? { ...all, ...puts } : all;
        return next({ ...args, input: { ...input, ...own } });
      },
    { step: 'initialize', name: 'lazycredBucketDemands' },
  );
}
