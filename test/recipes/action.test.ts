/** The composite action: its description parses, and its script runs with what a runner sets. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { readGithubEnv } from '../cli/formats/grammars.js';
import { repoRoot } from '../emulators/root.js';
import { newUser, type User } from '../support/lazy.js';
import { run, type RunResult } from '../support/run.js';

interface Action {
  readonly inputs: Readonly<Record<string, { required?: boolean; default?: string }>>;
  readonly runs: {
    readonly using: string;
    readonly steps: readonly { shell: string; env: Readonly<Record<string, string>>; run: string }[];
  };
}

const folder = join(repoRoot(), 'action');
const action = load(readFileSync(join(folder, 'action.yml'), 'utf8')) as Action;
const [step] = action.runs.steps;

let user: User;
let file: string;

/** Runs the step as the runner does: its script as a file, its inputs in the variables that it names. */
function runStep(inputs: Readonly<Record<string, string>>): Promise<RunResult> {
  const values = Object.entries(step?.env ?? {}).map(([variable, expression]) => {
    const name = /^\$\{\{ inputs\.(\w+) \}\}$/u.exec(expression)?.[1] ?? '';
    if (!(name in action.inputs)) throw new Error(`${expression} is no input`);
    return [variable, inputs[name] ?? action.inputs[name]?.default ?? ''];
  });
  const script = join(user.home, 'step.sh');
  writeFileSync(script, step?.run ?? '');
  const env = { ...user.env, ...Object.fromEntries(values), GITHUB_ACTION_PATH: folder, GITHUB_ENV: file };
  // "shell: bash" of the workflow syntax.
  return run(['bash', '--noprofile', '--norc', '-eo', 'pipefail', script], {
    cwd: user.work,
    env,
    stdoutIsData: true,
  });
}

beforeAll(async () => {
  user = newUser();
  file = join(user.home, 'github_env');
  const env = { ...user.env, LAZYCRED_KEY: 'local:' };
  for (const [name, value] of [
    ['prod/db', '100%\nsecond line'],
    ['prod/api-key', 'hunter2'],
  ] as const) {
    expect(await run(['lazy', 'put', name, value, '-q'], { env, cwd: user.work })).toMatchObject({ code: 0 });
  }
});

test('is a composite action of one step, with no expression in its script', () => {
  expect(action.runs.using).toBe('composite');
  expect(action.runs.steps).toHaveLength(1);
  expect(step?.run).not.toContain('${{');
  expect(readFileSync(join(folder, 'export.sh'), 'utf8')).not.toContain('${{');
});

describe('its step', () => {
  const inputs = (): Record<string, string> => ({
    prefix: 'prod/',
    store: `file:${user.home}/store`,
    key: 'local:',
    lazy: 'lazy',
  });

  test('masks every value and line, then adds the variables to those of earlier steps', async () => {
    writeFileSync(file, 'EARLIER=1\n');
    const { code, stdout, stderr } = await runStep(inputs());
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout:
        '::add-mask::hunter2\n::add-mask::100%25%0Asecond line\n::add-mask::100%25\n::add-mask::second line\n',
      stderr: '',
    });
    expect(Object.fromEntries(readGithubEnv(readFileSync(file, 'utf8'), false))).toEqual({
      EARLIER: '1',
      API_KEY: 'hunter2',
      DB: '100%\nsecond line',
    });
  });

  test.each([
    [{ prefix: '' }, 2],
    [{ prefix: 'nope/' }, 4],
    [{ prefix: '$(touch evil)' }, 4],
    [{ prefix: '--all' }, 4],
  ])('fails for %j, with nothing added', async (more, status) => {
    writeFileSync(file, 'EARLIER=1\n');
    expect(await runStep({ ...inputs(), ...more })).toMatchObject({ code: status });
    expect(readFileSync(file, 'utf8')).toBe('EARLIER=1\n');
  });
});
