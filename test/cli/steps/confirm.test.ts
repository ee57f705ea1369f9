import { beforeAll, describe, expect, test } from '@jest/globals';
import { LAZY, newUser, type User } from '../../support/lazy.js';
import { run } from '../../support/run.js';
import { runOnTerminal, type TerminalResult, type TerminalRun } from '../../support/terminal.js';

let user: User;
beforeAll(() => {
  user = newUser();
});

const onTerminal = (
  args: readonly string[],
  steps: NonNullable<TerminalRun['steps']>,
  tty?: TerminalRun['tty'],
): Promise<TerminalResult> =>
  runOnTerminal({
    argv: [process.execPath, LAZY, ...args],
    cwd: user.work,
    env: user.env,
    steps,
    ...(tty === undefined ? {} : { tty }),
  });

async function putTwice(name: string): Promise<void> {
  for (const value of ['one', 'two']) {
    await run([process.execPath, LAZY, 'put', '-q', name, value], { env: user.env });
  }
}

const valueOf = async (name: string): Promise<number | null> =>
  (await run([process.execPath, LAZY, 'get', name], { env: user.env })).code;

describe('what can’t be undone', () => {
  test('asks for the name, and goes on when it is typed', async () => {
    await putTwice('asked');
    const question = `destroy every version of "asked" in file://${user.home}/store, for good? Type its name to go on: `;
    const { code, screen, echo } = await onTerminal(['destroy', 'asked'], [[question, 'asked\n']]);
    expect(screen).toBe(
      `${question}asked\ndestroyed versions 1, 2 of "asked" in file://${user.home}/store\n`,
    );
    // What is typed is shown.
    expect({ code, echo }).toEqual({ code: 0, echo: [true] });
    expect(await valueOf('asked')).toBe(4);
  });

  test('asks for what a prune removes', async () => {
    await putTwice('pruned');
    const args = ['prune', 'pruned', '--keep', '1', '--older-than', '2100-01-01'];
    const { code, screen } = await onTerminal(args, [['go on: ', 'pruned\n']]);
    expect(code).toBe(0);
    expect(screen).toBe(
      `remove values of "pruned" in file://${user.home}/store (all but the newest 1, made before 2100-01-01T00:00:00.000Z), for good? Type its name to go on: pruned\n` +
        `pruned version 1 of "pruned" in file://${user.home}/store\n`,
    );
  });

  test.each([
    ['another word', 'y\n', 2, 'lazy: that is not "kept": nothing was done\n'],
    ['Enter alone', '\n', 2, 'lazy: nothing was entered\nhint: --yes does not ask\n'],
    ['Ctrl-C', '\u0003', 130, ''],
    ['Ctrl-D', '\u0004', 2, 'lazy: the terminal went away\nhint: --yes does not ask\n'],
  ])('%s does nothing', async (_, typed, status, said) => {
    await putTwice('kept');
    const { code, screen, echo_after } = await onTerminal(
      ['destroy', 'kept', '-v', '1'],
      [['go on: ', typed]],
    );
    expect({ code, echo_after }).toEqual({ code: status, echo_after: true });
    expect(screen.endsWith(`\n${said}`)).toBe(true);
    const { stdout } = await run([process.execPath, LAZY, 'get', 'kept', '-v', '1'], { env: user.env });
    expect(stdout).toBe('one');
  });

  test('is not asked where stdin is something else', async () => {
    await putTwice('piped');
    const { code, screen } = await onTerminal(['destroy', 'piped'], [], ['stdout', 'stderr']);
    expect(screen).toBe('lazy: this cannot be undone, and there is no terminal to ask\nhint: say --yes\n');
    expect({ code, there: await valueOf('piped') }).toEqual({ code: 2, there: 0 });
  });
});

describe('delete takes globs behind a confirmation', () => {
  const where = (): string => `file://${user.home}/store`;
  const question = (): string =>
    `delete 2 secrets in ${where()}: "glob/a", "glob/b"? Type how many to go on: `;

  test('shows what matches, and goes on when the number is typed', async () => {
    await Promise.all(['glob/a', 'glob/b', 'glob/c/d'].map(putTwice));
    const { code, screen } = await onTerminal(['delete', 'glob/*'], [[question(), '2\n']]);
    expect(screen).toBe(
      `${question()}2\ndeleted "glob/a", now at version 3, in ${where()}\ndeleted "glob/b", now at version 3, in ${where()}\n`,
    );
    expect({ code, other: await valueOf('glob/c/d') }).toEqual({ code: 0, other: 0 });
  });

  test('does nothing when something else is typed, or nobody can be asked', async () => {
    await Promise.all(['glob/a', 'glob/b'].map(putTwice));
    const { code, screen } = await onTerminal(['delete', 'glob/*'], [[question(), 'y\n']]);
    expect({ code, screen }).toEqual({
      code: 2,
      screen: `${question()}y\nlazy: that is not 2: nothing was done\n`,
    });
    const piped = await onTerminal(['delete', 'glob/*'], [], ['stdout', 'stderr']);
    expect(piped).toMatchObject({
      code: 2,
      screen: `lazy: this would delete 2 secrets in ${where()}, and there is no terminal to ask\nhint: lazy list shows which; then say --yes\n`,
    });
    expect([await valueOf('glob/a'), await valueOf('glob/b')]).toEqual([0, 0]);
  });

  test('names alone are not asked for, and --yes says that a glob is meant', async () => {
    await Promise.all(['plain/a', 'plain/b'].map(putTwice));
    expect(await onTerminal(['delete', 'plain/a'], [])).toMatchObject({ code: 0 });
    expect(await onTerminal(['delete', 'plain/*', '--yes'], [])).toMatchObject({ code: 0 });
    expect([await valueOf('plain/a'), await valueOf('plain/b')]).toEqual([4, 4]);
  });
});
