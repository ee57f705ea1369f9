import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { trust } from '../../src/config.js';
import { openStore } from '../../src/connect.js';
import { failure, makeFolder, type Folder } from '../config/folder.js';

let folder: Folder;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => {
  folder.remove();
});

test("openStore(loadConfig(…)) seals no opened value for a stranger's key that a project's file names", async () => {
  const [store, mine] = [`file:${join(folder.home, 'store')}`, `local:${join(folder.home, 'mine')}`];
  const own = await openStore({ store, key: mine });
  await own.put('db', 'old');
  await own.put('db', 'new');
  await own.put('gone', 'value');
  await own.delete('gone');

  const file = folder.write('work/project/.lazycredrc', { store, key: 'local:./theirs', decryptKeys: mine });
  const config = await folder.load();
  expect(config.projectKey).toEqual({ file, trusted: false });
  const cloned = await openStore(config);
  for (const seal of [() => cloned.rollback('db', 1), () => cloned.undelete('gone')]) {
    const e = await failure(seal);
    expect(e.message).toContain(`not sealed for local:${join(folder.project, 'theirs')}`);
    expect(e.advice).toEqual({ code: 'trust-key', file });
  }
  expect((await own.history('db')).map((v) => v.version)).toEqual(['2', '1']);
  // A value that the caller gives is the caller's to give, under the key that `keyLabels` names.
  expect((await cloned.put('db', 'given')).version).toBe('3');
  // Sealed for the stranger already: no secret from him.
  expect((await cloned.rollback('db', 3)).version).toBe('4');

  await trust(file, { cwd: folder.project, home: folder.home, env: {}, platform: 'linux' });
  const trusted = await folder.load();
  expect(trusted.projectKey).toEqual({ file, trusted: true });
  expect((await (await openStore(trusted)).rollback('db', 1)).version).toBe('5');
});

test("of several keys that a project's file names, each must have been able to open the value", async () => {
  const [store, mine] = [`file:${join(folder.home, 'store')}`, `local:${join(folder.home, 'mine')}`];
  const own = await openStore({ store, key: mine });
  await own.put('db', 'old');
  await own.put('db', 'new');
  for (const key of [
    [mine, 'local:./theirs'],
    ['local:./theirs', mine],
  ]) {
    folder.write('work/project/.lazycredrc', { store, key, decryptKeys: mine });
    const cloned = await openStore(await folder.load());
    const e = await failure(() => cloned.rollback('db', 1));
    expect(e.message).toContain(`not sealed for local:${join(folder.project, 'theirs')}`);
  }
  expect((await own.history('db')).map((v) => v.version)).toEqual(['2', '1']);
});

test("the key of a flag, of a named file and of the home folder's own needs no trust", async () => {
  const settings = { store: 'memory:', key: 'local:./key' };
  const file = folder.write('work/project/.lazycredrc', settings);
  expect((await folder.load({ file })).projectKey).toBeUndefined();
  expect((await folder.load({ inline: { key: 'local:./other' } })).projectKey).toBeUndefined();
  expect((await folder.load({ env: { LAZYCRED_TRUST: '1' } })).projectKey).toEqual({ file, trusted: true });
  folder.write('home/.lazycredrc', settings);
  expect((await folder.load({ cwd: folder.home })).projectKey).toBeUndefined();
});
