import { describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { motoUrl } from '../../emulators/servers.js';
import { LAZY, newUser } from '../../support/lazy.js';
import { run, type RunResult } from '../../support/run.js';
import { runOnTerminal, type TerminalResult, type TerminalRun } from '../../support/terminal.js';

test.each([
  ['s3', 'bucket'],
  ['dynamodb', 'table'],
])('setup makes what is missing for %s, once, and the store works', async (kind, thing) => {
  const user = newUser();
  const name = `lazycred-setup-${randomBytes(6).toString('hex')}`;
  const env = {
    ...user.env,
    LAZYCRED_STORE: `${kind}://${name}${kind === 's3' ? '/team/' : ''}`,
    LAZYCRED_KEY: `kms:alias/${name}`,
    // The SDK's own variable: the set-up must see by itself that a TLS-only policy would lock it out.
    AWS_ENDPOINT_URL: motoUrl(),
  };
  const lazy = (...args: string[]): Promise<RunResult> =>
    run([process.execPath, LAZY, '--log-format', 'text', ...args], { env, cwd: user.work });
  const made = ({ stdout }: RunResult): string[] =>
    stdout.split('\n').flatMap((line) => (line.startsWith('make\t') ? [line.split('\t')[1] ?? ''] : []));

  const dry = await lazy('setup', '--dry-run');
  expect(dry).toMatchObject({ code: 0, stderr: 'nothing was made: this was a dry run\n' });
  expect(made(dry)).toEqual(expect.arrayContaining([`key kms:alias/${name}`, `${thing} ${name}`]));
  expect(dry.stdout.includes('plain HTTP allowed')).toBe(kind === 's3');
  const early = await lazy('put', 'db', 'value');
  expect(early).toMatchObject({ code: 3, stderr: expect.stringContaining('; lazy setup makes') });

  const first = await lazy('setup', '--tag', 'team=web');
  expect(first).toMatchObject({ code: 0, stderr: '' });
  expect(made(first)).toEqual(made(dry));
  const second = await lazy('setup');
  expect(second).toMatchObject({ code: 0, stderr: 'everything is there already\n' });
  expect(made(second)).toEqual([]);

  expect((await lazy('put', 'db', 'value')).code).toBe(0);
  expect((await lazy('get', 'db')).stdout).toBe('value');
});

describe('on a terminal', () => {
  const QUESTION = 'This costs money. Type yes to make it: ';

  function surroundings(): {
    readonly env: NonNullable<TerminalRun['env']>;
    readonly cwd: string;
    readonly name: string;
  } {
    const user = newUser();
    const name = `lazycred-setup-${randomBytes(6).toString('hex')}`;
    const store = { LAZYCRED_STORE: `s3://${name}/`, LAZYCRED_KEY: `kms:alias/${name}` };
    return { env: { ...user.env, ...store, AWS_ENDPOINT_URL: motoUrl() }, cwd: user.work, name };
  }
  const setup = (
    { env, cwd }: ReturnType<typeof surroundings>,
    o: Partial<TerminalRun> = {},
    ...args: string[]
  ): Promise<TerminalResult> =>
    runOnTerminal({ argv: [process.execPath, LAZY, 'setup', ...args], env, cwd, ...o });

  test('setup asks before it makes what costs money, and makes nothing without a yes', async () => {
    const around = surroundings();
    const refused = await setup(around, { steps: [[QUESTION, 'no\n']] });
    expect(refused.screen).toMatch(new RegExp(`^make {4}key kms:alias/${around.name}\n.*\n {8}costs `, 'u'));
    expect(refused.screen).toContain(
      `${QUESTION}no\nlazy: cannot set up the store: that is not yes: nothing was made\n`,
    );
    expect(refused.code).toBe(2);

    const agreed = await setup(around, { steps: [[QUESTION, 'yes\n']] });
    expect(agreed.code).toBe(0);
    expect(agreed.screen).toContain(`make    bucket ${around.name}\n`);

    const again = await setup(around);
    expect(again.code).toBe(0);
    expect(again.screen).not.toContain(QUESTION);
    expect(again.screen).toContain('everything is there already');
  });

  test('--yes and --dry-run do not ask', async () => {
    const around = surroundings();
    for (const option of ['--dry-run', '--yes']) {
      const { code, screen } = await setup(around, {}, option);
      expect(code).toBe(0);
      expect(screen).not.toContain(QUESTION);
    }
    expect((await setup(around, {}, '--dry-run')).screen).toContain('keep    bucket');
  });

  test('what costs nothing is not asked about', async () => {
    const user = newUser();
    const { code, screen } = await setup({ env: user.env, cwd: user.work, name: '' });
    expect(screen).toContain('make    folder');
    expect(screen).not.toContain(QUESTION);
    expect(code).toBe(0);
  });

  test('without any store the note is one line, which says how to end it', async () => {
    const user = newUser();
    const env = { ...user.env, LAZYCRED_STORE: undefined, CI: undefined, NODE_ENV: undefined };
    const put = (settings: TerminalRun['env']): Promise<RunResult> =>
      run([process.execPath, LAZY, 'put', 'seed', 'x'], { env: { ...env, ...settings }, cwd: user.work });
    const { stderr, code } = await put({});
    const store = `${user.home}/.local/share/lazycred/store`;
    const [note, ...rest] = stderr.split('\n');
    expect(note).toBe(`using file://${store}: set store in ~/.lazycredrc or LAZYCRED_STORE to end this note`);
    expect(rest).toHaveLength(2);
    expect(code).toBe(0);
    expect((await put({ LAZYCRED_STORE: store })).stderr).not.toContain('using');
  });
});
