import type { SetupStep } from '../steps.js';
import { ALL_BLOCKED, type BucketState } from './state.js';
import { deniesPlainHttp, tlsOnlyPolicy } from './policy.js';

/** What an existing bucket is, with a step for each safeguard that it lacks. */
export function describeBucket(
  o: { readonly bucket: string; readonly region: string; readonly isTls: () => boolean },
  state: BucketState,
): SetupStep[] {
  const { bucket } = o;
  const tls = state.policy !== undefined && deniesPlainHttp(state.policy);
  const lacks: SetupStep[] = [];
  const lack = (of: string, detail: string): void => {
    lacks.push({ what: `${of} bucket ${bucket}`, action: 'none', detail, cost: '' });
  };
  const api = (command: string, options: string): string =>
    `aws s3api ${command} --bucket ${bucket} ${options}`;
  if (state.versioning !== 'Enabled') {
    const options = '--versioning-configuration Status=Enabled';
    lack('versioning of', `off; on with: ${api('put-bucket-versioning', options)}`);
  }
  if (state.publicAccessBlock === 'off') {
    const options = `--public-access-block-configuration ${Object.keys(ALL_BLOCKED)
      .map((name) => `${name}=true`)
      .join(',')}`;
    lack('public access block of', `not complete; on with: ${api('put-public-access-block', options)}`);
  }
  if (state.ownerEnforced === 'off') {
    const options = "--ownership-controls 'Rules=[{ObjectOwnership=BucketOwnerEnforced}]'";
    lack(
      'ownership of objects in',
      `may be the writer's; made the bucket owner's with: ${api('put-bucket-ownership-controls', options)}`,
    );
  }
  if (o.isTls() && !tls) {
    const policy = JSON.stringify(tlsOnlyPolicy(bucket, o.region));
    lack(
      'TLS-only policy of',
      state.policy === undefined
        ? `none; set with: ${api('put-bucket-policy', `--policy '${policy}'`)}`
        : `its policy allows plain HTTP; add this statement to it: ${statementOf(policy)}`,
    );
  }
  const is = [
    ...(state.versioning === 'Enabled' ? ['versioned'] : []),
    ...(state.publicAccessBlock === 'on' ? ['private'] : []),
    ...(tls ? ['TLS only'] : []),
  ];
  const detail = is.length === 0 ? 'exists' : `exists: ${is.join(', ')}`;
  return [{ what: `bucket ${bucket}`, action: 'none', detail, cost: '' }, ...lacks];
}

function statementOf(policy: string): string {
  return JSON.stringify((JSON.parse(policy) as { Statement: unknown[] }).Statement[0]);
}
