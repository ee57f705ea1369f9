import { describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { assertNoSecretIn, canary, registerSecret, secretForms, secretsOfRun } from './canary.js';
import { LazycredError } from '../src/errors.js';
import { repoRoot } from './emulators/root.js';
import { caught } from './support/caught.js';
import { leakedFiles } from './support/leftovers.js';
import { run } from './support/run.js';
import { tempDir } from './support/temp-dir.js';

const text = 'say "grüß Gott" + a\\b c/d?';
const planted = Buffer.from(text);
// Its middle is dashes and underscores in base64url, whatever its place: the two alphabets differ.
const key = Buffer.concat([randomBytes(12), Buffer.alloc(9, 0xff), randomBytes(11)]);

describe('a planted secret is found', () => {
  test.each([
    ['it is', `before ${text} after`],
    ['it is', Buffer.concat([Buffer.from('before'), key, Buffer.from('after')])],
    ['hex', planted.toString('hex')],
    ['hex', key.toString('hex').toUpperCase()],
    ['hex', inspect(key)],
    ['a list of bytes', JSON.stringify(key)],
    ['a list of bytes', inspect(new Uint8Array(key), { compact: true, breakLength: 40 })],
    ['JSON', JSON.stringify({ value: text })],
    ['JSON', '"say \\"gr\\u00fc\\u00df Gott\\" + a\\\\b c/d?"'],
    ['a URL', `?v=${encodeURIComponent(text)}`],
    ['a URL', new URLSearchParams({ v: text }).toString()],
    ['base64', planted.toString('base64')],
    ['base64', Buffer.from(`{"a":"${text}"}`).toString('base64')],
    ['base64', Buffer.from(`{"ab":"${text}"}`).toString('base64')],
    ['base64', Buffer.from(`{"abc":"${text}"}`).toString('base64')],
    ['base64', (key.toString('base64').match(/.{1,10}/gu) ?? []).join('\n')],
    ['base64url', Buffer.concat([Buffer.from([1]), key, Buffer.from([2])]).toString('base64url')],
  ])('as %s', (form, haystack) => {
    expect(secretForms(haystack, [planted, key])).toContain(form);
  });

  test('and nothing else is', () => {
    expect(secretForms(`say "grüß Got" ${randomBytes(500).toString('base64')}`, [planted, key])).toEqual([]);
  });
});

describe('registered secrets', () => {
  test('a canary is random, and refused wherever it turns up', () => {
    const secret = canary();
    expect(secret).not.toBe(canary());
    expect(() => assertNoSecretIn(`x${secret}y`, 'a log line')).toThrow(
      'a secret is in a log line, as it is',
    );
    expect(() => assertNoSecretIn(`x${secret.slice(0, -1)}y`, 'a log line')).not.toThrow();
  });

  test('the message does not tell the secret', async () => {
    const secret = canary();
    const [refusal] = await Promise.allSettled([(async () => assertNoSecretIn(secret, 'here'))()]);
    expect(refusal).toMatchObject({ status: 'rejected' });
    expect(secretForms(inspect(refusal), [Buffer.from(secret)])).toEqual([]);
  });

  test('what is too short to be told from chance is refused', () => {
    expect(() => registerSecret('x')).toThrow('a secret of 1 bytes turns up by chance');
  });

  test('the run’s other processes can read them', () => {
    const secret = canary();
    const all = secretsOfRun(process.env['EMU_SECRETS'] ?? '').map((s) => Buffer.from(s).toString());
    expect(all).toContain(secret);
  });
});

describe('where they are searched for', () => {
  test('standard error of a child, always', async () => {
    const print = 'process.stderr.write(JSON.stringify({ v: process.argv[1] }))';
    const attempt = run([process.execPath, '-e', print, canary()], { stdoutIsData: true });
    await expect(attempt).rejects.toThrow('a secret is in standard error of');
  });

  test('standard output of a child, unless it is data', async () => {
    const secret = canary();
    const cat = [process.execPath, '-e', 'process.stdin.pipe(process.stdout)'];
    await expect(run(cat, { input: secret })).rejects.toThrow('a secret is in standard output of');
    expect((await run(cat, { input: secret, stdoutIsData: true })).stdout).toBe(secret);
  });

  test('errors, inspected and as JSON, causes included', async () => {
    const secret = canary();
    const clean = new LazycredError('ERR_ACCESS', 'no');
    expect(await caught(Promise.reject(clean), 'ERR_ACCESS')).toBe(clean);
    const telling = new LazycredError('ERR_ACCESS', 'no', { cause: { request: { body: secret } } });
    await expect(caught(Promise.reject(telling), 'ERR_ACCESS')).rejects.toThrow(
      'a secret is in an ERR_ACCESS',
    );
    await expect(caught(Promise.resolve(), 'ERR_ACCESS')).rejects.toThrow('nothing was thrown');
    await expect(caught(Promise.reject(clean), 'ERR_USAGE')).rejects.toThrow(
      'expected ERR_USAGE, not ERR_ACCESS',
    );
  });

  test('temporary files that are left', () => {
    const dir = tempDir();
    const secret = canary();
    mkdirSync(join(dir, 'deep'));
    writeFileSync(join(dir, 'clean'), 'nothing');
    writeFileSync(join(dir, 'deep', 'leak'), Buffer.from(secret).toString('base64'));
    expect(leakedFiles(dir, [Buffer.from(secret)])).toEqual(['deep/leak: a secret as base64']);
  });
});

// In a Jest of its own, since the hooks fail the test, or the run, that leaks.
async function jestRun(tests: string): Promise<{ code: number | null; stderr: string; failures: string[] }> {
  const dir = tempDir();
  const own = (file: string): string => new URL(file, import.meta.url).pathname;
  for (const folder of ['tmp', 'secrets']) mkdirSync(join(dir, folder));
  writeFileSync(join(dir, 'package.json'), '{"type":"module"}');
  writeFileSync(
    join(dir, 'planted.test.js'),
    `import { test } from '@jest/globals';
     import fs, { writeFileSync, writeSync } from 'node:fs';
     import { canary } from ${JSON.stringify(own('canary.js'))};
     ${tests}`,
  );
  const config = {
    rootDir: dir,
    transform: {},
    setupFilesAfterEnv: [own('support/printed.js')],
    reporters: [own('support/leftovers.js')],
  };
  const jest = join(repoRoot(), 'node_modules/jest/bin/jest.js');
  const answer = join(dir, 'answer.json');
  const args = ['--runInBand', '--config', JSON.stringify(config), '--json', '--outputFile', answer];
  const { code, stderr } = await run([process.execPath, '--experimental-vm-modules', jest, ...args], {
    cwd: dir,
    env: { TMPDIR: join(dir, 'tmp'), EMU_SECRETS: join(dir, 'secrets') },
  });
  const { testResults } = JSON.parse(readFileSync(answer, 'utf8')) as {
    testResults: { assertionResults: { title: string; failureMessages: string[] }[] }[];
  };
  const failures = testResults.flatMap(({ assertionResults }) =>
    assertionResults.map(({ title, failureMessages }) => `${title}: ${failureMessages[0]?.split('\n')[0]}`),
  );
  return { code, stderr, failures };
}

describe('what a test file prints and leaves', () => {
  const PRINTING = {
    console: 'console.log({ secret })',
    'standard output': 'process.stdout.write(secret)',
    'standard error': 'process.stderr.write(Buffer.from(secret))',
    descriptor: 'fs.writeSync(2, JSON.stringify({ secret }))',
    'descriptor, imported by name': 'writeSync(1, secret)',
    'descriptor, later': 'await new Promise((resolve) => fs.write(2, secret, resolve))',
  };

  test('a test that prints a secret fails, however it prints', async () => {
    const tests = Object.entries(PRINTING).map(
      ([title, statement]) => `test('${title}', async () => { const secret = canary(); ${statement}; });`,
    );
    const { code, failures } = await jestRun(
      `${tests.join('\n')} test('clean', () => { canary(); console.log('x'); });`,
    );
    expect(failures).toEqual([
      ...Object.keys(PRINTING).map(
        (title) => `${title}: Error: a secret is in what this test printed, as it is`,
      ),
      'clean: undefined',
    ]);
    expect(code).toBe(1);
  });

  test('a run that leaves a secret in a temporary file fails', async () => {
    const leave = `test('t', () => writeFileSync(process.env.TMPDIR + '/left', 'x' + canary()));`;
    const { code, stderr, failures } = await jestRun(leave);
    expect(failures).toEqual(['t: undefined']);
    expect(stderr).toContain('temporary files were left with secrets in them:\nleft: a secret as it is\n');
    expect(code).toBe(1);
    expect(await jestRun(leave.replace('canary()', '1'))).toMatchObject({ code: 0 });
  });
});
