import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { runInNewContext } from 'node:vm';
import { LazycredError } from '../../src/errors.js';
import { codeOf, systemCode, systemErrorOf } from '../../src/files/system-errors.js';

const absent = await readFile('/nowhere/at/all').catch((e: unknown) => e);
const badPath = await readFile('a\0b').catch((e: unknown) => e);

test('a failed system call has its code, its call and its message', () => {
  expect(systemErrorOf(absent)).toEqual({
    code: 'ENOENT',
    syscall: 'open',
    message: "ENOENT: no such file or directory, open '/nowhere/at/all'",
  });
  expect(systemCode(absent)).toBe('ENOENT');
  expect(codeOf(absent)).toBe('ENOENT');
});

test("Node's own refusals have a code, and are no failed calls", () => {
  expect(codeOf(badPath)).toBe('ERR_INVALID_ARG_VALUE');
  expect(systemCode(badPath)).toBeUndefined();
});

test('an unknown user is no failed call, though Node names one', () => {
  const unknown = { code: 'ERR_SYSTEM_ERROR', syscall: 'uv_os_get_passwd', message: 'no entry' };
  expect(codeOf(unknown)).toBe('ERR_SYSTEM_ERROR');
  expect(systemErrorOf(unknown)).toBeUndefined();
});

test('an error of another realm counts by what it carries', () => {
  const foreign: unknown = runInNewContext(
    "Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO', syscall: 'read' })",
  );
  expect(foreign).not.toBeInstanceOf(Error);
  expect(systemCode(foreign)).toBe('EIO');
});

test('one of ours is not of the system', () => {
  const ours = new LazycredError('ERR_ACCESS', 'no', { cause: absent });
  expect(codeOf(ours)).toBeUndefined();
  expect(systemCode(ours)).toBeUndefined();
});

test.each([[undefined], [null], ['ENOENT'], [new Error('ENOENT')], [{ code: 2, syscall: 'open' }]])(
  '%p has no code',
  (e) => {
    expect(codeOf(e)).toBeUndefined();
    expect(systemErrorOf(e)).toBeUndefined();
  },
);
