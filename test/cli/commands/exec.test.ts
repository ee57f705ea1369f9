/** `lazy exec`: what the program gets, how it ends, and that nothing is started when anything is missing. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { registerSecret } from '../../canary.js';
import { LAZY, newUser, type User } from '../../support/lazy.js';
import { run, type RunOptions, type RunResult } from '../../support/run.js';
import { tempDir } from '../../support/temp-dir.js';
import { runOnTerminal } from '../../support/terminal.js';

const PASSWORD = 'correct-horse-battery';
registerSecret(PASSWORD);

let user: User;
let env: Readonly<Record<string, string | undefined>>;

function lazy(args: readonly string[], o: RunOptions = {}): Promise<RunResult> {
  const argv = [process.execPath, LAZY, '--log-format', 'text', ...args];
  return run(argv, { stdoutIsData: true, cwd: user.work, ...o, env: { ...env, ...o.env } });
}

/** Runs a program and gives what it printed, which is all that it got. */
async function printed(args: readonly string[], o: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await lazy(['exec', '-q', ...args], o);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

const SHOW = [
  '--',
  'sh',
  '-c',
  'for n in "$@"; do eval "printf \'%s=%s;\' $n \\"\\${$n-unset}\\""; done',
  'sh',
];

beforeAll(async () => {
  user = newUser();
  // Private folders lie where nobody else's tests look.
  mkdirSync(join(user.home, 'run'), { mode: 0o700 });
  env = { ...user.env, LAZYCRED_KEY: 'local:', XDG_RUNTIME_DIR: join(user.home, 'run') };
  for (const [name, value] of [
    ['prod/db', JSON.stringify({ user: 'app', password: PASSWORD })],
    ['prod/api-key', 'k-1'],
    ['other', 'lazy://prod/api-key'],
  ] as const) {
    expect(await lazy(['put', name], { input: value })).toMatchObject({ code: 0 });
  }
  expect(await lazy(['put', 'versions', 'one'])).toMatchObject({ code: 0 });
  expect(await lazy(['put', 'versions', 'two'])).toMatchObject({ code: 0 });
  expect(await lazy(['put', 'bytes'], { input: Uint8Array.of(0xff, 0x00) })).toMatchObject({ code: 0 });
  expect(await lazy(['put', 'large'], { input: 'x'.repeat(131_072) })).toMatchObject({ code: 0 });
  expect(await lazy(['put', 'evil/path', '/tmp/evil'])).toMatchObject({ code: 0 });
  expect(await lazy(['put', 'evil/ld-preload', '/tmp/evil.so'])).toMatchObject({ code: 0 });
});

describe('variables', () => {
  test('come from a prefix, by the rule of export, from names, fields and versions', async () => {
    await expect(printed(['-p', 'prod/', ...SHOW, 'DB', 'API_KEY'])).resolves.toBe(
      `DB={"user":"app","password":"${PASSWORD}"};API_KEY=k-1;`,
    );
    const one = ['-e', 'A=prod/db#password', '-e', 'B=lazy://versions?v=1', '-e', 'C=versions'];
    await expect(printed([...one, ...SHOW, 'A', 'B', 'C'])).resolves.toBe(`A=${PASSWORD};B=one;C=two;`);
  });

  test('of a later source win: environment, env file, prefix, names', async () => {
    writeFileSync(join(user.work, 'a.env'), "API_KEY=file\nX=file\nY=file\nR='lazy://prod/db#user'\n");
    writeFileSync(join(user.work, 'b.env'), 'X=second\n');
    const from = ['--env-file', 'a.env', '--dotenv', 'b.env', '-p', 'prod/', '-e', 'Y=versions'];
    const o = { env: { API_KEY: 'inherited', X: 'inherited', Z: 'inherited' } };
    await expect(printed([...from, ...SHOW, 'API_KEY', 'X', 'Y', 'Z', 'R'], o)).resolves.toBe(
      'API_KEY=k-1;X=second;Y=two;Z=inherited;R=app;',
    );
    const { stderr } = await lazy(['exec', ...from, '--', 'true'], o);
    expect(stderr).toBe('note: replaced in the environment: API_KEY, X (--keep leaves it)\n');
    await expect(printed([...from, '--keep', 'API_KEY,X', ...SHOW, 'API_KEY', 'X', 'Y'], o)).resolves.toBe(
      'API_KEY=inherited;X=inherited;Y=two;',
    );
  });

  test('that are references are resolved where they are named, and never twice', async () => {
    const o = { env: { A: 'lazy://prod/db#user', B: 'lazy://other', C: 'lazy://prod/api-key' } };
    await expect(printed(['--resolve', 'A,B', ...SHOW, 'A', 'B', 'C'], o)).resolves.toBe(
      'A=app;B=lazy://prod/api-key;C=lazy://prod/api-key;',
    );
    const said = await lazy(['exec', '--resolve', '[AB]', '--', 'true'], o);
    expect(said.stderr).toBe('note: C holds a reference and stays as it is: --resolve C\n');
    await expect(
      printed(['--', 'sh', '-c', 'echo $A'], { env: { ...o.env, LAZYCRED_RESOLVE: 'A, D*' } }),
    ).resolves.toBe('app\n');
    const bad = await lazy(['exec', '--resolve', '*', '--', 'true'], { env: { A: 'lazy://' } });
    expect(bad).toMatchObject({ code: 2, stdout: '' });
    expect(bad.stderr).toContain('A: bad reference "lazy://"');
  });

  test('of the environment are PATH and TERM alone with --pristine, and never the passphrase', async () => {
    const o = {
      env: { LAZYCRED_PASSPHRASE: 'a passphrase', AWS_REGION: 'eu-west-1', LANG: 'C', TERM: 'dumb' },
    };
    const all = await printed(['-e', 'A=versions', '--', 'env'], o);
    expect(all).toContain('AWS_REGION=eu-west-1');
    expect(all).not.toContain('PASSPHRASE');
    const few = await printed(['--pristine', '--keep', 'LANG', '-e', 'A=versions', '--', '/usr/bin/env'], o);
    const names = few
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0]);
    expect(names.sort()).toEqual(['A', 'LANG', 'PATH', 'TERM']);
  });
});

describe('nothing is started', () => {
  const mark = (): string => join(user.work, 'started');
  const TOUCH = ['--', 'touch', 'started'];

  test.each([
    [
      'a name, a field and a prefix that are missing',
      ['-e', 'A=nope', '-e', 'B=prod/db#nope', '-p', 'none/'],
      4,
      /none\/.*nope.*prod\/db#nope/u,
    ],
    ['a value with a NUL', ['-e', 'A=bytes'], 2, /A is not UTF-8|A holds a NUL/u],
    [
      'a value that is too long for a variable',
      ['-e', 'A=large'],
      2,
      /A is longer than 128 KiB.*\n.*--file/u,
    ],
    [
      'a prefix that sets what runs code',
      ['-p', 'evil/'],
      2,
      /"evil\/ld-preload" would set LD_PRELOAD.*"evil\/path" would set PATH/u,
    ],
    ['nothing to get', [], 2, /nothing says which secrets/u],
    ['a variable given twice', ['-e', 'A=x', '-e', 'A=y'], 2, /"A" is given twice/u],
    ['no variable', ['-e', 'x'], 2, /VAR=SECRET|NAME=SECRET/u],
    ['an env file that is not there', ['--dotenv', 'none'], 2, /cannot read "none"/u],
    ['a time that is none', ['-e', 'A=versions', '--watch', '--interval', 'soon'], 2, /not a time/u],
    ['a signal that is none', ['-e', 'A=versions', '--watch', '--watch-signal', 'NONE'], 2, /not a signal/u],
  ] as const)('for %s', async (_, args, status, message) => {
    const { code, stderr } = await lazy(['exec', ...args, ...TOUCH]);
    expect({ code, stderr }).toMatchObject({ code: status, stderr: expect.stringMatching(message) });
    expect(existsSync(mark())).toBe(false);
  });

  test('for a line without a program, which says how it goes', async () => {
    const { code, stderr } = await lazy(['exec', '-p', 'prod/']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'lazy: exec needs CMD\nhint: usage: lazy exec [OPTIONS] -- CMD [ARG]…\n',
    });
  });

  test('when a signal comes first', async () => {
    const fifo = join(user.work, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const started = (child: { kill(s: NodeJS.Signals): boolean }): unknown =>
      setTimeout(() => child.kill('SIGTERM'), 700);
    const { code, signal } = await lazy(['exec', '--dotenv', fifo, ...TOUCH], { started });
    expect(code ?? signal).toBe('SIGTERM');
    expect(existsSync(mark())).toBe(false);
  });
});

describe('the end of the program', () => {
  test.each([
    ['its status', 'exit 7', { code: 7 }],
    ['TERM', 'kill -TERM $$', { signal: 'SIGTERM' }],
    ['INT', 'kill -INT $$', { signal: 'SIGINT' }],
    ['HUP', 'kill -HUP $$', { signal: 'SIGHUP' }],
    ['USR1', 'kill -USR1 $$', { signal: 'SIGUSR1' }],
    ['PIPE', 'kill -PIPE $$', { signal: 'SIGPIPE' }],
    ['KILL', 'kill -KILL $$', { signal: 'SIGKILL' }],
    // Without a core dump of lazy's own.
    ['QUIT', 'kill -QUIT $$', { code: 131 }],
    ['ABRT', 'kill -ABRT $$', { code: 134 }],
  ] as const)('is its own: %s', async (_, script, end) => {
    expect(await lazy(['exec', '-e', 'A=versions', '--', 'sh', '-c', script])).toMatchObject(end);
  });

  test('is 127 for a program that is not there, 126 for one that may not run', async () => {
    expect(await lazy(['exec', '-e', 'A=versions', '--', 'no-such-program'])).toMatchObject({ code: 127 });
    const { code, stderr } = await lazy(['exec', '-e', 'A=versions', '--', '']);
    expect({ code, stderr }).toEqual({ code: 127, stderr: expect.stringContaining('hint: CMD is empty') });
    expect(await lazy(['exec', '-e', 'A=versions', '--', './a.env'])).toMatchObject({ code: 126 });
    expect(await lazy(['exec', '-e', 'A=nope', '--fail-status', '99', '--', 'true'])).toMatchObject({
      code: 99,
    });
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const)(
    '%s reaches it',
    async (name) => {
      const script = `trap 'echo got; exit 3' ${name.slice(3)}; echo ready; while :; do sleep 0.05; done`;
      const started = (child: ReturnType<typeof spawn>): void => {
        child.stdout?.once('data', () => child.kill(name));
      };
      const o = { started, timeout: 20_000 };
      const { code, stdout } = await lazy(['exec', '-e', 'A=versions', '--', 'sh', '-c', script], o);
      expect({ code, stdout }).toEqual({ code: 3, stdout: 'ready\ngot\n' });
    },
  );

  test('Ctrl-C on a terminal reaches it once', async () => {
    const script = "trap 'n=$((n+1)); echo count $n' INT; echo ready; sleep 0.5; sleep 1; echo end; exit 5";
    const { code, screen } = await runOnTerminal({
      argv: [process.execPath, LAZY, 'exec', '-e', 'A=versions', '--', 'bash', '-c', script],
      env,
      cwd: user.work,
      steps: [['ready', '\u0003']],
    });
    expect(code).toBe(5);
    expect(screen.match(/count \d/gu)).toEqual(['count 1']);
  });

  test('works for the first process of a container, too', async () => {
    const inside = ['unshare', '--pid', '--fork', '--mount-proc', process.execPath, LAZY];
    // Only root may, and only on Linux.
    const able = await run(['unshare', '--pid', '--fork', '--mount-proc', 'true']).catch(() => undefined);
    if (able?.code !== 0) return;
    const script = "trap 'exit 3' TERM; (sleep 0.4; kill -TERM 1) & while :; do sleep 0.05; done";
    const o = { env, cwd: user.work, timeout: 20_000 };
    const { code, stderr } = await run([...inside, 'exec', '-e', 'A=versions', '--', 'sh', '-c', script], o);
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: expect.stringContaining('lazy is the first process here'),
    });
    const killed = await run(
      [...inside, 'exec', '-q', '-e', 'A=versions', '--', 'sh', '-c', 'kill -TERM $$'],
      o,
    );
    expect(killed.code).toBe(143);
  });
});

describe('--file', () => {
  const runFolder = (): string => join(user.home, 'run');

  test('hands over a private file, which is gone afterwards', async () => {
    const script = 'stat -c %a "$KEY" "$(dirname "$KEY")"; cat "$KEY"; echo "$KEY" >&2';
    const { code, stdout, stderr } = await lazy([
      'exec',
      '--file',
      'KEY=prod/db#password',
      '--',
      'sh',
      '-c',
      script,
    ]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `600\n700\n${PASSWORD}` });
    expect(stderr).toContain(runFolder());
    expect(readdirSync(runFolder())).toEqual([]);
  });

  test('leaves nothing after a kill but what the next run removes, and a living run’s files alone', async () => {
    const killed = spawn(
      process.execPath,
      [LAZY, 'exec', '--file', 'KEY=prod/db', '--', 'sh', '-c', 'echo $KEY; sleep 60'],
      {
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'inherit'],
        detached: true,
      },
    );
    await new Promise((resolve) => killed.stdout.once('data', resolve));
    const living = spawn(
      process.execPath,
      [LAZY, 'exec', '--file', 'KEY=versions', '--', 'sh', '-c', 'echo $KEY; read x; cat $KEY'],
      {
        env: { ...process.env, ...env },
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    const out: Buffer[] = [];
    await new Promise<void>((resolve) => living.stdout.on('data', (c: Buffer) => resolve(void out.push(c))));
    process.kill(-(killed.pid ?? 0), 'SIGKILL');
    await new Promise((resolve) => killed.once('close', resolve));
    expect(readdirSync(runFolder())).toHaveLength(2);
    await printed(['--file', 'KEY=versions', '--', 'true']);
    expect(readdirSync(runFolder())).toHaveLength(1);
    living.stdin.end('\n');
    await new Promise((resolve) => living.once('close', resolve));
    expect(Buffer.concat(out).toString()).toMatch(/\ntwo$/u);
    expect(readdirSync(runFolder())).toEqual([]);
  });

  test('keeps its files apart from what tells others that it lives', async () => {
    const script = `cat "$lock"; "$0" "$1" exec --file B=versions -- true && cat "$lock"`;
    const { code, stdout } = await lazy([
      ...['exec', '--file', 'lock=versions', '--', 'sh', '-c', script],
      ...[process.execPath, LAZY],
    ]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'twotwo' });
  });

  test.each(['a/b', '../b', '.', '..'])('refuses %s, which is a path', async (name) => {
    const { code, stderr } = await lazy(['exec', '--file', `${name}=versions`, '--', 'true']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining(`"${name}" is a path, not the name of a variable`),
    });
  });

  // A signal that is sent twice finds the program gone the second time, or a lazy that is already ending.
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const)(
    'leaves nothing where %s comes again and again',
    async (name) => {
      for (const [when, script] of [
        ['ready', 'echo ready; exec sleep 20'],
        ['', 'exec sleep 0.1'],
      ] as const) {
        const started = (child: ReturnType<typeof spawn>): void => {
          const storm = (): void => void (child.kill(name) && setTimeout(storm, 1));
          if (when === '') setTimeout(storm, 500);
          else child.stdout?.once('data', storm);
        };
        const o = { started, timeout: 20_000 };
        const { signal } = await lazy(['exec', '--file', 'K=prod/db', '--', 'sh', '-c', script], o);
        // A core dump would hold secrets.
        expect(signal).not.toBe('SIGQUIT');
        expect(readdirSync(runFolder())).toEqual([]);
      }
    },
  );

  test('takes any bytes', async () => {
    const { stdoutBytes } = await lazy(['exec', '--file', 'KEY=bytes', '--', 'sh', '-c', 'cat "$KEY"']);
    expect(stdoutBytes).toEqual(Buffer.from([0xff, 0x00]));
  });
});

describe('--redact', () => {
  test('masks what the program prints on both of its outputs, and keeps every other byte', async () => {
    const script =
      'printf "a%s\\n" "$P"; printf "b%s" "$P" >&2; printf "user:%s" "$P" | base64; head -c 3000000 /dev/zero';
    const { code, stdoutBytes, stderr } = await run(
      [process.execPath, LAZY, 'exec', '--redact', '-e', 'P=prod/db#password', '--', 'sh', '-c', script],
      { env, cwd: user.work },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'b[redacted]' });
    const [first, second, ...rest] = stdoutBytes.toString('latin1').split('\n');
    expect([first, rest.length]).toEqual(['a[redacted]', 1]);
    expect(second).toMatch(/^dXNlcj[p-s]?\[redacted\]={0,2}$/u);
    expect(rest[0]).toHaveLength(3_000_000);
  });

  test.each([
    ['holds its output open', 'sleep 30'],
    ['writes to its output without end', 'while sleep 0.05; do echo more; done'],
  ])('ends with the program, though another %s', async (_, other) => {
    const start = performance.now();
    const script = `{ ${other}; } & echo $!; exit 4`;
    const args = ['exec', '--redact', '-e', 'P=prod/db#password', '--', 'sh', '-c', script];
    const { code, stdout } = await lazy(args, { timeout: 20_000 });
    expect(code).toBe(4);
    expect(performance.now() - start).toBeLessThan(15_000);
    // The other ends by itself where it writes, once nobody reads.
    if (isRunning(Number.parseInt(stdout, 10))) process.kill(Number.parseInt(stdout, 10), 'SIGKILL');
  });

  test('says that the output could not be written, where the disk is full', async () => {
    if (!existsSync('/dev/full')) return;
    const inner = '"$0" "$1" --log-format text exec -q --redact -e P=versions -- echo something > /dev/full';
    const { code, stderr } = await run(['sh', '-c', inner, process.execPath, LAZY], { env, cwd: user.work });
    expect({ code, stderr }).toEqual({
      code: 9,
      stderr: `lazy: cannot run "echo": its output can't be written (ENOSPC)\n`,
    });
  });

  test('is refused on a terminal, which the program would lose', async () => {
    const argv = [process.execPath, LAZY, 'exec', '--redact', '-e', 'A=versions', '--', 'true'];
    const { code, screen } = await runOnTerminal({ argv, env, cwd: user.work });
    expect({ code, screen }).toEqual({ code: 2, screen: expect.stringContaining('--force') });
  });
});

/** Whether a process runs: where there is a /proc, one that only waits to be reaped doesn't. */
function isRunning(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  if (existsSync('/proc/self/stat')) return existsSync(stat) && !/\) Z/u.test(readFileSync(stat, 'latin1'));
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('--watch', () => {
  test('restarts the program and all that it started when a value is another, and ends with it', async () => {
    await lazy(['put', 'live', 'first']);
    // The one that is started does not hear TERM, and is started again with the other value.
    const script =
      "(trap '' TERM; exec sleep 47) & echo $LIVE $!; trap 'exit 0' TERM; while :; do sleep 0.05; done";
    const child = spawn(
      process.execPath,
      [
        LAZY,
        'exec',
        '--watch',
        '--interval',
        '300ms',
        '--grace',
        '1s',
        '-e',
        'LIVE=live',
        '--',
        'bash',
        '-c',
        script,
      ],
      { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let out = '';
    child.stdout.on('data', (c: Buffer) => (out += c.toString()));
    const seen = async (text: string): Promise<void> => {
      for (let i = 0; i < 300 && !out.includes(text); i++) await sleep(50);
      expect(out).toContain(text);
    };
    await seen('first ');
    await lazy(['put', 'live', 'first']);
    await lazy(['put', 'live', 'second']);
    await seen('second ');
    child.kill('SIGTERM');
    const code = await new Promise((resolve) => child.once('exit', resolve));
    const [, first, second] = /^first (\d+)\nsecond (\d+)\n$/u.exec(out) ?? [];
    expect({ code, out }).toEqual({ code: 0, out: `first ${first}\nsecond ${second}\n` });
    expect(isRunning(Number(first))).toBe(false);
    process.kill(Number(second), 'SIGKILL');
  }, 60_000);

  test.each(['--interval=5s', '--grace=5s', '--watch-signal=HUP'])('is what %s goes with', async (option) => {
    const { code, stderr } = await lazy(['exec', '-e', 'A=versions', option, '--', 'true']);
    const name = option.replace(/=.*$/u, '');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining(`${name} goes with --watch`),
    });
  });

  test('writes the files anew and sends a signal, where that is asked for', async () => {
    await lazy(['put', 'reload', 'first']);
    const script = "trap 'cat $F; echo; exit 6' HUP; echo ready; while :; do sleep 0.05; done";
    const args = [
      'exec',
      '-q',
      '--watch',
      '--watch-signal',
      'hup',
      '--interval',
      '300ms',
      '--file',
      'F=reload',
    ];
    const started = (child: ReturnType<typeof spawn>): void => {
      child.stdout?.once('data', () => void lazy(['put', 'reload', 'second']));
    };
    const { code, stdout } = await lazy([...args, '--', 'bash', '-c', script], { started });
    expect({ code, stdout }).toEqual({ code: 6, stdout: 'ready\nsecond\n' });
  }, 60_000);
});

test.each([20, 21, 22, 23, 24])('ends where only %i files may be open', async (files) => {
  if (process.platform !== 'linux') return;
  const script = `ulimit -n ${files}; exec "$0" "$1" exec --file F=versions -- true`;
  const { signal } = await run(['sh', '-c', script, process.execPath, LAZY], {
    env,
    cwd: user.work,
    timeout: 20_000,
  });
  // The signal of the time limit.
  expect(signal).toBeNull();
});

describe('nothing leaks:', () => {
  test('neither the arguments nor the environment of lazy itself hold a value', async () => {
    const script = 'echo $PPID; exec sleep 60';
    const child = spawn(
      process.execPath,
      [LAZY, 'exec', '-e', 'A=prod/db#password', '--', 'sh', '-c', script],
      {
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const pid = String(await new Promise<Buffer>((resolve) => child.stdout.once('data', resolve))).trim();
    for (const file of ['environ', 'cmdline']) {
      expect(readFileSync(`/proc/${pid}/${file}`, 'latin1')).not.toContain(PASSWORD);
    }
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('close', resolve));
  });

  test('USR1 opens no inspector, neither while lazy starts nor later', async () => {
    const fifo = join(tempDir(), 'fifo');
    execFileSync('mkfifo', [fifo]);
    const child = spawn(process.execPath, [LAZY, 'put', 'x', `@${fifo}`], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (c: Buffer) => (said += c.toString()));
    await sleep(700);
    child.kill('SIGUSR1');
    await sleep(500);
    const open = await new Promise((resolve) => {
      const socket = createConnection(9229, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    expect({ open, said }).toEqual({ open: false, said: '' });
    child.kill('SIGKILL');
  });
});
