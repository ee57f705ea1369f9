/** The package as npm installs it, in a project of each kind. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from '../emulators/root.js';
import { run } from '../support/run.js';
import { importTool, installPacked, readRoot, writeProject } from './consumer.js';

/** All but `lazycred/env`, which acts as soon as it is imported. */
const MODULES = Object.keys(readRoot('package.json').exports)
  .filter((key) => key !== './package.json' && key !== './env')
  .map((key) => `lazycred${key.slice(1)}`);

/** Everything that is loaded when needed: the backends, both kinds of key, the SDK, cosmiconfig, pino. */
const SCENARIO = `
async function scenario({ get, isLazycredError, loadConfig, openStore, setConfig }, folder) {
  const config = await loadConfig({ cwd: folder, env: {} });
  const store = await openStore(config);
  await store.put('db', 'value');
  const value = (await store.get('db')).text();
  const absent = await store.get('absent').catch((e) => isLazycredError(e, 'ERR_NOT_FOUND'));
  await store.close();
  const key = 'kms:alias/acme';
  for (const url of ['s3://acme/creds/', 'dynamodb://acme']) {
    await (await openStore({ store: url, key, region: 'eu-west-1' })).close();
  }
  setConfig({ store: 'memory:' });
  return { value, absent, logged: await get('absent') };
}
`;
const OUTCOME = { value: 'value', absent: true, logged: null };

/** Another copy's error, as where a dependency of the project loads the other kind of module. */
const TWO_COPIES = `
const one = require('lazycred');
import('lazycred').then((other) => {
  const error = new other.LazycredError('ERR_USAGE', 'no');
  console.log(JSON.stringify({
    same: one.LazycredError === other.LazycredError,
    known: one.isLazycredError(error, 'ERR_USAGE'),
    taken: one.isLazycredError(error, 'ERR_CONFIG') || one.isLazycredError(new Error('no')),
    shown: require('node:util').inspect(error).includes('Symbol'),
  }));
});
`;

const JEST_TEST = `
const { mkdtempSync, writeFileSync } = require('node:fs');
const lazycred = require('lazycred');
${SCENARIO}
test('works', async () => {
  expect(await scenario(lazycred, __dirname)).toEqual(${JSON.stringify(OUTCOME)});
});
test.each(${JSON.stringify(MODULES)})('%s', (name) => {
  expect(Object.keys(require(name)).length).toBeGreaterThan(0);
});
test('knows the errors of a copy that was loaded anew', () => {
  jest.resetModules();
  const other = require('lazycred');
  expect(other.LazycredError).not.toBe(lazycred.LazycredError);
  expect(lazycred.isLazycredError(new other.LazycredError('ERR_USAGE', 'no'))).toBe(true);
});
`;

const TYPED = `
import { isLazycredError, openStore, type Backend, type KeyProvider, type Secret } from 'lazycred';
import { ready, type FilledEnvironment } from 'lazycred/env';
${MODULES.map((name, i) => `import * as module${i} from '${name}';`).join('\n')}
export async function read(backend: Backend, keys: KeyProvider[]): Promise<string | undefined> {
  const stores = [new module0.Store({ backend, keys }), await openStore({ store: 'memory:' })];
  try {
    const secrets: Secret[] = await Promise.all(stores.map((store) => store.get('db')));
    return secrets[0]?.text();
  } catch (e) {
    if (isLazycredError(e, 'ERR_NOT_FOUND')) return e.hint;
    throw e;
  }
}
export async function location(): Promise<string> {
  await using store = await openStore({ store: 'memory:' });
  const filled: FilledEnvironment = await ready;
  return store.location + filled.kept.join();
}
// @ts-expect-error what is no option is refused
export const wrong = openStore({ stoer: 'memory:' });
export const modules = [${MODULES.map((_, i) => `module${i}`).join(', ')}];
`;

let installed: string;
let aside: string;
let count = 0;

beforeAll(async () => {
  installed = await installPacked();
  aside = ((await importTool('aside.js')) as { installAside(): string }).installAside();
  // On a new machine the packages come from the registry.
}, 300_000);

/** A project below the folder that the package is installed in. */
function project(files: Readonly<Record<string, unknown>>): string {
  return writeProject(join(installed, `project-${count++}`), {
    '.lazycredrc': { store: 'file:./store', key: 'local:./key' },
    ...files,
  });
}

async function node(folder: string, ...args: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await run([process.execPath, ...args], { cwd: folder });
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

test('the tarball installs what the library imports, and no more than types beside it', () => {
  const names = readdirSync(join(installed, 'node_modules'));
  expect(names).toEqual(expect.arrayContaining(['@aws-sdk', 'cosmiconfig', 'lazycred', 'pino']));
  for (const name of ['yargs', 'jest', 'typescript', 'rolldown']) expect(names).not.toContain(name);
});

test('the command runs by both of its names', async () => {
  const cwd = project({});
  const [lazy = '', lazycred = ''] = ['lazy', 'lazycred'].map((name) =>
    join(installed, 'node_modules/.bin', name),
  );
  expect(await run([lazy, 'put', 'db', 'value'], { cwd })).toMatchObject({ code: 0 });
  const { code, stdout, stderr } = await run([lazy, 'get', 'db'], { cwd });
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'value', stderr: '' });
  // By its other name it is LazyCred's own command line.
  const { stderr: refusal } = await run([lazycred], { cwd });
  expect(refusal).toContain('an operation and the name of a secret are needed');
});

describe('Node', () => {
  const end = `scenario(lazycred, __dirname).then((o) => console.log(JSON.stringify(o)));`;
  // Node's own copy of ES modules can't be required before 20.19 and 22.12; this option is how they were.
  const NO_REQUIRE_OF_ESM = '--no-experimental-require-module';

  test('ES modules', async () => {
    const imports = MODULES.map((name) => `import '${name}';`).join('\n');
    const text = `import * as lazycred from 'lazycred';\n${imports}\nconst __dirname = import.meta.dirname;`;
    const folder = project({ 'main.mjs': `${text}\n${SCENARIO}\n${end}` });
    expect(await node(folder, 'main.mjs')).toEqual(OUTCOME);
  });

  test.each([[[]], [[NO_REQUIRE_OF_ESM]]])('CommonJS, with %j', async (options) => {
    const text = `const lazycred = require('lazycred');\n${MODULES.map((m) => `require('${m}');`).join('\n')}`;
    const folder = project({ 'main.cjs': `${text}\n${SCENARIO}\n${end}` });
    expect(await node(folder, ...options, 'main.cjs')).toEqual(OUTCOME);
  });

  test('one copy serves both kinds of module, and where it can not, each knows the errors of the other', async () => {
    const folder = project({ 'main.cjs': TWO_COPIES });
    const same = { same: true, known: true, taken: false, shown: false };
    expect(await node(folder, 'main.cjs')).toEqual(same);
    expect(await node(folder, NO_REQUIRE_OF_ESM, 'main.cjs')).toEqual({ ...same, same: false });
  });
});

describe('lazycred/env', () => {
  const show = 'console.log(JSON.stringify(process.env.DB))';

  test('fills the environment of an ES module, and of a program that knows nothing of it', async () => {
    const folder = project({
      '.lazycredrc': { store: 'file:./store', key: 'local:./key', resolve: 'DB' },
      'put.mjs': `import { loadConfig, openStore } from 'lazycred';
        const store = await openStore(await loadConfig({ cwd: process.cwd(), env: {} }));
        await store.put('db', 'value');
        await store.close();
        process.env.DB = 'lazy://db';
        await import('lazycred/env');
        ${show}`,
      'main.mjs': `import 'lazycred/env';\n${show}`,
      'main.cjs': show,
      'waits.cjs': `require('lazycred/env').ready.then(() => ${show})`,
    });
    expect(await node(folder, 'put.mjs')).toBe('value');
    const env = { DB: 'lazy://db' };
    for (const args of [
      ['main.mjs'],
      ['--import', 'lazycred/env', 'main.cjs'],
      ['waits.cjs'],
      ['--no-experimental-require-module', 'waits.cjs'],
    ]) {
      const { stdout, stderr } = await run([process.execPath, ...args], { cwd: folder, env });
      expect({ args, stdout, stderr }).toEqual({ args, stdout: '"value"\n', stderr: '' });
    }
  });
});

describe('Jest, as it is without any configuration', () => {
  test.each([
    ['29', () => aside],
    ['30', repoRoot],
  ])('%s, CommonJS', async (major, from) => {
    const folder = project({ 'package.json': { private: true }, 'works.test.js': JEST_TEST });
    const jest = join(from(), 'node_modules/jest/bin/jest.js');
    const version = await run([process.execPath, jest, '--version'], { cwd: folder });
    expect(version.stdout.split('.')[0]).toBe(major);
    const { code, stderr } = await run([process.execPath, jest, '--ci', '--no-cache'], { cwd: folder });
    expect(stderr).toContain(`${MODULES.length + 2} passed`);
    expect(code).toBe(0);
  });
});

describe('TypeScript', () => {
  const compiler = { target: 'es2022', strict: true, noEmit: true, types: ['node'] };

  test.each([
    // The SDK's own types take most of the time, and pino's are wrong here without esModuleInterop.
    ['5', 'node10', ['main.ts'], { module: 'commonjs', moduleResolution: 'node10', skipLibCheck: true }],
    ['5', 'node16', ['main.cts', 'main.mts'], { module: 'node16', skipLibCheck: true }],
    ['7', 'nodenext', ['main.cts', 'main.mts'], { module: 'nodenext' }],
  ])('%s, %s: %j', async (major, _, files, options) => {
    const folder = project({
      'package.json': { private: true },
      ...Object.fromEntries(files.map((file) => [file, TYPED])),
      'tsconfig.json': { compilerOptions: { ...compiler, ...options }, files },
    });
    const tsc = join(major === '5' ? aside : repoRoot(), 'node_modules/typescript/bin/tsc');
    const version = await run([process.execPath, tsc, '--version'], { cwd: folder });
    expect(version.stdout).toContain(`Version ${major}.`);
    const { code, stdout } = await run([process.execPath, tsc, '-p', folder], { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  });

  test("a library of before Symbol.asyncDispose, and nothing of Node's types, are enough to use a store", async () => {
    const text = `import { openStore } from 'lazycred';
      export async function read(): Promise<string> {
        const store = await openStore({ store: 'memory:' });
        await store.close();
        return (await store.get('db')).text();
      }`;
    const older = { target: 'es2020', lib: ['es2020'], types: [], module: 'node16', skipLibCheck: true };
    const folder = project({
      'package.json': { private: true },
      'main.cts': text,
      'main.mts': text,
      'tsconfig.json': {
        compilerOptions: { strict: true, noEmit: true, ...older },
        files: ['main.cts', 'main.mts'],
      },
    });
    const tsc = join(aside, 'node_modules/typescript/bin/tsc');
    const { code, stdout } = await run([process.execPath, tsc, '-p', folder], { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  });
});

test('a store is closed at the end of the block that uses it, where a compiler writes that out', async () => {
  const folder = project({
    'main.mts': `import { openStore } from 'lazycred';
      {
        await using store = await openStore({ store: 'memory:' });
        const close = store.close.bind(store);
        store.close = () => (console.log(JSON.stringify('closed')), close());
      }`,
    'tsconfig.json': {
      compilerOptions: { target: 'es2022', module: 'nodenext', types: ['node'], skipLibCheck: true },
      files: ['main.mts'],
    },
  });
  const tsc = join(repoRoot(), 'node_modules/typescript/bin/tsc');
  expect(await run([process.execPath, tsc, '-p', folder], { cwd: folder })).toMatchObject({ code: 0 });
  expect(await node(folder, 'main.mjs')).toBe('closed');
});
