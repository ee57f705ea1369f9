/** `lazy edit`: what is stored and what is not, how the editor is run, and that nothing is left behind. */
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { registerSecret } from '../../canary.js';
import { killedAtEachCall } from '../../support/killed-command.js';
import { LAZY, newUser, type User } from '../../support/lazy.js';
import { run, type RunOptions, type RunResult } from '../../support/run.js';
import { runOnTerminal } from '../../support/terminal.js';

const VALUE = 'correct-horse-edit';
registerSecret(VALUE);

let user: User;
let env: Readonly<Record<string, string | undefined>>;

function lazy(args: readonly string[], o: RunOptions = {}): Promise<RunResult> {
  const argv = [process.execPath, LAZY, '--log-format', 'text', ...args];
  return run(argv, { stdoutIsData: true, cwd: user.work, ...o, env: { ...env, ...o.env } });
}

/** Edits with an editor that is this script of a shell, which has the file as `$1`. */
function edit(
  name: string,
  script: string,
  o: { args?: string[]; env?: RunOptions['env'] } = {},
): Promise<RunResult> {
  return lazy(['edit', name, ...(o.args ?? [])], { env: { VISUAL: editor(script), ...o.env } });
}

let editors = 0;
function editor(script: string): string {
  const path = join(user.home, 'bin', `ed${++editors}`);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

async function put(name: string, value: string | Uint8Array, ...args: string[]): Promise<void> {
  expect(await lazy(['put', name, ...args], { input: value })).toMatchObject({ code: 0 });
}

async function get(name: string): Promise<string> {
  return (await lazy(['get', name])).stdout;
}

const runFolder = (): string => join(user.home, 'run');

/** What a text is kept in that could not be stored; only the user removes it. */
function removeKept(): void {
  const kept = readdirSync(runFolder()).filter((file) => file.startsWith('lazycred-kept-'));
  expect(kept).toHaveLength(1);
  for (const file of kept) rmSync(join(runFolder(), file));
}

beforeAll(() => {
  user = newUser();
  mkdirSync(runFolder(), { mode: 0o700 });
  env = {
    ...user.env,
    LAZYCRED_KEY: 'local:',
    XDG_RUNTIME_DIR: runFolder(),
    VISUAL: undefined,
    EDITOR: undefined,
  };
});

describe('what is saved', () => {
  beforeEach(() => put('db', VALUE, '-c', 'why', '--tag', 'a=1'));

  test('is the next version, with comment and tags, in a private file that is gone afterwards', async () => {
    const mode = join(user.work, 'modes');
    const script = `stat -c '%a %F' "$1" "$(dirname "$1")" > ${mode}; printf %s-changed "$(cat "$1")" > "$1"`;
    const { code, stdout, stderr } = await edit('db', script);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(/^stored "db" version \d+ in file:.* under local:\n$/u);
    expect(readFileSync(mode, 'utf8')).toBe('600 regular file\n700 directory\n');
    const secret: unknown = JSON.parse((await lazy(['get', 'db', '--json'])).stdout);
    expect(secret).toMatchObject({ value: `${VALUE}-changed`, comment: 'why', tags: { a: '1' } });
    expect(readdirSync(runFolder())).toEqual([]);
    await edit('db', 'echo x > "$1"', { args: ['-c', 'other'] });
    expect(JSON.parse((await lazy(['get', 'db', '--json'])).stdout)).toMatchObject({ comment: 'other' });
  });

  test('loses the line break that the editor added, unless --keep-newline is given', async () => {
    const { stderr } = await edit('db', 'echo hunter3 > "$1"');
    expect(stderr).toContain('\nnote: without the line break that the editor added');
    expect(await get('db')).toBe('hunter3');
    await edit('db', 'printf "a\\r\\nb\\r\\n" > "$1"', { args: ['--keep-newline'] });
    expect(await get('db')).toBe('a\r\nb\r\n');
    await edit('db', 'printf "a\\r\\nc\\r\\n" > "$1"');
    expect(await get('db')).toBe('a\r\nc\r\n');
  });

  test.each([
    ['nothing changed', 'true', 0, /^unchanged "db" in file:/u],
    ['only a line break was added', 'echo >> "$1"', 0, /^unchanged "db"/u],
    [
      'the editor failed',
      'echo changed > "$1"; exit 3',
      2,
      /the editor ended with status 3: nothing is stored/u,
    ],
    ['the editor was killed', 'echo changed > "$1"; kill -KILL $$', 2, /the editor ended with SIGKILL/u],
    ['the text is empty', ': > "$1"', 2, /the text is empty: nothing is stored\nhint: lazy delete/u],
    ['the file is gone', 'rm "$1"', 2, /cannot read the edited text: no such file/u],
  ] as const)('is nothing where %s', async (_, script, status, message) => {
    const { code, stderr } = await edit('db', script);
    expect({ code, stderr }).toEqual({ code: status, stderr: expect.stringMatching(message) });
    expect(await get('db')).toBe(VALUE);
    expect(readdirSync(runFolder())).toEqual([]);
  });

  test('is kept in a private file where somebody else stored a version meanwhile', async () => {
    const { code, stderr } = await edit('db', 'lazy put -q db theirs; echo mine > "$1"');
    expect(code).toBe(5);
    const path = /hint: your text is in (\S+): lazy edit db again/u.exec(stderr)?.[1] ?? '';
    expect([readFileSync(path, 'utf8'), (statSync(path).mode & 0o777).toString(8)]).toEqual([
      'mine\n',
      '600',
    ]);
    expect(await get('db')).toBe('theirs');
    // No later run takes it for a leftover.
    await edit('db', 'true');
    expect(readdirSync(runFolder()).map((file) => join(runFolder(), file))).toEqual([path]);
    removeKept();
  });

  test('is kept, too, where it is not UTF-8 any more, or too large', async () => {
    for (const script of ['printf "\\377" > "$1"', 'head -c 300000 /dev/zero > "$1"']) {
      const { code, stderr } = await edit('db', script);
      const path = /hint: your text is in (\S+):/u.exec(stderr)?.[1] ?? '';
      expect({ code, size: statSync(path).size > 0 }).toEqual({ code: 2, size: true });
      removeKept();
    }
    expect(await get('db')).toBe(VALUE);
  });
});

describe('a secret', () => {
  test('that is not there is begun with --create alone', async () => {
    expect(await edit('new', 'echo x > "$1"')).toMatchObject({ code: 4 });
    expect(await edit('new', 'test ! -s "$1" && echo x > "$1"', { args: ['--create'] })).toMatchObject({
      code: 0,
    });
    expect(await get('new')).toBe('x');
    expect(
      await edit('new2', 'lazy put -q new2 theirs; echo x > "$1"', { args: ['--create'] }),
    ).toMatchObject({
      code: 5,
    });
    expect(await get('new2')).toBe('theirs');
    removeKept();
  });

  test('that is not UTF-8 is refused before any editor starts', async () => {
    await put('bytes', Uint8Array.of(0xff));
    const { code, stderr } = await edit('bytes', `touch ${join(user.work, 'started')}`);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('not UTF-8 text') });
    expect(readdirSync(user.work)).not.toContain('started');
  });

  test('that is JSON is shown to the editor as such', async () => {
    await put('json', '{"a":1}');
    const { stderr } = await edit('json', 'case "$1" in *.json) echo {} > "$1";; esac');
    expect(stderr).toContain('stored "json" version 2');
  });
});

describe('the editor', () => {
  test('is VISUAL, else EDITOR, else editor, else vi; in words, without a shell', async () => {
    await put('which', 'x');
    const say = (word: string): string => editor(`echo "${word} $# $1" > "$HOME/said"`);
    const said = (): string => readFileSync(join(user.home, 'said'), 'utf8');
    await lazy(['edit', 'which'], { env: { VISUAL: `'${say('visual')}' "a  b"`, EDITOR: say('other') } });
    expect(said()).toBe('visual 2 a  b\n');
    await lazy(['edit', 'which'], { env: { VISUAL: ' ', EDITOR: `${say('editor')} $(touch shell)` } });
    expect(said()).toBe('editor 3 $(touch\n');
    const path = join(user.home, 'few');
    mkdirSync(path);
    for (const standard of ['vi', 'editor']) {
      symlinkSync(say(standard), join(path, standard));
      await lazy(['edit', 'which'], { env: { PATH: path } });
      expect(said()).toMatch(new RegExp(`^${standard} 1 /.*/value.txt\n$`, 'u'));
    }
    await put('which', 'x');
    expect(await lazy(['edit', 'which'], { env: { VISUAL: 'no-such-editor' } })).toMatchObject({ code: 127 });
    expect(await lazy(['edit', 'which'], { env: { VISUAL: "vi '" } })).toMatchObject({ code: 2 });
  });

  test('does not get the passphrase', async () => {
    await put('which', 'x');
    const { stderr } = await edit('which', 'echo "got${LAZYCRED_PASSPHRASE-none}" > "$1"', {
      env: { LAZYCRED_PASSPHRASE: 'a passphrase' },
    });
    expect(stderr).toContain('stored');
    expect(await get('which')).toBe('gotnone');
  });

  test('vim, also behind a link, writes no copies, and its text is stored', async () => {
    await put('vim', VALUE);
    const link = join(user.home, 'bin', 'linked');
    symlinkSync('/usr/bin/vim', link);
    const vimrc = join(user.home, '.vimrc');
    writeFileSync(vimrc, 'set undofile backup writebackup undodir=~/undo backupdir=~/undo\n');
    mkdirSync(join(user.home, 'undo'));
    const { code, screen } = await runOnTerminal({
      argv: [process.execPath, LAZY, 'edit', 'vim'],
      env: { ...env, VISUAL: link, TERM: 'xterm' },
      cwd: user.work,
      steps: [['value.txt', 'A-vim\u001b:wq\r']],
      stdoutIsData: true,
    });
    expect({ code, stored: screen.includes('stored "vim" version 2') }).toEqual({ code: 0, stored: true });
    expect(await get('vim')).toBe(`${VALUE}-vim`);
    expect(readdirSync(join(user.home, 'undo'))).toEqual([]);
    expect(readdirSync(user.home)).not.toContain('.viminfo');
    expect(readdirSync(runFolder())).toEqual([]);
  });

  test('has Ctrl-C and Ctrl-\\ to itself', async () => {
    await put('typed', 'x');
    const script = editor(
      "trap 'echo got INT' INT; trap 'echo got QUIT' QUIT; echo ready; for i in 1 2 3 4 5 6 7 8; do sleep 0.2; done; echo y > \"$1\"",
    );
    const { code, screen } = await runOnTerminal({
      argv: [process.execPath, LAZY, 'edit', 'typed'],
      env: { ...env, VISUAL: script },
      cwd: user.work,
      steps: [
        ['ready', '\u0003'],
        ['got INT', '\u001c'],
      ],
    });
    expect({ code, screen }).toMatchObject({
      code: 0,
      screen: expect.stringContaining('stored "typed" version 2'),
    });
    expect(screen).toContain('got QUIT');
  });

  test('that comes back at once, on a terminal, is waited for', async () => {
    await put('forks', 'x');
    const script = editor('(sleep 1; echo later > "$1"; echo all done) &');
    const { code, screen } = await runOnTerminal({
      argv: [process.execPath, LAZY, 'edit', 'forks'],
      env: { ...env, VISUAL: script },
      cwd: user.work,
      steps: [['all done', '\r']],
    });
    expect({ code, screen }).toEqual({ code: 0, screen: expect.stringContaining('--wait') });
    expect(await get('forks')).toBe('later');
  });

  test('gets TERM, and ends the command of it', async () => {
    await put('term', 'x');
    const script = 'echo changed > "$1"; kill -TERM $PPID; sleep 10';
    expect(await edit('term', script)).toMatchObject({ code: 143 });
    expect(await get('term')).toBe('x');
    expect(readdirSync(runFolder())).toEqual([]);
  });
});

describe('killed', () => {
  const leftovers = (): string[] =>
    readdirSync(runFolder(), { recursive: true, encoding: 'utf8' }).filter((file) => file.includes('value'));

  test('while the editor runs, the text is gone after the next run of inject', async () => {
    await put('killed', VALUE);
    expect(await edit('killed', 'kill -KILL $PPID')).toMatchObject({ signal: 'SIGKILL' });
    expect(leftovers()).toHaveLength(1);
    expect(await lazy(['inject'], { input: 'x' })).toMatchObject({ code: 0 });
    expect(readdirSync(runFolder())).toEqual([]);
  });

  test('at each step it has stored all or nothing, and the next run removes what is left', async () => {
    await put('steps', VALUE);
    const script = editor('echo "$(cat "$1")x" > "$1"');
    let length = VALUE.length;
    const { kills, last } = await killedAtEachCall(
      ['edit', 'steps', '-q'],
      { env: { ...env, VISUAL: script }, cwd: user.work },
      async () => {
        const text = await get('steps');
        expect(text).toBe(VALUE + 'x'.repeat(text.length - VALUE.length));
        expect([length, length + 1]).toContain(text.length);
        length = text.length;
        // At most one folder: each run removed that of the one before.
        expect(readdirSync(runFolder()).length).toBeLessThan(2);
      },
    );
    expect(last).toMatchObject({ code: 0 });
    expect(kills).toBeGreaterThan(6);
    expect(readdirSync(runFolder())).toEqual([]);
  }, 90_000);
});
