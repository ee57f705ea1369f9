import { expect, test } from '@jest/globals';
import { arnRegion, rankKey } from '../../src/keys/kms-key-id.js';

const ID = '1234abcd-12ab-34cd-56ef-1234567890ab';
const MRK = 'mrk-1234abcd12ab34cd56ef1234567890ab';
const arn = (region: string, id: string): string => `arn:aws:kms:${region}:123456789012:key/${id}`;
const EU = arn('eu-west-1', ID);

const ranks: readonly (readonly [string, string, string | undefined, 0 | 1 | 2])[] = [
  [EU, EU, 'eu-west-1', 0],
  [ID, EU, 'eu-west-1', 0],
  [arn('us-east-1', MRK), arn('eu-west-1', MRK), 'us-east-1', 0],
  [MRK, arn('eu-west-1', MRK), 'us-east-1', 0],
  [arn('eu-west-1', 'another'), EU, 'eu-west-1', 2],
  ['another', EU, 'eu-west-1', 2],
  ['mrk-1', arn('eu-west-1', 'mrk-2'), 'eu-west-1', 2],
  ['alias/acme', EU, 'eu-west-1', 1],
  ['alias/acme', EU, 'us-east-1', 2],
  ['alias/acme', EU, undefined, 1],
  ['arn:aws:kms:us-east-1:123456789012:alias/acme', EU, 'eu-west-1', 2],
  ['arn:aws:kms:eu-west-1:123456789012:alias/acme', EU, 'us-east-1', 1],
  ['alias/acme', '', 'eu-west-1', 1],
  [EU, '', 'eu-west-1', 2],
  [EU, 'x'.repeat(100_000), 'eu-west-1', 2],
  [
    'arn:aws-cn:kms:cn-north-1:123456789012:key/a',
    'arn:aws-cn:kms:cn-north-1:123456789012:key/a',
    undefined,
    0,
  ],
];
test.each(ranks)('configured %s, in the record %s, client in %s: %i', (configured, hint, region, rank) => {
  expect(rankKey(configured, hint, region)).toBe(rank);
});

test('the region of an ARN; none of an alias or bare id', () => {
  expect(arnRegion(EU)).toBe('eu-west-1');
  expect(arnRegion('arn:aws-us-gov:kms:us-gov-west-1:123456789012:alias/a/b')).toBe('us-gov-west-1');
  expect(arnRegion('alias/acme')).toBeUndefined();
  expect(arnRegion(ID)).toBeUndefined();
  expect(arnRegion('arn:aws:s3:::bucket')).toBeUndefined();
});
