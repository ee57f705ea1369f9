/** `lazycred/env`, in programs that import it: ES modules, CommonJS, and before a program that knows nothing of it. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { registerSecret } from '../canary.js';
import { repoRoot } from '../emulators/root.js';
import { LAZY, newUser, type User } from '../support/lazy.js';
import { run, type RunResult } from '../support/run.js';

const PASSWORD = 'correct-horse-battery';
registerSecret(PASSWORD);

const dist = (file: string): string => join(repoRoot(), 'dist', file);
const IMPORT = dist('src/env/import.js');

let user: User;
let env: Readonly<Record<string, string | undefined>>;

/** Prints those of its variables. */
const SHOW = `console.log(JSON.stringify(Object.fromEntries(['DB', 'API_KEY', 'PLAIN'].map((n) => [n, process.env[n]]))))`;

async function put(name: string, value: string | Uint8Array): Promise<void> {
  const result = await run([process.execPath, LAZY, 'put', name], { input: value, env, cwd: user.work });
  expect(result).toMatchObject({ code: 0 });
}

/** Runs a program with these variables on top. */
function program(
  args: readonly string[],
  more: Readonly<Record<string, string | undefined>>,
): Promise<RunResult> {
  return run([process.execPath, ...args], {
    cwd: user.work,
    env: { ...env, NODE_OPTIONS: undefined, ...more },
    stdoutIsData: true,
  });
}

async function shown(args: readonly string[], more: Readonly<Record<string, string>>): Promise<unknown> {
  const { code, stdout, stderr } = await program(args, more);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

beforeAll(async () => {
  user = newUser();
  mkdirSync(join(user.home, 'run'), { mode: 0o700 });
  env = { ...user.env, LAZYCRED_KEY: 'local:' };
  await put('prod/db', PASSWORD);
  await put('prod/api-key', 'k-1');
  await put('evil/node-options', '--require /tmp/evil.js');
  await put('evil/path', '/tmp');
  await put('nul/x', Uint8Array.of(0x61, 0x00, 0x62));
  await put('bytes/x', Uint8Array.of(0xff));
  await put('twice/a-b', 'one');
  await put('twice/a_b', 'two');
  const files = {
    'main.mjs': `import ${JSON.stringify(IMPORT)};\n${SHOW}`,
    'main.cjs': `require(${JSON.stringify(dist('commonjs/env/ready.js'))}).ready.then(() => ${SHOW})`,
    'forgets.cjs': `require(${JSON.stringify(dist('commonjs/env/ready.js'))}); setTimeout(() => ${SHOW}, 60_000)`,
    'knows-nothing.cjs': SHOW,
  };
  for (const [file, text] of Object.entries(files)) writeFileSync(join(user.work, file), text);
});

const REFERENCES = { DB: 'lazy://prod/db', API_KEY: 'lazy://prod/api-key', PLAIN: 'plain' };

describe.each([
  ['an ES module', ['main.mjs']],
  ['CommonJS', ['main.cjs']],
  ['a program that knows nothing of it, by --import', ['--import', IMPORT, 'knows-nothing.cjs']],
])('%s', (_, args) => {
  test('finds values in the place of the references that are named', async () => {
    const expected = { DB: PASSWORD, API_KEY: 'k-1', PLAIN: 'plain' };
    expect(await shown(args, { ...REFERENCES, LAZYCRED_RESOLVE: 'DB,API_*' })).toEqual(expected);
  });

  test('finds what is below a prefix, but for what is set already', async () => {
    const more = { API_KEY: 'own', LAZYCRED_ENV_PREFIX: 'prod/' };
    expect(await shown(args, more)).toEqual({ DB: PASSWORD, API_KEY: 'own' });
    expect(await shown(args, { ...more, LAZYCRED_ENV_OVERRIDE: 'true' })).toEqual({
      DB: PASSWORD,
      API_KEY: 'k-1',
    });
  });

  test('does not begin, or waits for nothing more, where a secret is missing', async () => {
    const more = { DB: 'lazy://nope', API_KEY: 'lazy://prod/api-key', LAZYCRED_RESOLVE: '*' };
    const { code, stdout, stderr } = await program(args, more);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /LazycredError: cannot fill the environment: cannot get 1 of 2: "nope": not found/u,
    );
  });

  test('goes on with a warning, and with nothing filled, where that is asked for', async () => {
    const more = { DB: 'lazy://nope', API_KEY: 'lazy://prod/api-key', LAZYCRED_RESOLVE: '*' };
    const { code, stdout, stderr } = await program(args, { ...more, LAZYCRED_ENV_ON_FAILURE: 'warn' });
    expect(JSON.parse(stdout)).toEqual({ DB: 'lazy://nope', API_KEY: 'lazy://prod/api-key' });
    expect(stderr).toMatch(
      /^\(node:\d+\) \[LAZYCRED_ENV\] Warning: cannot fill the environment: cannot get 1 of 2: "nope": not found/u,
    );
    expect(code).toBe(0);
  });
});

test('CommonJS that forgets to wait ends by the failure all the same', async () => {
  const { code, stdout, stderr } = await program(['forgets.cjs'], {
    DB: 'lazy://nope',
    LAZYCRED_RESOLVE: 'DB',
  });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('cannot fill the environment');
});

test.each([
  [{ LAZYCRED_ENV_PREFIX: 'evil/' }, /would set NODE_OPTIONS, by which programs run code.*would set PATH/u],
  [{ LAZYCRED_ENV_PREFIX: 'evil/', LAZYCRED_ENV_OVERRIDE: 'true' }, /would set NODE_OPTIONS/u],
  [{ LAZYCRED_ENV_PREFIX: 'nul/' }, /the value of "nul\/x" holds a NUL, which X cannot/u],
  [{ LAZYCRED_ENV_PREFIX: 'bytes/' }, /the value of "bytes\/x" is not UTF-8 text/u],
  [{ LAZYCRED_ENV_PREFIX: 'twice/' }, /"twice\/a-b" and "twice\/a_b" have one variable, A_B/u],
  [{ LAZYCRED_ENV_PREFIX: 'prod/,prdo/' }, /nothing matches "prdo\/"/u],
  [{ DB: 'lazy://', LAZYCRED_RESOLVE: 'DB' }, /DB: bad reference "lazy:\/\/"/u],
  [{}, /nothing says which secrets it gets/u],
  [{ LAZYCRED_ENV_OVERRIDE: 'yes' }, /LAZYCRED_ENV_OVERRIDE is "yes", not false or true/u],
  [{ LAZYCRED_ENV_ON_FAILURE: 'ignore' }, /LAZYCRED_ENV_ON_FAILURE is "ignore", not throw or warn/u],
  [{ LAZYCRED_STORE: undefined, LAZYCRED_RESOLVE: 'DB' }, /ERR_CONFIG/u],
])('%j is refused', async (more, message) => {
  const { code, stdout, stderr } = await program(['main.mjs'], more);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(message);
});

test('a reference that nothing names stays as it is, and that is said', async () => {
  const { code, stdout, stderr } = await program(['main.mjs'], { ...REFERENCES, LAZYCRED_RESOLVE: 'DB' });
  expect(JSON.parse(stdout)).toEqual({ DB: PASSWORD, API_KEY: 'lazy://prod/api-key', PLAIN: 'plain' });
  expect(stderr).toMatch(/Warning: API_KEY holds a reference and stays as it is/u);
  expect(code).toBe(0);
});

test('a value that looks like a reference is not resolved again', async () => {
  await put('loop/db', 'lazy://prod/api-key');
  const more = { DB: 'lazy://loop/db', LAZYCRED_RESOLVE: '*' };
  expect(await shown(['main.mjs'], more)).toEqual({ DB: 'lazy://prod/api-key' });
});

test('a program that has nothing to resolve is not kept from running by a store that is down', async () => {
  const more = { LAZYCRED_STORE: 'file:/nowhere', PLAIN: 'plain', LAZYCRED_RESOLVE: '*' };
  expect(await shown(['main.mjs'], more)).toEqual({ PLAIN: 'plain' });
});
