import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canary } from '../canary.js';
import { makeBucket, makeKmsKey, startMoto } from '../emulators/servers.js';
import { LAZY, newUser, type User } from '../support/lazy.js';
import { run, type RunResult } from '../support/run.js';
import { runOnTerminal } from '../support/terminal.js';

let moto: Awaited<ReturnType<typeof startMoto>>;
let user: User;
let env: Readonly<Record<string, string | undefined>>;
beforeAll(async () => {
  moto = await startMoto();
  user = newUser();
  const { alias } = await makeKmsKey(moto.url);
  env = {
    ...user.env,
    LAZYCRED_STORE: `s3://${await makeBucket(moto.url)}/`,
    LAZYCRED_KEY: `kms:${alias}`,
    LAZYCRED_ENDPOINT: moto.url,
    LAZYCRED_KMS_ENDPOINT: moto.url,
  };
});
afterAll(() => moto.stop());

const lazy = (...args: string[]): Promise<RunResult> =>
  run([process.execPath, LAZY, ...args], { env, cwd: user.work, stdoutIsData: true });

describe('--verbose', () => {
  test('tells each request and nothing of what it carries', async () => {
    const value = canary();
    writeFileSync(join(user.work, 'value'), value);
    const put = await lazy('put', 'secret-name', '@value', '--verbose');
    const lines = put.stderr.trimEnd().split('\n');
    expect(lines.pop()).toMatch(/^stored "secret-name" version 1 /u);
    const told = lines.map((line) => line.replace(/\d+ ms$/u, 'N ms')).sort();
    expect(told).toEqual(
      expect.arrayContaining([
        'KMS GenerateDataKey 127.0.0.1 200 N ms',
        'S3 GetObject 127.0.0.1 404 NoSuchKey N ms',
        'S3 PutObject 127.0.0.1 200 N ms',
      ]),
    );
    expect(lines.join()).not.toContain('secret-name');
    const get = await lazy('get', 'secret-name', '--verbose');
    expect(get.stdout).toBe(value);
    expect(get.stderr).toMatch(
      /^S3 GetObject 127\.0\.0\.1 200 \d+ ms\nKMS Decrypt 127\.0\.0\.1 200 \d+ ms\n$/u,
    );
  });

  test('tells retries', async () => {
    await lazy('put', '-q', 'retried', 'x');
    await moto.faults.inject({ method: 'GET', path: 'retried', status: 503, code: 'SlowDown' });
    const { code, stderr } = await lazy('get', 'retried', '--verbose');
    await moto.faults.clear();
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^S3 GetObject 127\.0\.0\.1 503 SlowDown \d+ ms\nS3 GetObject 127\.0\.0\.1 200 \d+ ms, attempt 2\n/u,
    );
  });

  test("tells set-up's requests, and those for a role's credentials", async () => {
    const reader = 'arn:aws:iam::123456789012:role/reader';
    const config = join(user.work, 'aws-config');
    writeFileSync(config, `[profile assumed]\nrole_arn = ${reader}\ncredential_source = Environment\n`);
    const asked = { AWS_ENDPOINT_URL_STS: moto.url, AWS_CONFIG_FILE: config };
    const planned = ['setup', '--dry-run', '--verbose'];
    for (const who of [
      ['--role', reader],
      ['--profile', 'assumed'],
    ]) {
      const { code, stderr } = await run([process.execPath, LAZY, ...planned, ...who], {
        env: { ...env, ...asked },
        cwd: user.work,
        stdoutIsData: true,
      });
      expect({ code, stderr }).toMatchObject({ code: 0 });
      for (const told of ['STS AssumeRole', 'S3 GetBucketTagging', 'KMS DescribeKey']) {
        expect(stderr).toMatch(new RegExp(`^${told} 127\\.0\\.0\\.1 \\d+ .*\\d+ ms$`, 'mu'));
      }
    }
  });

  test('tells connections that fail', async () => {
    const { code, stderr } = await lazy('get', 'x', '--verbose', '--endpoint', 'http://127.0.0.1:9');
    expect(code).toBe(9);
    expect(stderr).toMatch(/^S3 GetObject 127\.0\.0\.1 failed: \w+ \d+ ms\nS3 .*, attempt 2\n/u);
  });
});

describe('progress', () => {
  const CLEAR = '\r\u001b[K';
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`slow/${i}`, 'x']));

  beforeAll(async () => {
    writeFileSync(join(user.work, 'many.json'), JSON.stringify(many));
    expect(await lazy('import', 'many.json')).toMatchObject({ code: 0 });
  });

  const read = (args: readonly string[]) =>
    runOnTerminal({ argv: [process.execPath, LAZY, ...args], cwd: user.work, env, tty: ['stderr'] });

  test('is shown after a second, and gone in the end', async () => {
    await moto.faults.inject({ method: 'GET', path: 'slow', delay: 0.7, times: 40 });
    const { code, screen, stdout } = await read(['get', 'slow/*']);
    await moto.faults.clear();
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(many);
    expect(screen).toMatch(/reading \d+ of 40/u);
    expect(screen.startsWith(CLEAR) && screen.endsWith(CLEAR)).toBe(true);
  });

  test('is not shown for what is quick, nor where nobody sees it, nor with --quiet', async () => {
    const local = ['-s', 'file:quick', '--key', 'local:'];
    await lazy('put', '-q', 'a', 'x', ...local);
    expect(await read(['get', 'a*', ...local])).toMatchObject({ code: 0, screen: '' });
    await moto.faults.inject({ method: 'GET', path: 'slow', delay: 0.7, times: 80 });
    const [quiet, piped] = await Promise.all([read(['get', 'slow/*', '-q']), lazy('get', 'slow/*')]);
    await moto.faults.clear();
    expect({ screen: quiet.screen, stderr: piped.stderr }).toEqual({ screen: '', stderr: '' });
  });
});

describe('help and tables on a narrow terminal', () => {
  test('fit it', async () => {
    await lazy('put', '-q', 'a-name-that-is-longer-than-the-terminal-is-wide', 'x');
    for (const args of ['list', 'get --help']) {
      const { screen } = await runOnTerminal({
        argv: ['sh', '-c', `stty cols 40; lazy ${args}`],
        cwd: user.work,
        env,
      });
      const widest = Math.max(...screen.split('\n').map((line) => line.length));
      expect({ args, widest: Math.max(widest, 40) }).toEqual({ args, widest: 40 });
    }
  });
});
