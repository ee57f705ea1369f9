import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { failure, makeFolder, MINIMAL, type Folder } from './folder.js';

let folder: Folder;
let marker: string;
beforeEach(() => {
  folder = makeFolder();
  marker = join(folder.path, 'it-ran');
});
afterEach(() => {
  folder.remove();
});

const CONFIG = new URL('../../src/config.js', import.meta.url).href;

/** A program for each loader that cosmiconfig has, in the working folder, its parents and the home folder. */
function plant(): string[] {
  const call = `.writeFileSync(${JSON.stringify(marker)}, 'x');`;
  const cjs = `require('node:fs')${call} module.exports = {};`;
  const esm = `import fs from 'node:fs'; fs${call} export default {};`;
  const names = ['.config/config', '.config/lazycredrc', '.lazycredrc', 'lazycred.config'];
  return ['work/project', 'work', '', 'home', 'home/.config/lazycred'].flatMap((dir) =>
    [...names, 'config'].flatMap((name) => [
      folder.write(join(dir, `${name}.js`), cjs),
      folder.write(join(dir, `${name}.cjs`), cjs),
      folder.write(join(dir, `${name}.mjs`), esm),
      folder.write(join(dir, `${name}.ts`), esm),
    ]),
  );
}

/** Runs a module's text as the command would run: in a process of its own, in the project's folder. */
function runThere(text: string): { stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--input-type=module', '-e', text], {
    cwd: folder.project,
    env: { HOME: folder.home },
    encoding: 'utf8',
  });
}

const LOAD = `
  import { loadConfig } from ${JSON.stringify(CONFIG)};
  try {
    const { settings } = await loadConfig({ cwd: process.cwd(), env: process.env });
    console.log(settings.store.bucket);
  } catch (e) { console.log(e.code, e.message); }
`;

describe('nothing is executed', () => {
  test('this test would see it: the planted files do run, under cosmiconfig() itself, too', () => {
    plant();
    const cosmiconfig = createRequire(import.meta.url).resolve('cosmiconfig');
    runThere(`
      import { cosmiconfig } from ${JSON.stringify(cosmiconfig)};
      await cosmiconfig('lazycred', { searchPlaces: ['.lazycredrc'] }).search();
    `);
    expect(existsSync(marker)).toBe(true);
    rmSync(marker);
    runThere(`import ${JSON.stringify(join(folder.project, '.lazycredrc.mjs'))};`);
    expect(existsSync(marker)).toBe(true);
  });

  test('programs beside, above, and without a config file', () => {
    plant();
    expect(runThere(LOAD).stdout).toBe('ERR_CONFIG no store is configured\n');
    folder.write('home/.lazycredrc', 'store: s3://from-home/\nkey: alias/a\n');
    expect(runThere(LOAD)).toMatchObject({ stdout: 'from-home\n', stderr: '' });
    folder.write('work/project/package.json', { lazycred: { ...MINIMAL, store: 's3://from-package' } });
    expect(runThere(LOAD)).toMatchObject({ stdout: 'from-package\n', stderr: '' });
    expect(existsSync(marker)).toBe(false);
  });

  test.each([
    '.lazycredrc',
    '.lazycredrc.json',
    '.lazycredrc.yaml',
    '.lazycredrc.yml',
    '.lazycred',
    'package.json',
  ])(
    '$import in %s',
    (name) => {
      const planted = plant();
      for (const target of [
        './.lazycredrc.cjs',
        './lazycred.config.mjs',
        planted,
        './.lazycredrc.ts',
        '/etc/passwd',
      ]) {
        const settings = { ...MINIMAL, $import: target };
        const file = folder.write(
          join('work/project', name),
          name === 'package.json' ? { $import: target, lazycred: settings } : settings,
        );
        expect(runThere(LOAD).stdout).toBe(`ERR_CONFIG ${file}: $import: unknown key\n`);
      }
      expect(existsSync(marker)).toBe(false);
    },
    30_000,
  );

  test('a config file that is a link to a program is read as data', () => {
    plant();
    symlinkSync('.lazycredrc.cjs', join(folder.project, '.lazycredrc'));
    symlinkSync('.lazycredrc.mjs', join(folder.path, 'work/.lazycredrc.json'));
    expect(runThere(LOAD).stdout).toMatch(/^ERR_CONFIG .*project\/\.lazycredrc: /u);
    rmSync(join(folder.project, '.lazycredrc'));
    expect(runThere(LOAD).stdout).toMatch(/^ERR_CONFIG .*work\/\.lazycredrc\.json: is not valid JSON/u);
    expect(existsSync(marker)).toBe(false);
  });
});

describe('hostile data', () => {
  const refused = async (yaml: string): Promise<string> => {
    folder.write('work/project/.lazycredrc', yaml);
    return (await failure(folder.load())).message;
  };

  test('tags of programs', async () => {
    for (const tag of ['!!js/function "function () {}"', '!!js/regexp /a/', '!custom x']) {
      expect(await refused(`store: ${tag}`)).toMatch(/is not valid YAML: unknown tag/u);
    }
    expect(await refused('store: !!binary aGVsbG8=\n')).toMatch(/store: must be text/u);
    expect(await refused('profile: 2020-01-01\n')).toMatch(/profile: must be text, not a date/u);
  });

  test('prototypes', async () => {
    for (const yaml of [
      '__proto__: {store: /s}',
      '{"__proto__": {"store": "/s"}}',
      'constructor: {prototype: {a: 1}}',
    ]) {
      expect(await refused(yaml)).toMatch(/: (__proto__|constructor): unknown key/u);
    }
    expect(await refused('store: /s\nkey: alias/a\ncontext: {__proto__: x}')).toMatch(
      /"__proto__" can not be a key/u,
    );
    expect(await refused('stores: {__proto__: {store: /s}}')).toMatch(/stores\.__proto__: a name is/u);
    expect(({} as { store?: string }).store).toBeUndefined();
  });

  test('bombs of anchors, depth, merges and endless references end soon', async () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (const c of 'bcdefghijklm') {
      const before = String.fromCharCode(c.charCodeAt(0) - 1);
      bomb.push(`${c}: &${c} [${Array.from({ length: 9 }, () => `*${before}`).join(', ')}]`);
    }
    const keys = Array.from({ length: 2000 }, (_, i) => `k${i}: 1`).join(', ');
    const merges = `a: &a {${keys}}\nb:\n${Array.from({ length: 2000 }, (_, i) => `  - {<<: *a, z${i}: 1}`).join('\n')}`;
    const start = performance.now();
    expect(await refused(bomb.join('\n'))).toMatch(/problems in the configuration: /u);
    expect(await refused('['.repeat(60_000))).toMatch(/is not valid YAML/u);
    expect(await refused(`{"a":`.repeat(12_000))).toMatch(/is not valid YAML/u);
    expect(await refused(merges)).toMatch(/: (a|b): unknown key|not valid YAML/u);
    expect(await refused('key: &k [*k]')).toMatch(/must be text|not valid YAML/u);
    expect(await refused('stores: &s {a: {stores: *s, store: /x}}')).toMatch(
      /stores can not stand in a store|not valid/u,
    );
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  test('names that would rewrite the terminal', async () => {
    expect(await refused('"a\\e[2Jb\\r\\n": 1')).toContain('a\\u001b[2Jb\\u000d\\u000a: unknown key');
  });
});
