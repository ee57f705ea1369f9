/** What `lazy __complete` answers: which words, from where, and that it is silent and quick whatever happens. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { registerSecret } from '../../canary.js';
import { LAZY, newUser, type User } from '../../support/lazy.js';
import { run, type RunResult } from '../../support/run.js';
import { silentServer, type SilentServer } from '../../support/silent-server.js';
import { runOnTerminal } from '../../support/terminal.js';

const VALUE = 'completion-must-not-read-this';
registerSecret(VALUE);

let user: User;
let env: Readonly<Record<string, string | undefined>>;
let server: SilentServer;

function cacheFolder(): string {
  return join(user.home, 'cache/lazycred');
}

function kept(): string[] {
  return readdirSync(cacheFolder()).filter((name) => name.startsWith('names-'));
}

async function ask(args: readonly string[], more: typeof env = {}): Promise<RunResult> {
  const argv = [process.execPath, LAZY, '__complete', ...args];
  const result = await run(argv, { cwd: user.work, env: { ...env, ...more } });
  expect(result).toMatchObject({ code: 0, stderr: '' });
  return result;
}

/** The words for a line of fish, whose last word is the one at the cursor. */
async function words(line: string, more: typeof env = {}): Promise<string[]> {
  const { stdout } = await ask(['fish', ...line.split(' ')], more);
  const [kind, ...rest] = stdout.split('\n').slice(0, -1);
  return kind === 'words' ? rest.map((word) => word.replace(/\t.*$/u, '')) : [kind ?? 'nothing'];
}

async function lazy(...args: string[]): Promise<void> {
  const { code } = await run([process.execPath, LAZY, ...args], { cwd: user.work, env });
  expect(code).toBe(0);
}

beforeAll(async () => {
  user = newUser();
  mkdirSync(join(user.home, 'cache'), { mode: 0o700 });
  env = { ...user.env, LAZYCRED_KEY: 'local:', XDG_CACHE_HOME: join(user.home, 'cache') };
  server = await silentServer();
  for (const name of ['prod/db', 'prod/eu/api', 'other', 'gone', '-o', 'bi\u202edi']) {
    await lazy('put', '-q', '--', name, VALUE);
  }
  await lazy('delete', '-qy', 'gone');
});

afterAll(() => server.close());

describe('what may stand there', () => {
  test.each([
    ['lazy pr', ['prune']],
    ['lazy --log-format ', ['text', 'json']],
    ['lazy --log-format=j', ['--log-format=json']],
    ['lazy --quiet hist', ['history']],
    ['lazy get --fie', ['--field']],
    ['lazy completion ', ['bash', 'zsh', 'fish']],
    ['lazy get ', ['other', 'prod/db', 'prod/eu/api']],
    ['lazy get other p', ['prod/db', 'prod/eu/api']],
    ['lazy get -v 1 ot', ['other']],
    ['lazy get --field x ot', ['other']],
    ['lazy put ot', ['other']],
    ['lazy put other ot', []],
    ['lazy list pr', ['prod/', 'prod/eu/', 'prod/db', 'prod/eu/api']],
    ['lazy undelete ', ['gone']],
    ['lazy exec -p ', ['prod/', 'prod/eu/']],
    ['lazy exec --env DB=pr', ['DB=prod/db', 'DB=prod/eu/api']],
    ['lazy exec --env=DB=ot', ['--env=DB=other']],
    ['lazy exec -p prod/ -- ls ot', ['files']],
    ['lazy import ', ['files']],
    ['lazy get --config ', ['files']],
    ['lazy get --output=a', ['files']],
    ['lazy credstash ', []],
    ['lazy nonsense ', []],
    ['lazy ls ot', ['other']],
    ['lazy --store file:/nowhere/at/all get ', ['nothing']],
  ])('%j', async (line, expected) => {
    expect((await words(line)).sort()).toEqual([...expected].sort());
  });

  test('a name that begins with a dash becomes no option', async () => {
    expect(await words('lazy get -')).not.toContain('-o');
    expect(await words('lazy get -- -')).toEqual(['-o']);
  });

  test('choices have what they do beside them where the shell shows it', async () => {
    const { stdout } = await ask(['fish', 'lazy', 'hist']);
    expect(stdout).toBe('words\nhistory\tlist the versions of a secret\n');
  });
});

describe('the names that are kept', () => {
  test('lie in files of mode 0600, and hold no value', async () => {
    await words('lazy get ');
    expect(kept().length).toBeGreaterThan(0);
    for (const name of kept()) {
      expect(statSync(join(cacheFolder(), name)).mode & 0o777).toBe(0o600);
      expect(readFileSync(join(cacheFolder(), name), 'utf8')).not.toContain(VALUE);
    }
  });

  test('answer for a while, a longer beginning too, and for one store and identity alone', async () => {
    for (const name of kept()) rmSync(join(cacheFolder(), name));
    await words('lazy get ');
    await lazy('put', '-q', 'later', VALUE);
    expect(await words('lazy get la')).toEqual([]);
    expect(await words('lazy get la', { AWS_ACCESS_KEY_ID: 'AKIDOTHER' })).toEqual(['later']);
    expect(await words('lazy get la', { AWS_PROFILE: 'other' })).toEqual(['later']);
    expect(await words('lazy get la', { LAZYCRED_NO_CACHE: '1' })).toEqual(['later']);
    expect(await words(`lazy --store file:${user.home}/./store get la`)).toEqual([]);
    expect(await words(`lazy --store file:${user.home}/none get la`)).toEqual(['nothing']);
  });

  test.each([0o644, 0o622])('are not taken from a file of mode %o', async (mode) => {
    for (const name of kept()) rmSync(join(cacheFolder(), name));
    await words('lazy get ');
    await lazy('put', '-q', `mode-${mode}`, VALUE);
    for (const name of kept()) chmodSync(join(cacheFolder(), name), mode);
    expect(await words('lazy get mode')).toContain(`mode-${mode}`);
  });
});

describe('a store that does not answer', () => {
  test('is given up after a second, without a word', async () => {
    let requests = 0;
    server.connected = () => requests++;
    const silent = {
      LAZYCRED_STORE: 's3://bucket/x/',
      LAZYCRED_KEY: 'passphrase:',
      LAZYCRED_ENDPOINT: server.url,
      LAZYCRED_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'not-a-real-secret-access-key',
    };
    // On a busy machine the first runs, which compile all of the client, may not come as far as a request.
    for (let attempt = 0; requests === 0; attempt++) {
      expect(attempt).toBeLessThan(5);
      const started = performance.now();
      expect((await ask(['fish', 'lazy', 'get', ''], silent)).stdout).toBe('');
      // A second, and what it takes to start and end a process on such a machine; `lazy get` waits for 30.
      expect(performance.now() - started).toBeLessThan(6_000);
    }
  });

  test('is not asked by the script', async () => {
    let requests = 0;
    server.connected = () => requests++;
    const unreachable = { LAZYCRED_STORE: 's3://bucket/x/', LAZYCRED_ENDPOINT: server.url };
    for (const shell of ['bash', 'zsh', 'fish']) {
      const argv = [process.execPath, LAZY, 'completion', shell];
      const { code, stderr } = await run(argv, { env: { ...env, ...unreachable }, cwd: user.work });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    }
    expect(requests).toBe(0);
  });
});

test('nothing is asked on the terminal, where the key is a passphrase', async () => {
  const { screen, code } = await runOnTerminal({
    argv: [process.execPath, LAZY, '__complete', 'fish', 'lazy', 'get', 'ot'],
    env: { ...env, LAZYCRED_KEY: 'passphrase:', LAZYCRED_NO_CACHE: '1' },
    cwd: user.work,
  });
  expect({ screen, code }).toEqual({ screen: 'words\nother\n', code: 0 });
});

test.each([[[]], [['tcsh', 'lazy', '']], [['bash']], [['fish']], [['zsh']]])(
  '%j is answered in silence',
  async (args) => {
    await ask(args);
  },
);

test('a broken configuration is no matter for Tab', async () => {
  expect(await words('lazy --store gopher://x get ')).toEqual(['nothing']);
  expect(await words('lazy get ', { LAZYCRED_TIMEOUT: 'never' })).toEqual(['nothing']);
});
