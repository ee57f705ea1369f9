import type { LoadedConfig } from '../config.js';
import type { AwsPart } from '../kinds/kind.js';
import { awsParts, regionsOf, type TablePart } from './aws-parts.js';
import { KEY_DESCRIPTION } from './steps.js';

/**
 * A CloudFormation template (YAML) of what {@link setUp} makes in AWS for this store; deleting the
 * stack leaves bucket, table and keys. Where store and keys lie in two regions, one stack is made in
 * each from the same template, and makes only what belongs there.
 *
 * @throws ERR_USAGE when nothing of the store is made in AWS
 * @example
 * writeFileSync('lazycred.yaml', cloudFormation(config)); // aws cloudformation deploy --template-file lazycred.yaml …
 */
export function cloudFormation(config: LoadedConfig): string {
  const parts = awsParts(config);
  const regions = regionsOf(parts);
  const split = regions.length > 1;
  const condition = (part: AwsPart): string[] =>
    split && part.region !== undefined ? [`    Condition: ${conditionName(part.region)}`] : [];
  const { bucket, table } = parts;
  const lines = [
    ...head(regions),
    ...parts.existing.map((what) => `# The ${what} exists already.`),
    "AWSTemplateFormatVersion: '2010-09-09'",
    "Description: 'Store and keys of lazycred'",
    ...(split ? conditions(regions) : []),
    'Resources:',
    ...(bucket === undefined ? [] : bucketLines(bucket, condition(bucket))),
    ...(table === undefined ? [] : tableLines(table, condition(table))),
    ...parts.keys.flatMap((key, i) => keyLines(key, i, condition(key))),
  ];
  return `${lines.join('\n')}\n`;
}

function head(regions: readonly string[]): string[] {
  const where = regions.length === 0 ? 'in the region of the store' : `in ${regions.join(' and in ')}`;
  return [
    `# What lazycred needs in AWS. Deploy it ${where}:`,
    ...(regions.length === 0 ? [''] : regions).map(
      (region) =>
        `#   aws cloudformation deploy --template-file FILE --stack-name lazycred${region === '' ? '' : ` --region ${region}`}`,
    ),
    '# It makes everything anew: what exists already must be taken out, or imported into the stack.',
  ];
}

function conditions(regions: readonly string[]): string[] {
  return [
    '# Each stack makes what belongs to its own region.',
    'Conditions:',
    ...regions.map(
      (region) => `  ${conditionName(region)}: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, ${text(region)}] }`,
    ),
  ];
}

function conditionName(region: string): string {
  return `In${region
    .split('-')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')}`;
}

function bucketLines({ name }: AwsPart, condition: readonly string[]): string[] {
  return [
    '  # Private, owner-enforced, versioned. Encrypted by S3 itself (SSE-S3), as every bucket is.',
    '  Bucket:',
    "    Type: 'AWS::S3::Bucket'",
    ...condition,
    ...retained,
    '    Properties:',
    `      BucketName: ${text(name)}`,
    '      PublicAccessBlockConfiguration:',
    '        BlockPublicAcls: true',
    '        IgnorePublicAcls: true',
    '        BlockPublicPolicy: true',
    '        RestrictPublicBuckets: true',
    '      OwnershipControls:',
    '        Rules:',
    '          - ObjectOwnership: BucketOwnerEnforced',
    '      VersioningConfiguration:',
    '        Status: Enabled',
    '  # Refuses every request over plain HTTP.',
    '  BucketPolicy:',
    "    Type: 'AWS::S3::BucketPolicy'",
    ...condition,
    ...retained,
    '    Properties:',
    '      Bucket: { Ref: Bucket }',
    '      PolicyDocument:',
    "        Version: '2012-10-17'",
    '        Statement:',
    '          - Sid: DenyPlainHttp',
    '            Effect: Deny',
    "            Principal: '*'",
    "            Action: 's3:*'",
    '            Resource:',
    "              - 'Fn::Sub': 'arn:${AWS::Partition}:s3:::${Bucket}'",
    "              - 'Fn::Sub': 'arn:${AWS::Partition}:s3:::${Bucket}/*'",
    '            Condition:',
    '              Bool:',
    "                'aws:SecureTransport': 'false'",
  ];
}

function tableLines({ name, keys: [hash, range] }: TablePart, condition: readonly string[]): string[] {
  return [
    '  # On demand, with point-in-time recovery (35 days), protected from deletion.',
    '  Table:',
    "    Type: 'AWS::DynamoDB::Table'",
    ...condition,
    ...retained,
    '    Properties:',
    `      TableName: ${text(name)}`,
    '      AttributeDefinitions:',
    `        - { AttributeName: ${hash}, AttributeType: S }`,
    `        - { AttributeName: ${range}, AttributeType: S }`,
    '      KeySchema:',
    `        - { AttributeName: ${hash}, KeyType: HASH }`,
    `        - { AttributeName: ${range}, KeyType: RANGE }`,
    '      BillingMode: PAY_PER_REQUEST',
    '      DeletionProtectionEnabled: true',
    '      PointInTimeRecoverySpecification:',
    '        PointInTimeRecoveryEnabled: true',
  ];
}

function keyLines({ name }: AwsPart, index: number, condition: readonly string[]): string[] {
  const id = index === 0 ? '' : `${index + 1}`;
  return [
    "  # Rotated yearly. The policy is KMS's own default: IAM policies of this account decide who may use it.",
    `  Key${id}:`,
    "    Type: 'AWS::KMS::Key'",
    ...condition,
    ...retained,
    '    Properties:',
    `      Description: ${text(KEY_DESCRIPTION)}`,
    '      EnableKeyRotation: true',
    '      KeyPolicy:',
    "        Version: '2012-10-17'",
    '        Statement:',
    '          - Sid: Enable IAM User Permissions',
    '            Effect: Allow',
    '            Principal:',
    "              AWS: { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root' }",
    "            Action: 'kms:*'",
    "            Resource: '*'",
    `  Alias${id}:`,
    "    Type: 'AWS::KMS::Alias'",
    ...condition,
    ...retained,
    '    Properties:',
    `      AliasName: ${text(name)}`,
    `      TargetKeyId: { Ref: Key${id} }`,
  ];
}

// Secrets outlive a stack that is deleted, and a change that would replace what holds them.
const retained = ['    DeletionPolicy: Retain', '    UpdateReplacePolicy: Retain'] as const;

// A JSON string is a YAML one. Quoted always: a table may be called `null` or `123`.
function text(value: string): string {
  return JSON.stringify(value);
}
