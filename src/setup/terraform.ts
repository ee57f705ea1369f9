import type { LoadedConfig } from '../config.js';
import type { AwsPart } from '../kinds/kind.js';
import { awsParts, regionsOf, type TablePart } from './aws-parts.js';
import { KEY_DESCRIPTION } from './steps.js';

/**
 * Terraform (HCL, for hashicorp/aws 5 or 6) of what {@link setUp} makes in AWS for this store; bucket,
 * table and keys are kept from `terraform destroy`.
 *
 * @throws ERR_USAGE when nothing of the store is made in AWS
 */
export function terraform(config: LoadedConfig): string {
  const parts = awsParts(config);
  const regions = regionsOf(parts);
  const [first] = regions;
  // The first region is the provider's own; the other has a provider with a name.
  const provider = (part: AwsPart): string[] =>
    part.region === undefined || part.region === first ? [] : [`  provider = aws.${alias(part.region)}`];
  const { bucket, table } = parts;
  const blocks = [
    ...parts.existing.map((what) => [`# The ${what} exists already.`]),
    ...(regions.length === 0 ? [] : regions.map((region, i) => providerLines(region, i > 0))),
    ...(bucket === undefined ? [] : bucketBlocks(bucket, provider(bucket))),
    ...(table === undefined ? [] : [tableLines(table, provider(table))]),
    ...parts.keys.flatMap((key, i) => keyBlocks(key, i, provider(key))),
  ];
  const head = [
    '# What lazycred needs in AWS. It makes everything anew: what exists already must be taken out, or',
    '# brought in with terraform import.',
    'terraform {',
    '  required_providers {',
    '    aws = {',
    '      source  = "hashicorp/aws"',
    '      version = ">= 5.0"',
    '    }',
    '  }',
    '}',
  ];
  return `${[head, ...blocks].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function providerLines(region: string, named: boolean): string[] {
  return [
    'provider "aws" {',
    ...(named ? [`  alias  = "${alias(region)}"`] : []),
    `  region = ${text(region)}`,
    '}',
  ];
}

function alias(region: string): string {
  return region.replaceAll('-', '_');
}

const KEPT = ['  lifecycle {', '    prevent_destroy = true', '  }'] as const;

function bucketBlocks({ name }: AwsPart, provider: readonly string[]): string[][] {
  const ofBucket = (type: string): string[] => [
    `resource "${type}" "lazycred" {`,
    ...provider,
    '  bucket = aws_s3_bucket.lazycred.id',
  ];
  return [
    [
      '# Encrypted by S3 itself (SSE-S3), as every bucket is.',
      'resource "aws_s3_bucket" "lazycred" {',
      ...provider,
      `  bucket = ${text(name)}`,
      ...KEPT,
      '}',
    ],
    [
      ...ofBucket('aws_s3_bucket_public_access_block'),
      '  block_public_acls       = true',
      '  ignore_public_acls      = true',
      '  block_public_policy     = true',
      '  restrict_public_buckets = true',
      '}',
    ],
    [
      ...ofBucket('aws_s3_bucket_ownership_controls'),
      '  rule {',
      '    object_ownership = "BucketOwnerEnforced"',
      '  }',
      '}',
    ],
    [
      ...ofBucket('aws_s3_bucket_versioning'),
      '  versioning_configuration {',
      '    status = "Enabled"',
      '  }',
      '}',
    ],
    [
      '# Refuses every request over plain HTTP.',
      ...ofBucket('aws_s3_bucket_policy'),
      '  policy = jsonencode({',
      '    Version = "2012-10-17"',
      '    Statement = [{',
      '      Sid       = "DenyPlainHttp"',
      '      Effect    = "Deny"',
      '      Principal = "*"',
      '      Action    = "s3:*"',
      '      Resource  = [aws_s3_bucket.lazycred.arn, "${aws_s3_bucket.lazycred.arn}/*"]',
      '      Condition = { Bool = { "aws:SecureTransport" = "false" } }',
      '    }]',
      '  })',
      '  depends_on = [aws_s3_bucket_public_access_block.lazycred]',
      '}',
    ],
  ];
}

function tableLines({ name, keys: [hash, range] }: TablePart, provider: readonly string[]): string[] {
  const attribute = (key: string): string[] => [
    '  attribute {',
    `    name = "${key}"`,
    '    type = "S"',
    '  }',
  ];
  return [
    'resource "aws_dynamodb_table" "lazycred" {',
    ...provider,
    `  name                        = ${text(name)}`,
    '  billing_mode                = "PAY_PER_REQUEST"',
    `  hash_key                    = "${hash}"`,
    `  range_key                   = "${range}"`,
    '  deletion_protection_enabled = true',
    ...attribute(hash),
    ...attribute(range),
    '  point_in_time_recovery {',
    '    enabled = true',
    '  }',
    ...KEPT,
    '}',
  ];
}

function keyBlocks({ name }: AwsPart, index: number, provider: readonly string[]): string[][] {
  const id = index === 0 ? 'lazycred' : `lazycred_${index + 1}`;
  return [
    [
      "# The policy is KMS's own default: IAM policies of this account decide who may use it.",
      `resource "aws_kms_key" "${id}" {`,
      ...provider,
      `  description         = ${text(KEY_DESCRIPTION)}`,
      '  enable_key_rotation = true',
      ...KEPT,
      '}',
    ],
    [
      `resource "aws_kms_alias" "${id}" {`,
      ...provider,
      `  name          = ${text(name)}`,
      `  target_key_id = aws_kms_key.${id}.key_id`,
      '}',
    ],
  ];
}

// What a bucket, table, alias or region can be called holds nothing that HCL would read otherwise.
function text(value: string): string {
  return JSON.stringify(value);
}
