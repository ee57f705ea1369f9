import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { ask } from './request.js';
import type { SetupRun, SetupStep } from './steps.js';

/** An access point that a store goes through, and how to reach it. */
export interface AccessPointSetup extends SetupRun {
  /** Stays open. */
  readonly client: Pick<S3Client, 'send'>;
  readonly arn: string;
  readonly region: string;
}

/**
 * Looks whether an access point can be used: what it leads to is a bucket that somebody else has made, whose
 * settings can't be asked for through it.
 *
 * @throws ERR_CONFIG when there is none; ERR_ACCESS naming a missing permission; ERR_UNAVAILABLE
 */
export async function describeAccessPoint(o: AccessPointSetup): Promise<SetupStep[]> {
  const what = `access point ${o.arn}`;
  const call = {
    service: `S3 in ${o.region}`,
    permission: 's3:ListBucket',
    what,
    location: `s3://${o.arn}`,
    signal: o.signal,
  };
  const list = new ListObjectsV2Command({ Bucket: o.arn, MaxKeys: 1 });
  await ask(call, (options) => o.client.send(list, options));
  const detail = 'exists; the safeguards of its bucket can not be asked for through it: look at them there';
  return [{ what, action: 'none', detail, cost: '' }];
}
