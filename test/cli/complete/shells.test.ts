/** Completion in the shells themselves, on a terminal: what Tab makes of a name, and what it must not run. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { registerSecret } from '../../canary.js';
import { newUser, type User } from '../../support/lazy.js';
import { run } from '../../support/run.js';
import { runOnTerminal } from '../../support/terminal.js';

/** Names that a shell would make something of, each with what begins it and it alone, typed so that it is literal. */
const NAMES = [
  { name: '$(touch ran)', typed: '\\$' },
  { name: '`touch ran`', typed: '\\`' },
  { name: 'a b', typed: 'a\\ ' },
  { name: 'c:d', typed: 'c' },
  { name: 'e:f', typed: 'e:' },
  { name: "it's", typed: 'it' },
  { name: 'g"h', typed: 'g' },
  { name: 'k\\l', typed: 'k' },
  { name: 'm;touch ran', typed: 'm' },
  { name: 'n&touch ran', typed: '"n' },
  { name: 'o b', typed: "'o " },
  { name: 'p=q', typed: 'p=' },
  { name: 'r$(touch ran)', typed: "'r$" },
  { name: 's$(touch ran)', typed: '"s' },
  { name: '~touch', typed: '\\~' },
  { name: 'ü{1,2}', typed: 'ü' },
] as const;

interface Shell {
  readonly name: 'bash' | 'zsh' | 'fish';
  readonly start: readonly string[];
  /** Typed first: a prompt to wait for, and the script. */
  readonly begin: string;
}

const SHELLS: readonly Shell[] = [
  {
    name: 'bash',
    start: ['bash', '--norc', '--noprofile', '-i'],
    begin: `bind 'set enable-bracketed-paste off'; PS1='re''ady> '; source <(lazy completion bash)`,
  },
  {
    name: 'zsh',
    start: ['zsh', '-f', '-i'],
    begin: `autoload -Uz compinit && compinit -D -u; PS1='re''ady> '; source <(lazy completion zsh)`,
  },
  {
    name: 'fish',
    start: ['fish', '--no-config', '-i'],
    begin: `function fish_prompt; echo -n 're''ady> '; end; lazy completion fish | source`,
  },
];

const ABSENT = SHELLS.filter(({ start: [command = ''] }) => {
  return spawnSync(command, ['-c', 'true'], { stdio: 'ignore' }).status !== 0;
}).map(({ name }) => name);

const HERE = SHELLS.filter(({ name }) => !ABSENT.includes(name));

let user: User;
let env: Readonly<Record<string, string | undefined>>;

/** Types lines into a shell, each when the one before is done; a tab completes. What the shell showed. */
async function typeInto(shell: Shell, lines: readonly string[], more: typeof env = {}): Promise<string> {
  const steps: (readonly [string, string])[] = [
    ['', `${shell.begin}\n`],
    ...lines.map((line) => ['ready> ', `${line}\n`] as const),
    ['ready> ', 'exit\n'],
  ];
  const { screen, waited } = await runOnTerminal({
    argv: shell.start,
    env: { ...env, ...more },
    cwd: user.work,
    steps,
    seconds: 60,
    stdoutIsData: true,
  });
  expect({ screen, waited }).toEqual({ screen, waited: null });
  return screen;
}

function valueOf(at: number): string {
  return `the-value-of-number-${at};`;
}

beforeAll(async () => {
  user = newUser();
  mkdirSync(join(user.home, 'cache'), { mode: 0o700 });
  env = {
    ...user.env,
    LAZYCRED_KEY: 'local:',
    XDG_CACHE_HOME: join(user.home, 'cache'),
    TERM: 'xterm',
    LC_ALL: 'C.UTF-8',
    HISTFILE: undefined,
  };
  for (const [at, { name }] of NAMES.entries()) {
    registerSecret(valueOf(at));
    const { code } = await run(['lazy', 'put', '-q', '--', name], {
      env,
      cwd: user.work,
      input: valueOf(at),
    });
    expect(code).toBe(0);
  }
});

test('every shell is here, or this is said', () => {
  if (ABSENT.length === 0) return;
  const what = `not tried in ${ABSENT.join(', ')}: not installed`;
  if (process.env['CI'] === 'true' && process.platform === 'linux') throw new Error(what);
  process.stderr.write(`\nCOMPLETION WAS ${what}\n`);
});

describe.each(HERE)('in $name', (shell) => {
  test('names are completed literally, and run nothing', async () => {
    const screen = await typeInto(
      shell,
      NAMES.map(({ typed }) => `lazy get ${typed}\t`),
    );
    const missing = NAMES.filter((_, at) => !screen.includes(valueOf(at))).map(({ name }) => name);
    expect({ missing, screen }).toEqual({ missing: [], screen });
    expect(existsSync(join(user.work, 'ran'))).toBe(false);
  });
});
