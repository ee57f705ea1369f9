/** `lazy inject`: what is put in the places, that it is all or nothing, and what `--check` reads. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
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

const PASSWORD = 'correct-horse-inject';
registerSecret(PASSWORD);

let user: User;
let env: Readonly<Record<string, string | undefined>>;

function lazy(args: readonly string[], o: RunOptions = {}): Promise<RunResult> {
  const argv = [process.execPath, LAZY, '--log-format', 'text', ...args];
  return run(argv, { stdoutIsData: true, cwd: user.work, ...o, env: { ...env, ...o.env } });
}

function inWork(name: string): string {
  return join(user.work, name);
}

function modeOf(name: string): string {
  return (statSync(inWork(name)).mode & 0o777).toString(8);
}

beforeAll(async () => {
  user = newUser();
  mkdirSync(join(user.home, 'run'), { mode: 0o700 });
  env = { ...user.env, LAZYCRED_KEY: 'local:', XDG_RUNTIME_DIR: join(user.home, 'run') };
  for (const [name, value] of [
    ['prod/db', JSON.stringify({ user: 'app', password: PASSWORD })],
    ['a b/ü', 'encoded'],
    ['again', '{{ lazy://prod/db#user }}'],
    ['gone', 'x'],
  ] as const) {
    expect(await lazy(['put', name], { input: value })).toMatchObject({ code: 0 });
  }
  expect(await lazy(['put', 'versions', 'one'])).toMatchObject({ code: 0 });
  expect(await lazy(['put', 'versions', 'two'])).toMatchObject({ code: 0 });
  expect(await lazy(['put', 'bytes'], { input: Uint8Array.of(0xff, 0x00) })).toMatchObject({ code: 0 });
  expect(await lazy(['delete', 'gone'])).toMatchObject({ code: 0 });
});

describe('the places', () => {
  test('are filled from stdin to stdout: names, fields, versions, percent-encoded ones', async () => {
    const input =
      'u={{ lazy://prod/db#user }} {{lazy://versions}}/{{ lazy://versions?v=1 }} {{ lazy://a%20b/%C3%BC }}\r\n';
    expect(await lazy(['inject'], { input })).toMatchObject({
      code: 0,
      stdout: 'u=app two/one encoded\r\n',
      stderr: '',
    });
    expect(await lazy(['inject', '-i', '-', '-o', '-'], { input: '{{ lazy://versions }}' })).toMatchObject({
      code: 0,
      stdout: 'two',
    });
  });

  test('are nothing else: values, other braces and what a shell would run stay as they are', async () => {
    const input = '{{ again }} $(id) `id` ${HOME} lazy://prod/db {{ lazy://again }} {{{ lazy://versions }}}';
    expect(await lazy(['inject'], { input })).toMatchObject({
      code: 0,
      stdout: '{{ again }} $(id) `id` ${HOME} lazy://prod/db {{ lazy://prod/db#user }} {two}',
    });
  });

  test('and all around them hold any bytes', async () => {
    const input = Buffer.concat([
      Buffer.from([0xfe, 0x00]),
      Buffer.from('{{ lazy://bytes }}'),
      Buffer.from([0x80]),
    ]);
    const { stdoutBytes } = await lazy(['inject'], { input });
    expect([...stdoutBytes]).toEqual([0xfe, 0x00, 0xff, 0x00, 0x80]);
  });

  test('where there are none, the text is as it was, a note says so, and no store is opened', async () => {
    const o = { input: '{{ lazy:prod }}', env: { LAZYCRED_STORE: 's3://none-such' } };
    expect(await lazy(['inject'], o)).toMatchObject({
      code: 0,
      stdout: '{{ lazy:prod }}',
      stderr: 'note: the template holds no {{ lazy://NAME }}\n',
    });
  });
});

describe('-o', () => {
  test('makes a file of mode 0600, whatever was there, or of --mode, whatever the umask', async () => {
    writeFileSync(inWork('out'), 'old', { mode: 0o644 });
    writeFileSync(inWork('t'), 'p={{ lazy://prod/db#password }}');
    expect(await lazy(['inject', '-i', 't', '-o', 'out'])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: `wrote ${inWork('out')}, with 1 reference of file://${user.home}/store\n`,
    });
    expect([readFileSync(inWork('out'), 'utf8'), modeOf('out')]).toEqual([`p=${PASSWORD}`, '600']);
    const narrow = ['sh', '-c', 'umask 077; exec "$@"', 'sh', process.execPath, LAZY, 'inject'];
    for (const [given, mode] of [
      ['0640', '640'],
      ['444', '444'],
    ] as const) {
      const argv = [...narrow, '-q', '-i', 't', '-o', 'out', '--mode', given];
      expect(await run(argv, { env, cwd: user.work })).toMatchObject({ code: 0, stderr: '' });
      expect(modeOf('out')).toBe(mode);
    }
  });

  test.each([
    ['--mode', '0242'],
    ['--mode', '0666'],
    ['--mode', '1600'],
    ['--mode', 'rw'],
  ])('%s %s is refused before anything is read', async (option, mode) => {
    const { code, stderr } = await lazy(['inject', '-i', 'none', '-o', 'new', option, mode]);
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`--mode is "${mode}"`),
    });
  });

  test('follows no link, and never takes the place of the template', async () => {
    writeFileSync(inWork('template'), '{{ lazy://versions }}');
    symlinkSync('template', inWork('link'));
    linkSync(inWork('template'), inWork('hard'));
    const link = await lazy(['inject', '-i', 't', '-o', 'link']);
    expect(link).toMatchObject({ code: 2, stderr: expect.stringContaining('a symbolic link') });
    for (const out of ['template', './template', 'hard', 'link']) {
      expect(await lazy(['inject', '-i', 'template', '-o', out])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('-o names the template itself'),
      });
    }
    expect(readFileSync(inWork('template'), 'utf8')).toBe('{{ lazy://versions }}');
  });

  test('onto a file that is mounted by itself names the ways, and --in-place writes into it', async () => {
    const inside = ['unshare', '--mount', 'sh', '-c'];
    const canMount = (await run([...inside, 'mount -t tmpfs none /mnt'])).code === 0;
    if (!canMount) return;
    writeFileSync(inWork('mounted'), 'a longer text than the one that is written', { mode: 0o644 });
    writeFileSync(inWork('point'), '');
    writeFileSync(inWork('v'), 'v={{ lazy://versions }}');
    const script = 'mount --bind mounted point && exec "$@"';
    const line = [process.execPath, LAZY, '--log-format', 'text', 'inject', '-i', 'v', '-o', 'point'];
    const o = { env, cwd: user.work };
    const refused = await run([...inside, script, 'sh', ...line], o);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringMatching(/in use\nhint: .*--in-place/u) });
    const leftovers = readdirSync(user.work).filter((name) => name.endsWith('.tmp'));
    expect(leftovers).toEqual([]);
    expect(await run([...inside, script, 'sh', ...line, '--in-place'], o)).toMatchObject({ code: 0 });
    expect([readFileSync(inWork('mounted'), 'utf8'), modeOf('mounted')]).toEqual(['v=two', '600']);
  });

  test('--in-place keeps the file, sets its mode, and makes one where there is none', async () => {
    writeFileSync(inWork('kept'), 'a longer text than the one that is written');
    chmodSync(inWork('kept'), 0o666);
    const { ino } = statSync(inWork('kept'));
    const args = ['inject', '-q', '--in-place', '-o', 'kept'];
    expect(await lazy(args, { input: '{{ lazy://versions }}' })).toMatchObject({ code: 0 });
    expect([readFileSync(inWork('kept'), 'utf8'), modeOf('kept'), statSync(inWork('kept')).ino]).toEqual([
      'two',
      '600',
      ino,
    ]);
    rmSync(inWork('kept'));
    expect(await lazy([...args, '--mode', '640'], { input: '' })).toMatchObject({ code: 0 });
    expect(modeOf('kept')).toBe('640');
  });
});

describe('nothing is written', () => {
  test.each([
    [
      'where secrets, versions and fields are missing, which are all named',
      'a={{ lazy://versions }} {{ lazy://nope }} {{ lazy://versions?v=9 }} {{ lazy://prod/db#host }} {{ lazy://gone }}',
      4,
      /"nope": not found.*"versions\?v=9": .*"prod\/db#host": there is no field.*"gone": version 2 was deleted/u,
    ],
    [
      'for a place that is not closed',
      'a\n{{ lazy://versions }\n',
      2,
      /stdin, line 2: .*without its "\}\}"/u,
    ],
    [
      'for a bad reference',
      '{{ lazy://versions?version=1 }}',
      2,
      /stdin, line 1: bad reference.*\nhint: .*v=N alone/u,
    ],
  ] as const)('%s', async (_, input, status, message) => {
    for (const args of [[], ['-o', 'missing']]) {
      const { code, stdout, stderr } = await lazy(['inject', ...args], { input });
      expect({ code, stdout, stderr }).toEqual({
        code: status,
        stdout: '',
        stderr: expect.stringMatching(message),
      });
    }
    expect(existsSync(inWork('missing'))).toBe(false);
  });

  test('where there is no template', async () => {
    expect(await lazy(['inject', '-i', 'none'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('cannot read "none": no such file'),
    });
    expect(await lazy(['inject', '--in-place'], { input: '' })).toMatchObject({ code: 2 });
    const argv = [process.execPath, LAZY, 'inject'];
    const { code, screen } = await runOnTerminal({ argv, env, cwd: user.work });
    expect({ code, screen }).toMatchObject({ code: 2, screen: expect.stringContaining('-i FILE') });
  });

  test('but the whole of it, wherever the command is killed; the next run removes what is left', async () => {
    const input = `{{ lazy://prod/db#password }}${'x'.repeat(100_000)}`;
    writeFileSync(inWork('killed'), 'old');
    const seen = new Set<string>();
    const { kills, last } = await killedAtEachCall(
      ['inject', '-q', '-o', 'killed'],
      { input, env, cwd: user.work },
      () => {
        const text = readFileSync(inWork('killed'), 'utf8');
        expect(['old', `${PASSWORD}${'x'.repeat(100_000)}`]).toContain(text);
        seen.add(text);
      },
    );
    expect(last).toMatchObject({ code: 0, stderr: '' });
    expect(kills).toBeGreaterThan(3);
    expect(seen.size).toBe(2);
    expect(readdirSync(user.work).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  }, 60_000);
});

describe('--check', () => {
  const check = (input: string, o: RunOptions = {}): Promise<RunResult> =>
    lazy(['inject', '--check'], { input, ...o });

  test('says how many there are, and prints nothing else', async () => {
    expect(
      await check('{{ lazy://versions }} {{ lazy://prod/db#user }} {{ lazy://versions?v=1 }}'),
    ).toMatchObject({
      code: 0,
      stdout: '',
      stderr: `3 references, all there in file://${user.home}/store\n`,
    });
    expect(await check('none')).toMatchObject({ code: 0, stderr: '0 references in the template\n' });
  });

  test('ends with 4 and names all that are missing', async () => {
    const input = '{{ lazy://nope }} {{ lazy://gone }} {{ lazy://versions?v=9 }} {{ lazy://prod/db#host }}';
    const { code, stdout, stderr } = await check(`${input} {{ lazy://versions }}`);
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(stderr).toMatch(
      /cannot find 4 of 5: "nope": .*"gone": version 2 was deleted.*"versions\?v=9".*#host/u,
    );
  });

  test('opens nothing but what a field is asked of', async () => {
    // Without the key, what is there is found all the same.
    const o = { env: { LAZYCRED_KEY: `local:${join(user.home, 'other.key')}` } };
    execFileSync('sh', [
      '-c',
      'head -c 32 /dev/urandom | base64 > "$1"; chmod 600 "$1"',
      'sh',
      join(user.home, 'other.key'),
    ]);
    expect(await check('{{ lazy://versions }} {{ lazy://versions?v=1 }}', o)).toMatchObject({ code: 0 });
    expect(await check('{{ lazy://prod/db#user }}', o)).toMatchObject({ code: 6 });
  });
});
