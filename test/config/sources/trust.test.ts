import { createHash } from 'node:crypto';
import { chownSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { trust } from '../../../src/config.js';
import { isTrusted } from '../../../src/config/sources/trust.js';
import { failure, makeFolder, MINIMAL, type Folder } from '../folder.js';

let folder: Folder;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => {
  folder.remove();
});

const endpoint = 'http://evil.example:1';
const role = 'arn:aws:iam::111122223333:role/theirs';
const around = () => ({ cwd: folder.project, home: folder.home, env: {}, platform: 'linux' });
const project = (settings: object) => folder.write('work/project/.lazycredrc', { ...MINIMAL, ...settings });

describe("endpoints and role of a project's file", () => {
  test.each([{ endpoint }, { kmsEndpoint: endpoint }, { role }])('%j is an error', async (settings) => {
    const file = project(settings);
    const [key] = Object.keys(settings);
    const e = await failure(folder.load());
    expect(e.message).toBe(
      `${file}: ${key ?? ''}: not trusted: the search found this file in or above the current folder`,
    );
    expect(e).toMatchObject({
      hint: 'read it, then name it: loadConfig({ file }), LAZYCRED_CONFIG',
      advice: { code: 'trust-file', file },
    });
  });

  test('in a parent folder, in package.json, in a named store, too', async () => {
    folder.write('work/package.json', { lazycred: { ...MINIMAL, endpoint } });
    expect((await failure(folder.load())).message).toMatch(/package\.json: endpoint: not trusted/u);
    const stores = { prod: { ...MINIMAL, kmsEndpoint: endpoint } };
    folder.write('work/package.json', { lazycred: { store: 'prod', stores } });
    expect((await failure(folder.load())).message).toMatch(
      /package\.json: stores\.prod\.kmsEndpoint: not trusted/u,
    );
  });

  test('count with --config, LAZYCRED_CONFIG and LAZYCRED_TRUST=1', async () => {
    const file = project({ endpoint });
    const loads = [{ file }, { env: { LAZYCRED_CONFIG: file } }, { env: { LAZYCRED_TRUST: '1' } }];
    for (const o of loads) expect((await folder.load(o)).settings.endpoint).toBe(endpoint);
    expect((await failure(folder.load({ env: { LAZYCRED_TRUST: '0' } }))).message).toMatch(/not trusted/u);
  });

  test("count in the home folder's own file, even when found on the way up", async () => {
    folder.write('home/.lazycredrc', { ...MINIMAL, endpoint });
    expect((await folder.load()).settings.endpoint).toBe(endpoint);
    expect((await folder.load({ cwd: folder.home })).settings.endpoint).toBe(endpoint);
    folder.write('home/checkout/.lazycredrc', { ...MINIMAL, endpoint });
    expect((await failure(folder.load({ cwd: join(folder.home, 'checkout') }))).message).toMatch(
      /not trusted/u,
    );
  });

  test("don't matter where a flag says otherwise, or in a store that is not picked", async () => {
    project({ endpoint, stores: { other: { ...MINIMAL, role } } });
    const mine = 'http://localhost:1';
    expect((await folder.load({ inline: { endpoint: mine } })).settings.endpoint).toBe(mine);
  });

  test('are left out only when asked for, to show', async () => {
    const file = project({ endpoint, role });
    const loaded = await folder.load({ lenient: true, env: { LAZYCRED_ENDPOINT: 'http://localhost:2' } });
    expect(loaded.settings).toMatchObject({ endpoint: 'http://localhost:2' });
    expect(loaded.settings.role).toBeUndefined();
    expect(loaded.ignored).toEqual([
      { key: 'role', file, why: 'not trusted' },
      { key: 'endpoint', file, why: 'not trusted' },
    ]);
  });
});

describe('trust', () => {
  test('is no trust where its note is of another user', async () => {
    const file = project({ endpoint });
    const { note, digest } = await trust(file, around());
    expect(await isTrusted(file, digest, around())).toBe(true);
    // Without root's rights no file of another user can be made here.
    if (process.getuid?.() !== 0) return;
    chownSync(note, 65_534, 65_534);
    const e = await failure(isTrusted(file, digest, around()));
    expect(e.message).toMatch(/belongs to another user/u);
  });

  test('is not handed on by a note that was copied into the place of another file of the same bytes', async () => {
    const file = project({ endpoint });
    const { note } = await trust(file, around());
    const other = folder.write('work/project/sub/.lazycredrc', readFileSync(file, 'utf8'));
    const place = createHash('sha256').update(other).digest('hex');
    writeFileSync(join(dirname(note), `${place}.json`), readFileSync(note), { mode: 0o600 });
    expect((await failure(folder.load({ cwd: join(folder.project, 'sub') }))).message).toMatch(
      /not trusted/u,
    );
    expect((await folder.load()).settings.endpoint).toBe(endpoint);
  });

  test("lasts until the file changes, and is the file's alone", async () => {
    const file = project({ endpoint, stores: { p: { ...MINIMAL, role } } });
    const note = await trust('./.lazycredrc', around());
    expect(note).toMatchObject({
      file,
      grants: [
        { key: 'endpoint', value: endpoint },
        { key: 'key', value: 'kms:alias/acme' },
        { key: 'stores.p.role', value: role },
        { key: 'stores.p.key', value: 'kms:alias/acme' },
      ],
    });
    expect((await folder.load()).settings.endpoint).toBe(endpoint);
    expect((await folder.load({ inline: { store: 'p' } })).settings.role).toBe(role);

    folder.write('work/project/sub/.lazycredrc', readFileSync(file, 'utf8'));
    expect((await failure(folder.load({ cwd: join(folder.project, 'sub') }))).message).toMatch(
      /not trusted/u,
    );

    writeFileSync(file, `${readFileSync(file, 'utf8')} `);
    expect((await failure(folder.load())).message).toMatch(/not trusted/u);
    await trust(file, around());
    expect((await folder.load()).settings.endpoint).toBe(endpoint);
  });

  test('is noted in files of the user alone, nothing left beside', async () => {
    const { note, digest } = await trust(project({ endpoint }), around());
    const dir = join(folder.home, '.local/share/lazycred/trust');
    expect(readdirSync(dir)).toHaveLength(1);
    expect(statSync(note).mode & 0o777).toBe(0o600);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(JSON.parse(readFileSync(note, 'utf8'))).toEqual({
      file: join(folder.project, '.lazycredrc'),
      digest,
    });
  });

  test('of what is not there or not usable fails', async () => {
    const absent = join(folder.project, 'absent');
    expect((await failure(trust('absent', around()))).message).toBe(
      `${absent}: there is no such config file`,
    );
    const file = folder.write('work/project/.lazycredrc', 'a: b: c');
    expect((await failure(trust(file, around()))).message).toMatch(/is not valid YAML/u);
    expect((await failure(trust('x', { ...around(), cwd: '' }))).message).toMatch(/current folder is gone/u);
    folder.write('home/.local', 'a file in the way');
    expect((await failure(trust(project({ endpoint }), around()))).message).toMatch(/can not be noted \(E/u);
  });

  test('a damaged note is an error, not a yes', async () => {
    const { note } = await trust(project({ endpoint }), around());
    writeFileSync(note, '{');
    expect((await failure(folder.load())).message).toMatch(/is not valid JSON/u);
    writeFileSync(note, '{}');
    expect((await failure(folder.load())).message).toMatch(/not trusted/u);
  });
});
