import { expect, test } from '@jest/globals';
import { fileError } from '../../src/files/file-error.js';

test.each([
  ['EACCES', 'ERR_ACCESS'],
  ['EPERM', 'ERR_ACCESS'],
  ['EROFS', 'ERR_ACCESS'],
  ['ENOTDIR', 'ERR_CONFIG'],
  ['ENAMETOOLONG', 'ERR_USAGE'],
  ['ENOSPC', 'ERR_UNAVAILABLE'],
  ['EDQUOT', 'ERR_UNAVAILABLE'],
  ['EIO', 'ERR_UNAVAILABLE'],
  ['EMFILE', 'ERR_UNAVAILABLE'],
])('%s is %s, with the path once', (system, code) => {
  const failure = Object.assign(new Error(`${system}: what it means, write '/s/db'`), {
    code: system,
    syscall: 'write',
  });
  expect(fileError(failure, 'write', '/s/\ndb', 'db')).toMatchObject({
    code,
    message: `cannot write /s/\\u000adb: ${system}: what it means`,
    secret: 'db',
    cause: failure,
  });
});

test('what is no failure of the system passes through', () => {
  const bug = new TypeError('x is not a function');
  expect(fileError(bug, 'write', '/s', 'db')).toBe(bug);
});
