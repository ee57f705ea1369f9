/** `lazy init`: the file that it writes says what was asked for, and secrets of the project stay out of git. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LAZY, newUser, type User } from '../../support/lazy.js';
import { run, type RunResult } from '../../support/run.js';
import { runOnTerminal, type TerminalResult } from '../../support/terminal.js';

let user: User;
let file: string;

beforeEach(() => {
  user = newUser();
  file = join(user.work, '.lazycredrc');
});

const CLEAN = {
  LAZYCRED_STORE: undefined,
  AWS_REGION: undefined,
  AWS_DEFAULT_REGION: undefined,
  NO_COLOR: '1',
};

function lazy(args: readonly string[], cwd = user.work): Promise<RunResult> {
  return run([process.execPath, LAZY, '--log-format', 'text', ...args], {
    cwd,
    env: { ...user.env, ...CLEAN },
  });
}

function onTerminal(
  args: readonly string[],
  steps: readonly (readonly [string, string])[],
): Promise<TerminalResult> {
  return runOnTerminal({
    argv: [process.execPath, LAZY, ...args],
    cwd: user.work,
    env: { ...user.env, ...CLEAN },
    steps,
  });
}

function written(): string {
  return readFileSync(file, 'utf8').replace(/^#.*\n/gmu, '');
}

describe('with options', () => {
  test('what they say is written, and is what lazy config then finds', async () => {
    const args = ['--store', 's3://acme/creds/', '--key', 'kms:alias/acme,local:', '--region', 'eu-west-1'];
    expect(await lazy(['init', ...args, '--context', 'app=billing: "x"', '--timeout', '5s'])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: `wrote ${file}\nnext: lazy setup makes what is missing\n`,
    });
    expect(written()).toBe(`store: s3://acme/creds/
region: eu-west-1
timeout: "5s"
key: [kms:alias/acme, "local:"]
context:
  "app": "billing: \\"x\\""
`);
    const { stdout } = await lazy(['config', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      settings: {
        store: 's3://acme/creds/',
        key: ['kms:alias/acme', expect.stringMatching(/^local:/u)],
        region: 'eu-west-1',
        context: { app: 'billing: "x"' },
        timeout: '5s',
      },
      origins: { store: { where: file } },
    });
  });

  test('a new store under a key of KMS gets a context of its own, one with secrets does not', async () => {
    const args = ['init', '--force', '-s', 's3://acme/', '--key', 'kms:alias/acme'];
    const contexts: (string | undefined)[] = [];
    for (const more of [[], [], ['--existing'], ['--record-format', 'credstash', '-s', 'dynamodb://table']]) {
      const base = more.includes('-s') ? args.filter((arg) => arg !== '-s' && arg !== 's3://acme/') : args;
      expect(await lazy([...base, ...more])).toMatchObject({ code: 0 });
      contexts.push(/"store": "work-([0-9a-f]{8})"/u.exec(written())?.[1]);
    }
    expect(contexts[0]).toMatch(/^[0-9a-f]{8}$/u);
    expect(contexts[1]).toMatch(/^[0-9a-f]{8}$/u);
    expect(contexts[1]).not.toBe(contexts[0]);
    expect(contexts.slice(2)).toEqual([undefined, undefined]);
    expect(await lazy(['config'])).toMatchObject({ code: 0 });
  });

  test('a file that is there stays, unless --force', async () => {
    writeFileSync(file, 'store: ./mine\n');
    const refused = await lazy(['init', '-s', './secrets', '--key', 'local:']);
    expect(refused).toMatchObject({
      code: 2,
      stderr: `lazy: cannot write .lazycredrc: .lazycredrc is there already
hint: lazy config shows what it says, --force writes it anew
`,
    });
    expect(readFileSync(file, 'utf8')).toBe('store: ./mine\n');
    expect(await lazy(['init', '-s', './secrets', '--key', 'local:', '--force'])).toMatchObject({ code: 0 });
    expect(written()).toBe('store: ./secrets\nkey: "local:"\n');
  });

  test.each([
    [['init'], 2, 'there is no terminal to ask'],
    [['init', '-s', './x'], 2, 'there is no terminal to ask'],
    [['init', '-s', 'gopher://x', '--key', 'local:'], 3, 'unknown kind of store'],
    [['init', '-s', './x', '--key', 'nothing'], 3, '--key'],
    [['init', '--config', 'other'], 2, '--config'],
  ])('%j writes nothing', async (args, code, message) => {
    const result = await lazy(args);
    expect(result.code).toBe(code);
    expect(result.stderr).toContain(message);
    expect(existsSync(file)).toBe(false);
  });

  test('an endpoint is said to need trust', async () => {
    const { stderr } = await lazy([
      'init',
      '-s',
      's3://acme/',
      '--key',
      'local:',
      '--endpoint',
      'http://127.0.0.1:9',
    ]);
    expect(stderr).toContain(`lazy trust ${file}`);
  });
});

describe('in a git checkout', () => {
  test('a local key and store are ignored, from the folder that they are in', async () => {
    execFileSync('git', ['init', '-q', user.work]);
    const app = join(user.work, 'app [1]');
    mkdirSync(app);
    writeFileSync(join(user.work, '.gitignore'), 'node_modules');
    const args = ['init', '-s', './secrets', '--key', 'local:./acme.key'];
    expect(await lazy(args, app)).toMatchObject({ code: 0 });
    expect(readFileSync(join(user.work, '.gitignore'), 'utf8')).toBe(
      'node_modules\n/app\\ \\[1\\]/acme.key\n/app\\ \\[1\\]/secrets\n',
    );
    expect(
      (
        await run([process.execPath, LAZY, 'put', '-q', 'a', 'b'], {
          cwd: app,
          env: { ...user.env, ...CLEAN },
        })
      ).code,
    ).toBe(0);
    const status = spawnSync('git', ['status', '--porcelain', '-uall'], { cwd: user.work, encoding: 'utf8' });
    expect(status.stdout).toBe('?? .gitignore\n?? "app [1]/.lazycredrc"\n');
    // Once is enough.
    expect((await lazy([...args, '--force'], app)).stderr).not.toContain('added to');
  });

  test('what lies elsewhere is no matter for git', async () => {
    execFileSync('git', ['init', '-q', user.work]);
    expect(await lazy(['init', '-s', `file:${user.home}/s`, '--key', 'local:'])).toMatchObject({ code: 0 });
    expect(existsSync(join(user.work, '.gitignore'))).toBe(false);
  });
});

describe('on a terminal', () => {
  test('asks, takes what Enter alone means, and runs setup', async () => {
    const { code, screen } = await onTerminal(
      ['init'],
      [
        ['[./secrets]: ', '\n'],
        ['[local:]: ', 'local:./my.key\n'],
        ['[yes]: ', '\n'],
      ],
    );
    expect({ code, screen }).toEqual({ code: 0, screen: expect.stringContaining('make') as unknown });
    expect(written()).toBe('store: ./secrets\nkey: local:./my.key\n');
    expect(statSync(join(user.work, 'secrets')).isDirectory()).toBe(true);
  });

  test('asks for a region and whether the store is new where it is of AWS', async () => {
    const { code } = await onTerminal(
      ['init'],
      [
        ['[./secrets]: ', 's3://acme/\n'],
        ['[kms:alias/lazycred]: ', '\n'],
        ['profile]: ', 'eu-west-1\n'],
        ['[no]: ', 'yes\n'],
        ['[yes]: ', 'no\n'],
      ],
    );
    expect(code).toBe(0);
    expect(written()).toBe('store: s3://acme/\nregion: eu-west-1\nkey: kms:alias/lazycred\n');
  });

  test('Ctrl-C at a question writes nothing', async () => {
    const { code } = await onTerminal(['init'], [['[./secrets]: ', '\u0003']]);
    expect([130, -2]).toContain(code);
    expect(existsSync(file)).toBe(false);
  });
});
