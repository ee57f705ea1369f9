import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { canary } from '../../canary.js';
import { LAZY, newUser, type User } from '../../support/lazy.js';
import { run } from '../../support/run.js';
import { runOnTerminal, type TerminalResult, type TerminalRun } from '../../support/terminal.js';

const SIGTERM = 15;

let user: User;
beforeAll(() => {
  user = newUser();
});

const lazyOnTerminal = (
  args: readonly string[],
  o: Omit<TerminalRun, 'argv' | 'cwd'> = {},
): Promise<TerminalResult> =>
  runOnTerminal({
    ...o,
    argv: [process.execPath, LAZY, ...args],
    cwd: user.work,
    env: { ...user.env, ...o.env },
  });

async function valueOf(name: string, env = {}): Promise<string> {
  const { stdout } = await run([process.execPath, LAZY, 'get', name], {
    env: { ...user.env, ...env },
    stdoutIsData: true,
  });
  return stdout;
}

describe('a value at the prompt', () => {
  test('is not shown, and the terminal echoes again after it', async () => {
    const value = canary();
    const { code, screen, echo, echo_after } = await lazyOnTerminal(['put', 'typed'], {
      steps: [['value of "typed": ', `${value}\r`]],
    });
    expect(screen).toBe(
      `value of "typed": \nstored "typed" version 1 in file://${user.home}/store under local:\n`,
    );
    expect({ code, echo, echo_after }).toEqual({ code: 0, echo: [false], echo_after: true });
    expect(await valueOf('typed')).toBe(value);
  });

  test('can be corrected, character by character and as a whole', async () => {
    const { code } = await lazyOnTerminal(['put', '-q', 'corrected'], {
      steps: [
        ['value', 'wrong\u0015p\u00e4s\u007f\u007f\u007fgood \ud83d\udd11\u007f\u001b[A\u001bOHend\u0004'],
      ],
    });
    expect(code).toBe(0);
    expect(await valueOf('corrected')).toBe('good end');
  });

  test.each([
    ['Ctrl-C', 'half\u0003', 130, ''],
    ['Ctrl-D', '\u0004', 2, 'lazy: nothing was entered\nhint: give it on stdin, or with --file FILE\n'],
    ['Enter alone', '\r', 2, 'lazy: nothing was entered\nhint: give it on stdin, or with --file FILE\n'],
    [
      'a paste of several lines',
      '-----BEGIN\nKEY\nEND-----\n',
      2,
      'lazy: several lines were pasted, and a prompt takes one\nhint: give it on stdin, or with --file FILE\n',
    ],
  ])('%s ends it, stores nothing and leaves the terminal as it was', async (_, typed, status, said) => {
    const { code, screen, echo, echo_after } = await lazyOnTerminal(['put', 'never'], {
      steps: [['value', typed]],
    });
    expect(screen).toBe(`value of "never": \n${said}`);
    expect({ code, echo, echo_after }).toEqual({ code: status, echo: [false], echo_after: true });
    expect((await run([process.execPath, LAZY, 'get', 'never'], { env: user.env })).code).toBe(4);
  });

  test('SIGTERM leaves the terminal as it was, too', async () => {
    const { code, echo_after } = await lazyOnTerminal(['put', 'never'], {
      steps: [['value', { signal: SIGTERM }]],
    });
    expect({ code, echo_after }).toEqual({ code: 143, echo_after: true });
  });

  test('is not asked for where the name or the settings are wrong', async () => {
    expect(await lazyOnTerminal(['put', 'a//b'])).toMatchObject({
      code: 2,
      screen: 'lazy: bad name "a//b": it holds "//"\n',
    });
    const { code, screen } = await lazyOnTerminal(['put', 'a', '--store', 'nowhere']);
    expect(code).toBe(3);
    expect(screen).not.toContain('value of');
  });
});

describe('what is written to a terminal', () => {
  test('a value ends with a line break, one only', async () => {
    const value = canary();
    for (const [name, bytes] of [
      ['plain', value],
      ['with-line-break', `${value}\n`],
    ] as const) {
      await run([process.execPath, LAZY, 'put', '-q', name], { env: user.env, input: bytes });
      const { screen } = await lazyOnTerminal(['get', name], { stdoutIsData: true });
      expect(screen).toBe(`${value}\n`);
      expect(await valueOf(name)).toBe(bytes);
    }
  });

  test('names come with their age, versions with theirs', async () => {
    await run([process.execPath, LAZY, 'put', '-q', 'aged/one', 'x', '--comment', 'why', '--by', 'me'], {
      env: user.env,
    });
    expect((await lazyOnTerminal(['list', 'aged/'])).screen).toBe('aged/one  just now\n');
    expect((await lazyOnTerminal(['history', 'aged/one'])).screen).toBe(
      '\u001b[2mVERSION  MADE      BY  COMMENT\u001b[22m\n1        just now  me  why\n',
    );
    const plain = await lazyOnTerminal(['list', '--long', 'aged/'], { env: { NO_COLOR: '1' } });
    expect(plain.screen).toBe('NAME      VERSION  MADE\naged/one  1        just now\n');
    expect((await lazyOnTerminal(['list', 'nothing/'])).screen).toBe(
      `lazy: no secrets match "nothing/" in file://${user.home}/store\nhint: lazy list shows what is there; with --allow-empty finding nothing is no failure\n`,
    );
  });

  test('errors are text with a hint, and JSON on demand', async () => {
    const said = `cannot get "nope": not found in file://${user.home}/store`;
    expect((await lazyOnTerminal(['get', 'nope'])).screen).toBe(
      `lazy: ${said}\nhint: lazy list shows what is there\n`,
    );
    const { screen } = await lazyOnTerminal(['get', 'nope', '--log-format', 'json']);
    expect(JSON.parse(screen)).toMatchObject({
      level: 'error',
      code: 'ERR_NOT_FOUND',
      name: 'nope',
      msg: said,
    });
  });

  test('a comment can not move the cursor', async () => {
    await run([process.execPath, LAZY, 'put', '-q', 'evil', 'x', '--by', 'a\u001b[2Jb'], { env: user.env });
    expect((await lazyOnTerminal(['history', 'evil'])).screen).toContain('a\\u001b[2Jb');
  });
});

describe('a passphrase', () => {
  const key = ['--key', 'passphrase:'];
  let passphrase: string;
  beforeAll(() => {
    passphrase = canary();
  });

  test('is asked for while stdin is the value, and opens it again', async () => {
    const value = canary();
    const put = await lazyOnTerminal(['put', 'locked', ...key], {
      tty: ['stdout', 'stderr'],
      input: value,
      steps: [
        ['new passphrase: ', `${passphrase}\r`],
        ['the same again: ', `${passphrase}\r`],
      ],
    });
    expect(put).toMatchObject({ code: 0, echo: [false, false], echo_after: true });
    expect(put.screen).toBe(
      `new passphrase: \nthe same again: \nstored "locked" version 1 in file://${user.home}/store under passphrase:\n`,
    );
    const get = await lazyOnTerminal(['get', 'locked', ...key], {
      tty: ['stdin', 'stderr'],
      steps: [['passphrase: ', `${passphrase}\r`]],
      stdoutIsData: true,
    });
    expect(get).toMatchObject({
      code: 0,
      stdout: value,
      screen: 'passphrase: \n',
      echo: [false],
      echo_after: true,
    });
    expect(await valueOf('locked', { LAZYCRED_KEY: 'passphrase:', LAZYCRED_PASSPHRASE: passphrase })).toBe(
      value,
    );
  });

  test('is asked for twice where its salt is made: two that differ store nothing', async () => {
    const other = ['--key', `passphrase:${user.home}/other.salt`];
    const { code, screen } = await lazyOnTerminal(['put', 'never', 'value', ...other], {
      steps: [
        ['new passphrase: ', `${passphrase}\r`],
        ['the same again: ', `${passphrase}x\r`],
      ],
    });
    expect([code, screen]).toEqual([
      2,
      expect.stringContaining('the two passphrases differ: nothing is stored'),
    ]);
    expect(existsSync(`${user.home}/other.salt`)).toBe(false);
  });

  test("that is not the salt file's own is refused before anything is stored", async () => {
    const { code, screen } = await lazyOnTerminal(['put', 'locked', 'value', ...key], {
      steps: [['passphrase: ', 'a typing error\r']],
    });
    expect(code).toBe(6);
    expect(screen).toContain('this is not the passphrase of passphrase:: nothing is sealed');
    expect(screen).toContain('a second passphrase takes its own salt file: passphrase:FILE');
    expect(
      await valueOf('locked', { LAZYCRED_KEY: 'passphrase:', LAZYCRED_PASSPHRASE: passphrase }),
    ).not.toBe('value');
  });

  test('that is short is warned of where its salt is made', async () => {
    const argv = [
      process.execPath,
      LAZY,
      'put',
      'brief',
      'value',
      '--key',
      `passphrase:${user.home}/brief.salt`,
    ];
    const { code, stderr } = await run(argv, { env: { ...user.env, LAZYCRED_PASSPHRASE: 'short' } });
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining('note: the passphrase is short (5 characters)'),
    ]);
  });

  test('that is wrong is ERR_ACCESS', async () => {
    const { code, screen } = await lazyOnTerminal(['get', 'locked', ...key], {
      steps: [['passphrase', 'wrong\r']],
    });
    expect(code).toBe(6);
    expect(screen).toMatch(/^passphrase: \nlazy: cannot get "locked": wrong passphrase/u);
  });

  test('without a terminal comes from LAZYCRED_PASSPHRASE, or not at all', async () => {
    // A session of its own has no controlling terminal, whatever the tests run on.
    const argv = [
      'setsid',
      '--wait',
      process.execPath,
      LAZY,
      'get',
      'locked',
      ...key,
      '--log-format',
      'text',
    ];
    const { code, stderr } = await run(argv, { env: user.env });
    expect(code).toBe(6);
    expect(stderr).toBe(
      'lazy: the key is a passphrase, and there is no terminal to ask for it\nhint: set LAZYCRED_PASSPHRASE\n',
    );
  });
});
