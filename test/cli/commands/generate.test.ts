/** `lazy generate`: what values it makes, that it prints none unasked, and what it refuses. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { WORDS } from '../../../src/cli/generate/word-list.js';
import { killedAtEachCall } from '../../support/killed-command.js';
import { LAZY, newUser, type User } from '../../support/lazy.js';
import { run, type RunResult } from '../../support/run.js';
import { runOnTerminal } from '../../support/terminal.js';

let user: User;
let env: Readonly<Record<string, string | undefined>>;

function lazy(...args: readonly string[]): Promise<RunResult> {
  const argv = [process.execPath, LAZY, '--log-format', 'text', ...args];
  return run(argv, { stdoutIsData: true, cwd: user.work, env });
}

async function valueOf(name: string): Promise<string> {
  const { code, stdout } = await lazy('get', name);
  expect(code).toBe(0);
  return stdout;
}

beforeAll(() => {
  user = newUser();
  env = { ...user.env, LAZYCRED_KEY: 'local:', LAZYCRED_BY: 'ana@laptop' };
});

describe('the value', () => {
  test.each([
    ['32 letters and digits', [], /^[0-9A-Za-z]{32}$/u, 190],
    ['hex', ['--alphabet', 'hex', '--length', '64'], /^[0-9a-f]{64}$/u, 256],
    ['base64url', ['--alphabet', 'base64url', '--length', '400'], /^[\w-]{400}$/u, 2400],
    ['digits', ['--alphabet=digits', '--length=20'], /^\d{20}$/u, 66],
    ['printable', ['--alphabet', 'printable', '--length', '2000'], /^[!-~]{2000}$/u, 13109],
    ['its own characters', ['--alphabet', 'aä€😀', '--length', '40'], /^[aä€😀]{40}$/u, 80],
  ] as const)('is of %s', async (title, args, pattern, bits) => {
    const { code, stdout, stderr } = await lazy('generate', title, ...args);
    const where = `in file://${user.home}/store under local:`;
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: '',
      stderr: `stored "${title}" version 1 ${where}, ${bits} bits of entropy\n`,
    });
    expect(await valueOf(title)).toMatch(pattern);
  });

  test('holds every character of the alphabet where it is long, and no other', async () => {
    await lazy('generate', 'all', '--length', '4096', '--alphabet', 'base64url');
    expect([...new Set(await valueOf('all'))].sort().join('')).toBe(
      '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz',
    );
  });

  test('is of words', async () => {
    const { stderr } = await lazy('generate', 'words', '--words', '6');
    expect(stderr).toContain(', 66 bits of entropy');
    const words = (await valueOf('words')).split('-');
    expect(words).toHaveLength(6);
    for (const word of words) expect(WORDS).toContain(word);
  });

  test('is another every time, as a version of its own', async () => {
    await lazy('generate', 'twice');
    const first = await valueOf('twice');
    expect(await lazy('generate', 'twice')).toMatchObject({ stderr: expect.stringContaining('version 2') });
    expect(await valueOf('twice')).not.toBe(first);
  });

  test('is printed with --show alone, with a line break on a terminal', async () => {
    const { stdout, stderr } = await lazy('generate', 'shown', '--show');
    expect(stdout).toBe(await valueOf('shown'));
    expect(stderr).not.toContain(stdout);
    const argv = [process.execPath, LAZY, 'generate', 'shown', '--show', '-q'];
    const { screen } = await runOnTerminal({ argv, env, cwd: user.work, stdoutIsData: true });
    expect(screen).toBe(`${await valueOf('shown')}\n`);
    const silent = await runOnTerminal({ argv: argv.slice(0, 4), env, cwd: user.work });
    expect(silent.screen).not.toContain(await valueOf('shown'));
  });
});

describe('the version', () => {
  test('has comment, tags and author', async () => {
    await lazy('generate', 'kept', '-c', 'why', '--tag', 'a=1', '--tag', 'b=2', '--by', 'me');
    const { stdout } = await lazy('get', 'kept', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ comment: 'why', tags: { a: '1', b: '2' }, by: 'me' });
  });

  test('is none with --if-absent where there is one', async () => {
    expect(await lazy('generate', 'once', '--if-absent')).toMatchObject({ code: 0 });
    const value = await valueOf('once');
    expect(await lazy('generate', 'once', '--if-absent', '--show')).toMatchObject({ code: 5, stdout: '' });
    expect(await valueOf('once')).toBe(value);
  });
});

describe('refused, before anything is stored:', () => {
  test.each([
    [
      'too few bits',
      ['--length', '10'],
      '59 bits of entropy, and is refused below 64\nhint: a larger --length',
    ],
    [
      'too few words',
      ['--words', '5'],
      '55 bits of entropy, and is refused below 64\nhint: a larger --words',
    ],
    ['a length of none', ['--length', '0'], '--length takes an integer from 1 to 4096'],
    ['a length that is too large', ['--length', '4097'], '--length takes an integer from 1 to 4096'],
    ['a number of words that is none', ['--words', 'six'], '--words takes an integer from 1 to 256'],
    ['a character twice', ['--alphabet', 'abca'], '--alphabet "abca" holds "a" twice'],
    ['one character', ['--alphabet', 'a'], '--alphabet needs two characters'],
    ['no character', ['--alphabet', ''], '--alphabet needs two characters'],
    ['words of an alphabet', ['--words', '6', '--alphabet', 'hex'], 'exclude each other'],
  ] as const)('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await lazy('generate', 'refused', ...args);
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(message),
    });
    expect(await lazy('get', 'refused')).toMatchObject({ code: 4 });
  });

  test('but not with --force', async () => {
    const { code, stderr } = await lazy(
      'generate',
      'pin',
      '--alphabet',
      'digits',
      '--length',
      '4',
      '--force',
    );
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(', 13 bits of entropy'),
    });
    expect(await valueOf('pin')).toMatch(/^\d{4}$/u);
  });
});

test('killed anywhere it has stored all or nothing, and leaves no value in the clear', async () => {
  const name = 'killed';
  const alphabet = 'αβγδεζηθικλμνξοπ';
  const args = ['generate', '-q', name, '--alphabet', alphabet];
  const isValue = (text: string): boolean => new RegExp(`^[${alphabet}]{32}$`, 'u').test(text);
  const seen = new Set<number | null>();
  const { kills, last } = await killedAtEachCall(args, { env, cwd: user.work }, async () => {
    const { code, stdout } = await lazy('get', name);
    seen.add(code);
    expect(code === 0 ? isValue(stdout) : code === 4).toBe(true);
  });
  expect(last.code).toBe(0);
  expect(kills).toBeGreaterThan(4);
  expect([...seen].sort()).toEqual([0, 4]);
  for (const file of readdirSync(user.home, { recursive: true, encoding: 'utf8' })) {
    const path = join(user.home, file);
    if (statSync(path).isFile())
      expect(readFileSync(path, 'utf8')).not.toMatch(new RegExp(`[${alphabet}]{4}`, 'u'));
  }
}, 60_000);
