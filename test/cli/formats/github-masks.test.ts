/** `export --format github-env --mask`: what a step of GitHub Actions prints, and what is in its file afterwards. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { githubMasks } from '../../../src/cli/formats/write/github-masks.js';
import { LAZY, newUser, type User } from '../../support/lazy.js';
import { run, type RunResult } from '../../support/run.js';
import { readGithubEnv } from './grammars.js';

const PEM = '-----BEGIN KEY-----\nMIIB%25x\r\nabc\n-----END KEY-----\n';

describe('mask commands', () => {
  test.each([
    ['a value', 'hunter2', ['hunter2']],
    ['percent signs', '100%sure%0A', ['100%25sure%250A']],
    ['lines, each and as a whole', 'first line\nsecond', ['first line%0Asecond', 'first line', 'second']],
    ['CR LF and CR', 'first\r\nsecond\rthird', ['first%0D%0Asecond%0Dthird', 'first', 'second', 'third']],
    ['a last line break', 'hunter2\n', ['hunter2%0A', 'hunter2']],
    ['a command in a value', 'x\n::set-env name=a::b', ['x%0A::set-env name=a::b', '::set-env name=a::b']],
    [
      'no borders and no short lines',
      PEM,
      [PEM.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A'), 'MIIB%2525x'],
    ],
    ['no braces by themselves', '{\n  "a": "hunter2"\n}', ['{%0A  "a": "hunter2"%0A}', '  "a": "hunter2"']],
  ])('%s', (_, text, masked) => {
    const { commands, tooShort } = githubMasks([{ name: 'n', text }]);
    expect(commands).toBe(masked.map((m) => `::add-mask::${m}\n`).join(''));
    expect(tooShort).toEqual([]);
  });

  test('a value that would hide half of every word is named instead; an empty one hides nothing', () => {
    const values = ['abc', '    ', '', 'true'].map((text, i) => ({ name: `n${i}`, text }));
    expect(githubMasks(values)).toEqual({ commands: '::add-mask::true\n', tooShort: ['n0', 'n1'] });
  });

  test('one value twice is one mask', () => {
    const values = ['same', 'same'].map((text, i) => ({ name: `n${i}`, text }));
    expect(githubMasks(values).commands).toBe('::add-mask::same\n');
  });
});

describe('in a step', () => {
  let user: User;
  let file: string;

  function lazy(
    args: readonly string[],
    more: Readonly<Record<string, string | undefined>> = {},
  ): Promise<RunResult> {
    const env = { ...user.env, LAZYCRED_KEY: 'local:', GITHUB_ENV: undefined, ...more };
    const argv = [process.execPath, LAZY, '--log-format', 'text', ...args];
    return run(argv, { cwd: user.work, env, stdoutIsData: true });
  }

  beforeAll(async () => {
    user = newUser();
    file = join(user.home, 'github_env');
    for (const [name, value] of [
      ['prod/db', 'hunter2\nsecond line'],
      ['prod/pin', '123'],
      ['bad/github-token', 'x-x-x-x'],
    ] as const) {
      expect(await lazy(['put', name, value, '-q'])).toMatchObject({ code: 0 });
    }
  });

  const MASK = ['export', 'prod/', '--format', 'github-env', '--mask'];

  test.each([
    ['that is there', 'EARLIER=1\n', 'EARLIER=1\n'],
    ['whose last line nobody ended', 'EARLIER=1', 'EARLIER=1\n'],
    ['that is empty', '', ''],
  ])('masks go to stdout, variables to the end of a file %s', async (_, before, kept) => {
    writeFileSync(file, before);
    const { code, stdout, stderr } = await lazy(MASK, { GITHUB_ENV: file });
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: '::add-mask::hunter2%0Asecond line\n::add-mask::hunter2\n::add-mask::second line\n',
      stderr: 'note: too short to be masked: "prod/pin"\n',
    });
    const text = readFileSync(file, 'utf8');
    expect(text.slice(0, kept.length)).toBe(kept);
    expect(Object.fromEntries(readGithubEnv(text.slice(kept.length), false))).toEqual({
      DB: 'hunter2\nsecond line',
      PIN: '123',
    });
  });

  test('a file that is not there is made for its owner alone', async () => {
    const made = join(user.home, 'made');
    expect(await lazy(MASK, { GITHUB_ENV: made })).toMatchObject({ code: 0 });
    expect(statSync(made).mode & 0o777).toBe(0o600);
  });

  test('nothing is printed and nothing written where anything fails', async () => {
    const untouched = join(user.home, 'untouched');
    for (const args of [
      ['export', 'bad/', '--format', 'github-env', '--mask'],
      ['export', 'nope/', '--format', 'github-env', '--mask'],
    ]) {
      const { code, stdout } = await lazy(args, { GITHUB_ENV: untouched });
      expect(code).not.toBe(0);
      expect(stdout).toBe('');
    }
    expect(existsSync(untouched)).toBe(false);
  });

  test('it is refused elsewhere, with other formats, and with a file of its own', async () => {
    const elsewhere = await lazy(MASK);
    expect(elsewhere).toMatchObject({ code: 2, stdout: '' });
    expect(elsewhere.stderr).toContain('the file that GITHUB_ENV names, which is not set');
    const more = { GITHUB_ENV: file };
    expect(await lazy(['export', '--mask'], more)).toMatchObject({ code: 2, stdout: '' });
    expect(await lazy([...MASK, '-o', 'x'], more)).toMatchObject({ code: 2, stdout: '' });
    expect(await lazy([...MASK], { GITHUB_ENV: user.home })).toMatchObject({ code: 2 });
  });
});
