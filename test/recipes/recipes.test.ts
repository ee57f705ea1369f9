/** `docs/recipes.md`: what a shell runs is run; what another tool reads is read as that tool's format. */
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { repoRoot } from '../emulators/root.js';
import { registerSecret } from '../canary.js';
import { newUser, type User } from '../support/lazy.js';
import { run, type RunOptions, type RunResult } from '../support/run.js';
import { tempDir } from '../support/temp-dir.js';

const PASSWORD = 'correct-horse-battery';
registerSecret(PASSWORD);

const PAGE = readFileSync(join(repoRoot(), 'docs/recipes.md'), 'utf8');

/** The blocks of a language in a section, without the fences. */
function blocks(section: string, language: string): string[] {
  const text = PAGE.split(/^## /mu).find((part) => part.startsWith(`${section}\n`)) ?? '';
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gmsu)].flatMap(([, lang, code = '']) =>
    lang === language ? [code] : [],
  );
}

function block(section: string, language: string, at = 0): string {
  const found = blocks(section, language)[at];
  if (found === undefined) throw new Error(`no ${language} ${at} under ${section}`);
  return found;
}

let user: User;
let env: Readonly<Record<string, string | undefined>>;
let folder: string;

function runIn(argv: readonly string[], o: RunOptions = {}): Promise<RunResult> {
  return run(argv, { cwd: folder, stdoutIsData: true, ...o, env: { ...env, ...o.env } });
}

/** A program that prints, of the variable it is named for, the value, or what is in the file. */
function program(name: string, text: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(folder, name), 0o755);
}

/** Gives a script the paths of this machine's folders in the place of the recipe's. */
function here(text: string, places: Readonly<Record<string, string>>): string {
  return Object.entries(places).reduce((all, [from, to]) => {
    if (!all.includes(from)) throw new Error(`the recipe no longer names ${from}`);
    return all.replaceAll(from, to);
  }, text);
}

beforeAll(async () => {
  user = newUser();
  mkdirSync(join(user.home, 'run'), { mode: 0o700 });
  env = { ...user.env, LAZYCRED_KEY: 'local:', XDG_RUNTIME_DIR: join(user.home, 'run'), TERM: 'dumb' };
  folder = user.work;
  for (const [name, value] of [
    ['prod/db', JSON.stringify({ user: 'app', password: PASSWORD })],
    ['prod/api-key', 'hunter2-key'],
    ['dev/odd', "it's $(touch evil)\nand more"],
  ] as const) {
    expect(await runIn(['lazy', 'put', name, '-q'], { input: value })).toMatchObject({ code: 0, stderr: '' });
  }
});

beforeEach(() => {
  folder = tempDir();
});

interface Job {
  readonly steps: readonly { uses?: string; run?: string; with?: Readonly<Record<string, string>> }[];
}

describe('GitHub Actions', () => {
  test('the step that needs the secrets gets them, masked in its output', async () => {
    const { jobs } = load(block('GitHub Actions', 'yaml')) as { jobs: Readonly<Record<string, Job>> };
    program('deploy.sh', 'echo "key: $API_KEY"');
    const script = jobs['deploy']?.steps.at(-1)?.run ?? '';
    const { code, stdout } = await runIn(['bash', '-eo', 'pipefail', '-c', script]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'key: [redacted]\n' });
  });

  test('what the action is given are its inputs', () => {
    const steps = load(block('GitHub Actions', 'yaml', 1)) as Job['steps'];
    const action = load(readFileSync(join(repoRoot(), 'action/action.yml'), 'utf8')) as {
      inputs: Readonly<Record<string, { required?: boolean }>>;
    };
    const given = Object.keys(steps[0]?.with ?? {});
    expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(given));
    const needed = Object.keys(action.inputs).filter((name) => action.inputs[name]?.required === true);
    expect(given).toEqual(expect.arrayContaining(needed));
  });
});

test('GitLab: the program gets a file, and its output is masked', async () => {
  const { deploy } = load(block('GitLab', 'yaml')) as {
    deploy: { before_script: string[]; script: string[] };
  };
  program('deploy.sh', 'cat "$DB_PASSWORD_FILE"; echo; stat -c %a "$DB_PASSWORD_FILE"');
  const { code, stdout } = await runIn(['sh', '-ec', deploy.script.join('\n')]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: '[redacted]\n600\n' });
  const token = join(folder, 'token');
  const more = { AWS_TOKEN: 'a.b.c', AWS_WEB_IDENTITY_TOKEN_FILE: token };
  expect(await runIn(['sh', '-ec', deploy.before_script.at(-1) ?? ''], { env: more })).toMatchObject({
    code: 0,
  });
  expect([readFileSync(token, 'utf8'), statSync(token).mode & 0o777]).toEqual(['a.b.c', 0o600]);
});

describe('Dockerfile', () => {
  /** The last stage: its variables, and what the container runs. */
  function stage(text: string): { env: Record<string, string>; entry: string[]; cmd: string[] } {
    const lines = (text.split(/^FROM /mu).at(-1) ?? '').split('\n');
    const list = (word: string): string[] => {
      const line = lines.find((l) => l.startsWith(`${word} `)) ?? '';
      return JSON.parse(line.slice(word.length)) as string[];
    };
    const set = lines.flatMap((l) => (/^ENV (\w+)=(.*)$/u.exec(l)?.slice(1, 3) as [string, string]) ?? []);
    const pairs = Array.from({ length: set.length / 2 }, (_, i) => [set[2 * i], set[2 * i + 1]]);
    return {
      env: Object.fromEntries(pairs) as Record<string, string>,
      entry: list('ENTRYPOINT'),
      cmd: list('CMD'),
    };
  }

  test.each([
    [0, ['tini', '--', 'lazy', 'exec', '--'], ['node', 'server.js']],
    [1, ['/opt/lazycred/bin/lazy', 'exec', '--', '/lambda-entrypoint.sh'], ['app.handler']],
  ])('image %d: its references are values in the program', async (at, entry, cmd) => {
    const image = stage(block('Dockerfile', 'dockerfile', at));
    expect({ entry: image.entry, cmd: image.cmd }).toEqual({ entry, cmd });
    const { PATH: _, ...references } = image.env;
    // From lazy on, with another program in the place of the image's own.
    const from = image.entry.findIndex((word) => /(?:^|\/)lazy$/u.test(word));
    const options = image.entry.slice(from + 1, image.entry.indexOf('--', from) + 1);
    const { code, stdout } = await runIn(['lazy', ...options, 'sh', '-c', 'printf %s "$DB_PASSWORD"'], {
      env: references,
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: PASSWORD });
  });

  test('no image runs as root where the base image would, and nothing but references is in it', () => {
    expect(block('Dockerfile', 'dockerfile')).toMatch(/^USER node$/mu);
    for (const text of blocks('Dockerfile', 'dockerfile')) expect(text).toMatch(/=lazy:\/\//u);
  });
});

describe('systemd', () => {
  test('the service gets its secrets by the credential that systemd hands over', async () => {
    const unit = block('systemd', 'ini');
    const line = (name: string): string => new RegExp(`^${name}=(.*)$`, 'mu').exec(unit)?.[1] ?? '';
    const credentials = join(folder, 'credentials');
    mkdirSync(credentials);
    const key = readFileSync(join(user.home, '.local/share/lazycred/local.key'));
    const [id = ''] = line('LoadCredential').split(':');
    writeFileSync(join(credentials, id), key, { mode: 0o400 });
    program('server', 'printf %s "$API_KEY"');
    const variables = here(line('Environment'), {
      '%d': credentials,
      's3://acme/creds/': `file:${user.home}/store`,
    });
    const command = here(line('ExecStart'), {
      '/usr/local/bin/lazy': join(user.home, 'bin/lazy'),
      '/srv/app/server': join(folder, 'server'),
    });
    const set = Object.fromEntries(variables.split(' ').map((v) => v.split(/=(.*)/su).slice(0, 2)));
    // systemd sets no home folder for a dynamic user.
    const o = { env: { ...set, HOME: undefined } as Record<string, string | undefined> };
    const { code, stdout, stderr } = await runIn(command.split(' '), o);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'hunter2-key', stderr: '' });
  });
});

test('Kubernetes: the init container writes what the other one mounts, for its user alone', async () => {
  interface Container {
    readonly command: string[];
    readonly volumeMounts: readonly { name: string; mountPath: string }[];
  }
  const { spec } = load(block('Kubernetes', 'yaml')) as {
    spec: {
      volumes: readonly { name: string; emptyDir: { medium: string } }[];
      initContainers: readonly Container[];
      containers: readonly Container[];
    };
  };
  const [init, app] = [spec.initContainers[0], spec.containers[0]];
  expect(spec.volumes[0]).toMatchObject({ name: 'secrets', emptyDir: { medium: 'Memory' } });
  const mount = init?.volumeMounts[0]?.mountPath ?? '';
  expect(app?.volumeMounts[0]).toMatchObject({ name: 'secrets', mountPath: mount });
  const command = init?.command.map((word) => word.replace(mount, folder)) ?? [];
  expect(await runIn(command)).toMatchObject({ code: 0 });
  const file = join(folder, 'db-password');
  expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual([PASSWORD, 0o600]);
});

describe('direnv', () => {
  const direnv = (envrc: string, after: string): Promise<RunResult> =>
    // As direnv: its own settings first, then the project's file, in bash with errors being fatal.
    runIn([
      'bash',
      '-c',
      `set -e\nuse() { local cmd=$1; shift; "use_$cmd" "$@"; }\n${block('direnv', 'bash')}${envrc}${after}`,
    ]);

  test('a value comes through byte for byte, and runs nothing', async () => {
    const { code, stdout } = await direnv(
      block('direnv', 'bash', 1),
      `printf %s "$ODD"; sh -c 'echo "${'${#ODD}'}"'`,
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: "it's $(touch evil)\nand more27\n" });
    expect(existsSync(join(folder, 'evil'))).toBe(false);
  });

  test('where there is nothing, it fails', async () => {
    const { code, stdout } = await direnv('use lazy nope/\n', 'echo went on');
    expect({ code: code !== 0, stdout }).toEqual({ code: true, stdout: '' });
  });
});

test('cron: a line runs with the little that cron sets', async () => {
  const lines = block('cron', 'crontab').trimEnd().split('\n');
  const [, command = ''] = /^(?:\S+ ){5}(.*)$/u.exec(lines.at(-1) ?? '') ?? [];
  // A % is a line break in a crontab, and what follows is the program's input.
  expect(command).not.toContain('%');
  program('report.sh', 'echo "with $PGPASSWORD"');
  const script = here(command, { '/srv/app/report.sh': join(folder, 'report.sh') });
  const set = ['HOME', 'LAZYCRED_STORE', 'LAZYCRED_KEY', 'PATH'].map((name) => `${name}=${env[name] ?? ''}`);
  const { code, stdout } = await runIn(['env', '-i', ...set, 'sh', '-c', script]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'with [redacted]\n' });
});

test('Make: the command gets the value, and Make prints none', async () => {
  writeFileSync(join(folder, 'Makefile'), block('Make', 'make'));
  program('migrate.sh', 'printf %s "$API_KEY" > got');
  const { code, stdout } = await runIn(['make', 'migrate'], { stdoutIsData: false });
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'lazy exec --prefix prod/ -- ./migrate.sh\n' });
  expect(readFileSync(join(folder, 'got'), 'utf8')).toBe('hunter2-key');
});

describe('Terraform', () => {
  test('terraform gets the variable', async () => {
    program('terraform', 'printf "%s %s" "$TF_VAR_db_password" "$1"');
    const o = { env: { PATH: `${folder}:${env['PATH'] ?? ''}` } };
    const { code, stdout } = await runIn(['sh', '-c', block('Terraform', 'console')], o);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${PASSWORD} apply` });
    expect(block('Terraform', 'hcl')).toMatch(/^variable "db_password" \{[^}]*ephemeral = true/u);
  });

  test('the program of the data source answers the query by an object of texts', async () => {
    const list = /program = (\[.*\])/u.exec(block('Terraform', 'hcl', 1))?.[1] ?? '';
    const { code, stdout } = await runIn(JSON.parse(list) as string[], { input: '{}' });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      API_KEY: 'hunter2-key',
      DB: JSON.stringify({ user: 'app', password: PASSWORD }),
    });
  });
});

test('Ansible: what the lookup runs gives the value, the task is not logged, and a failure is one', async () => {
  const [play] = load(block('Ansible', 'yaml')) as [{ tasks: Readonly<Record<string, unknown>>[] }];
  const [task] = play.tasks;
  expect(task?.['no_log']).toBe(true);
  const role = task?.['community.postgresql.postgresql_user'] as { password: string } | undefined;
  const command =
    /^\{\{ lookup\('ansible\.builtin\.pipe', '([^']*)'\) \}\}$/u.exec(role?.password ?? '')?.[1] ?? '';
  expect(await runIn(['sh', '-c', command])).toMatchObject({ code: 0, stdout: PASSWORD });
  expect(await runIn(['sh', '-c', command.replace('prod/db', 'nope')])).toMatchObject({
    code: 4,
    stdout: '',
  });
});

test('every recipe is tried here', () => {
  const sections = [...PAGE.matchAll(/^## (.*)$/gmu)].map(([, title]) => title);
  expect(sections).toEqual([
    ...['GitHub Actions', 'GitLab', 'Dockerfile', 'systemd', 'Kubernetes'],
    ...['direnv', 'cron', 'Make', 'Terraform', 'Ansible'],
  ]);
});
