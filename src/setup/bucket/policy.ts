// AWS partitions by the beginning of a region's name ("AWS regions" and "ARNs" in the AWS General
// Reference); everything else lies in `aws`.
const PARTITIONS: readonly (readonly [prefix: string, partition: string])[] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['eusc-', 'aws-eusc'],
  ['us-isob-', 'aws-iso-b'],
  ['us-isof-', 'aws-iso-f'],
  ['eu-isoe-', 'aws-iso-e'],
  ['us-iso-', 'aws-iso'],
];

/**
 * The bucket policy that refuses every request over plain HTTP (S3 user guide, "Security best
 * practices", encryption of data in transit).
 */
export function tlsOnlyPolicy(bucket: string, region: string): object {
  const partition = PARTITIONS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';
  const arn = `arn:${partition}:s3:::${bucket}`;
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'DenyPlainHttp',
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  };
}

/** Whether a policy denies everybody plain HTTP; false also where it can't be told. */
export function deniesPlainHttp(policy: string): boolean {
  let document: unknown;
  try {
    document = JSON.parse(policy);
  } catch {
    // Not what S3 gives; then nothing can be said for it.
    return false;
  }
  return listOf(field(document, 'Statement')).some(
    (statement) =>
      field(statement, 'Effect') === 'Deny' &&
      isEverybody(field(statement, 'Principal')) &&
      listOf(field(statement, 'Action')).some((action) => action === 's3:*' || action === '*') &&
      listOf(field(statement, 'Resource')).some((r) => typeof r === 'string' && /(?:^|\/)\*$/u.test(r)) &&
      listOf(field(field(field(statement, 'Condition'), 'Bool'), 'aws:SecureTransport')).some(
        (value) => String(value) === 'false',
      ),
  );
}

function isEverybody(principal: unknown): boolean {
  return principal === '*' || listOf(field(principal, 'AWS')).includes('*');
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

// IAM's documents write a list of one as the one.
function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as unknown[]) : [value];
}
