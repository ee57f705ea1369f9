import { expect, test } from '@jest/globals';
import { nearestNames } from '../../src/text/did-you-mean.js';

const NAMES = ['prod/db-user', 'prod/db-users', 'dev/db-user', 'api_key', 'x', 'prod/eu/db'];

test.each([
  ['prod/db_usr', ['prod/db-user', 'prod/db-users']],
  ['PROD/DBUSER', ['prod/db-user', 'prod/db-users']],
  ['db-user', ['prod/db-user', 'dev/db-user', 'prod/db-users']],
  ['apikey', ['api_key']],
  ['y', []],
  ['something-else', []],
  ['x'.repeat(500), []],
])('names near %s, nearest first: %j', (given, near) => {
  expect(nearestNames(given, NAMES, 3)).toEqual(near);
});
