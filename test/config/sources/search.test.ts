import { chmodSync, chownSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { refuseForeign } from '../../../src/config/sources/file.js';
import { failure, makeFolder, MINIMAL, type Folder } from '../folder.js';

let folder: Folder;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => {
  folder.remove();
});

const bucket = (name: string) => ({ ...MINIMAL, store: `s3://${name}/` });
const found = async (): Promise<string | undefined> => (await folder.load({ allowDefault: true })).files[0];

describe('the search', () => {
  test('takes the first file of a folder, the nearest folder, and last the home folder', async () => {
    const places = ['.lazycredrc', '.lazycredrc.json', '.lazycredrc.yaml', '.lazycredrc.yml', '.lazycred'];
    const files = ['work/project', 'work', '', 'home'].flatMap((dir) => [
      ...places.map((p) => folder.write(join(dir, p), bucket('acme'))),
      folder.write(join(dir, 'package.json'), { name: 'x', lazycred: bucket('acme') }),
    ]);
    for (const file of files) {
      expect(await found()).toBe(file);
      rmSync(file);
    }
    expect(await found()).toBeUndefined();
  });

  test("looks after the home folder into the one for the user's settings, which needs no trust", async () => {
    const own = { ...bucket('acme'), endpoint: 'https://minio.example' };
    const at = {
      linux: folder.write('home/.config/lazycred/config.yaml', own),
      darwin: folder.write('home/Library/Application Support/lazycred/config.yaml', own),
    };
    const xdg = folder.write('xdg/lazycred/config.yaml', own);
    const env = { XDG_CONFIG_HOME: join(folder.path, 'xdg') };
    for (const platform of ['linux', 'darwin'] as const) {
      const here = await folder.load({ platform });
      expect(here.files).toEqual([at[platform]]);
      expect(here.settings.endpoint).toBe(own.endpoint);
      expect((await folder.load({ platform, env })).files).toEqual([xdg]);
    }
    rmSync(xdg);
    // As the XDG specification says: the variable is instead of ~/.config. macOS has a place of its own.
    expect((await folder.load({ env, allowDefault: true })).files).toEqual([]);
    expect((await folder.load({ env, platform: 'darwin' })).files).toEqual([at.darwin]);
    const nearer = folder.write('home/.lazycredrc', bucket('home'));
    expect((await folder.load()).files).toEqual([nearer]);
  });

  test("passes over a package.json without us, however broken, and folders of our files' names", async () => {
    folder.write('work/project/package.json', { name: 'x', dependencies: { lazycred: '1' } });
    folder.write('work/package.json', '{ not JSON');
    chmodSync(folder.write('package.json', '{}'), 0o666);
    mkdirSync(join(folder.project, '.lazycred'));
    mkdirSync(join(folder.project, '.lazycredrc'));
    const home = folder.write('home/.lazycredrc', bucket('acme'));
    expect(await found()).toBe(home);
  });

  test('an empty file is one without settings; an empty package.json is none', async () => {
    folder.write('work/project/package.json', '');
    const empty = folder.write('work/.lazycredrc', ' \n');
    folder.write('home/.lazycredrc', bucket('acme'));
    expect(await found()).toBe(empty);
    folder.write('work/.lazycredrc', '# only a comment\n');
    expect(await found()).toBe(empty);
  });

  test("reads JSON, YAML, and LazyCred's own file with its comma at the end", async () => {
    folder.write(
      'home/.lazycred',
      '{\n    "region": "us-east-1",\n    "s3_path": "eFart/credentials/",\n    "key_alias": "eFart-key",\n}\n',
    );
    expect((await folder.load()).settings).toMatchObject({
      store: { kind: 's3', bucket: 'eFart', prefix: 'credentials/' },
      keys: [{ key: 'alias/eFart-key' }],
      kmsRegion: 'us-east-1',
      format: 'lazycred',
    });
    folder.write('home/.lazycred', '{"s3_path":"acme/,}","key_alias":"a"}');
    expect((await folder.load()).settings.store).toMatchObject({ prefix: ',}' });
    folder.write(
      'home/.lazycredrc',
      '\ufeffstore: s3://acme/yaml # comment\nkey: [local:/a, local:/b]\ntimeout: 1.5\n',
    );
    expect((await folder.load()).settings).toMatchObject({ store: { prefix: 'yaml/' }, timeoutMs: 1500 });
  });

  test('from a folder that is gone', async () => {
    folder.write('work/.lazycredrc', bucket('acme'));
    rmSync(folder.project, { recursive: true });
    expect((await folder.load()).settings.store).toMatchObject({ bucket: 'acme' });
    const home = folder.write('home/.lazycredrc', bucket('home'));
    expect((await folder.load({ cwd: '' })).files).toEqual([home]);
    const e = await failure(folder.load({ cwd: '', inline: { store: './s' } }));
    expect(e.message).toBe('store: the current folder is gone, give an absolute path');
  });

  test('without a home folder', async () => {
    folder.write('home/.lazycredrc', bucket('acme'));
    expect((await failure(folder.load({ home: undefined }))).message).toBe('no store is configured');
    expect((await folder.load({ home: undefined, env: { HOME: folder.home } })).files).toHaveLength(1);
  });
});

describe('file and LAZYCRED_CONFIG', () => {
  test('replace the search', async () => {
    folder.write('work/project/.lazycredrc', bucket('found'));
    const other = folder.write('work/other.yaml', 'store: s3://other/\nkey: alias/a\n');
    expect((await folder.load({ file: '../other.yaml' })).files).toEqual([other]);
    expect((await folder.load({ env: { LAZYCRED_CONFIG: other } })).files).toEqual([other]);
    expect((await folder.load({ file: 'none', inline: MINIMAL })).files).toEqual([]);
    expect((await folder.load({ env: { LAZYCRED_CONFIG: 'none' }, inline: MINIMAL })).files).toEqual([]);
    expect((await folder.load({ file: other, env: { LAZYCRED_CONFIG: '/absent' } })).files).toEqual([other]);
    const member = folder.write('work/package.json', { lazycred: bucket('acme') });
    expect((await folder.load({ file: member })).settings.store).toMatchObject({ bucket: 'acme' });
  });

  test('a file that is not there is an error, the next place is not tried', async () => {
    folder.write('work/project/.lazycredrc', bucket('found'));
    const e = await failure(folder.load({ env: { LAZYCRED_CONFIG: './absent' } }));
    expect(e.message).toBe(
      `${folder.project}/absent: there is no such config file (named by LAZYCRED_CONFIG)`,
    );
    expect((await failure(folder.load({ file: folder.project }))).message).toMatch(
      /: is not a file|can not be read/u,
    );
    expect((await failure(folder.load({ file: '' }))).message).toBe('file: the path is empty');
  });

  test('a program is not run', async () => {
    const file = folder.write('work/c.mjs', 'export default {}');
    expect((await failure(folder.load({ file }))).message).toBe(
      `${file}: programs are not run: write the settings as YAML or JSON`,
    );
  });
});

describe('a file that can not be used is an error, not passed over', () => {
  beforeEach(() => {
    folder.write('home/.lazycredrc', bucket('home'));
  });

  test('a link to nothing, a loop, a pipe', async () => {
    const file = join(folder.project, '.lazycredrc');
    symlinkSync('nowhere', file);
    expect((await failure(folder.load())).message).toBe(`${file}: is a link that leads nowhere`);
    rmSync(file);
    symlinkSync('.lazycredrc', file);
    expect((await failure(folder.load())).message).toBe(`${file}: can not be read (ELOOP)`);
    rmSync(file);
    expect(spawnSync('sh', ['-c', `mkfifo "${file}"`]).status).toBe(0);
    expect((await failure(folder.load())).message).toBe(`${file}: is not a file`);
  });

  test.each([
    [
      '.lazycredrc',
      'a: b: c',
      /: is not valid YAML: bad indentation of a mapping entry \(line 1, column 5\)$/u,
    ],
    [
      '.lazycredrc',
      'region: a\nregion: b',
      /: is not valid YAML: duplicated mapping key \(line 2, column 1\)$/u,
    ],
    ['.lazycredrc', '- a', /: must be a map of settings$/u],
    ['.lazycredrc', 'text', /: must be a map of settings$/u],
    ['.lazycredrc', 'a: 1\n---\nb: 1', /: is not valid YAML: /u],
    ['.lazycredrc.json', '{"a":1,}', /: is not valid JSON \(line 1, column 8\)$/u],
    ['.lazycredrc.json', '{"password":hunter2}', /: is not valid JSON( \(line 1, column 13\))?$/u],
    ['.lazycred', '{"a" 1}', /: is not valid JSON/u],
    ['package.json', '{"lazycred": ', /: is not valid JSON/u],
    ['package.json', '{"lazycred": null}', /: must be a map of settings$/u],
    ['.lazycredrc', '\u0000', /: is not valid YAML/u],
    ['.lazycredrc', `# ${'x'.repeat(64 * 1024)}`, /: is larger than 64 KiB$/u],
  ])('%s: %j', async (name, content, message) => {
    const file = folder.write(join('work/project', name), content);
    const e = await failure(folder.load());
    expect(e.message).toMatch(message);
    expect(e.message.startsWith(`${file}: `)).toBe(true);
    expect(e.message).not.toMatch(/hunter2|\n/u);
  });

  test('a colon at the end without quotes gets a hint', async () => {
    folder.write('work/project/.lazycredrc', 'store: ./s\nkey: local: # mine\n');
    expect((await failure(folder.load())).hint).toBe('put "local:" in quotes');
  });

  test('what is not UTF-8', async () => {
    const file = folder.write('work/project/.lazycredrc', '');
    spawnSync('sh', ['-c', `printf 'a: "\\377"' > "${file}"`]);
    expect((await failure(folder.load())).message).toBe(`${file}: is not UTF-8 text`);
  });
});

describe('permissions', () => {
  test('a file that anybody may write to', async () => {
    for (const file of [
      folder.write('work/project/.lazycredrc', bucket('acme')),
      folder.write('work/project/package.json', { lazycred: bucket('acme') }),
    ]) {
      chmodSync(file, 0o666);
      const found = await failure(folder.load());
      expect(found.message).toBe(`${file}: anybody may write to this file, so it is not read`);
      expect(found.hint).toBe(`chmod o-w ${file}`);
      expect((await failure(folder.load({ file }))).message).toBe(found.message);
      rmSync(file);
    }
  });

  test('a file of another user', async () => {
    const stat = (uid: number) => ({ uid, mode: 0o100644, isFile: () => true });
    const refusal = (uid: number, own: number | undefined) => () => {
      refuseForeign(stat(uid), "/it's/f", own);
    };
    expect(refusal(1000, 1000)).not.toThrow();
    expect(refusal(0, 1000)).not.toThrow();
    expect(refusal(0, undefined)).not.toThrow();
    expect(refusal(1001, undefined)).toThrow('belongs to another user (1001), so it is not read');
    const e = await failure(refusal(1001, 1000));
    expect(e.message).toBe('belongs to another user (1001), so it is not read');
    expect(e.hint).toBe(
      "after reading it: chown 1000 '/it'\\''s/f', or name it: loadConfig({ file }), LAZYCRED_CONFIG",
    );
  });

  // Root may read everything and give files away, everybody else needs no help to be refused.
  const asNobody = async <T>(run: () => Promise<T>): Promise<T> => {
    if (process.getuid?.() !== 0) return await run();
    process.seteuid?.(65_534);
    try {
      return await run();
    } finally {
      process.seteuid?.(0);
    }
  };
  const giveAway = (path: string): void => {
    if (process.getuid?.() === 0) chownSync(path, 65_534, 65_534);
  };

  test('a file that may not be read', async () => {
    chmodSync(folder.path, 0o755);
    const file = folder.write('work/project/.lazycredrc', bucket('acme'));
    chmodSync(file, 0);
    const e = await asNobody(() => failure(folder.load()));
    expect(e.message).toBe(`${file}: can not be read (EACCES)`);
    expect(e).toMatchObject({
      hint: 'check its permissions, or name another file: loadConfig({ file }), LAZYCRED_CONFIG',
      advice: { code: 'other-config-file' },
    });
  });

  test('a folder that may not be entered is passed over', async () => {
    chmodSync(folder.path, 0o755);
    const file = folder.write('home/.lazycredrc', bucket('home'));
    folder.write('work/.lazycredrc', bucket('acme'));
    expect(await found()).not.toBe(file);
    chmodSync(join(folder.path, 'work'), 0);
    try {
      expect(await asNobody(found)).toBe(file);
    } finally {
      chmodSync(join(folder.path, 'work'), 0o755);
    }
  });

  test('by real owners, where this user can make one', async () => {
    const file = folder.write('work/project/.lazycredrc', bucket('acme'));
    giveAway(file);
    const other = process.getuid?.() === 0;
    const message = await folder.load().then(
      () => 'read',
      (e: Error) => e.message,
    );
    expect(message).toBe(other ? `${file}: belongs to another user (65534), so it is not read` : 'read');
  });

  test('a file of another user is used where it is named', async () => {
    const file = folder.write('work/project/.lazycredrc', bucket('acme'));
    giveAway(file);
    for (const named of [{ file }, { env: { LAZYCRED_CONFIG: file } }])
      expect((await folder.load(named)).files).toEqual([file]);
    chmodSync(file, 0o666);
    expect((await failure(folder.load({ file }))).message).toContain('anybody may write to this file');
  });
});
