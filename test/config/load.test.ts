import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { failure, makeFolder, MINIMAL, type Folder } from './folder.js';

let folder: Folder;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => {
  folder.remove();
});

describe('precedence', () => {
  test('flags, then the file, then the environment, each key by itself', async () => {
    const file = folder.write(
      'work/project/.lazycredrc',
      'store: s3://in-file/\nregion: eu-west-1\ntimeout: 10\n',
    );
    const loaded = await folder.load({
      inline: { timeout: '5s' },
      inlineNames: { timeout: '--timeout' },
      env: {
        LAZYCRED_STORE: 's3://in-env/',
        LAZYCRED_KEY: 'alias/a',
        AWS_REGION: 'us-east-1',
        LAZYCRED_TIMEOUT: '7',
      },
    });
    expect(loaded.settings).toMatchObject({
      store: { bucket: 'in-file' },
      keys: [{ key: 'alias/a' }],
      region: 'eu-west-1',
      timeoutMs: 5000,
    });
    expect(loaded.origins).toMatchObject({
      store: { source: 'file', where: file },
      key: { source: 'environment', where: 'LAZYCRED_KEY' },
      region: { source: 'file', where: file },
      timeout: { source: 'inline', where: '--timeout' },
      format: { source: 'default', where: 'default' },
    });
    expect(loaded.overridden).toEqual([
      { variable: 'LAZYCRED_STORE', key: 'store', by: file },
      { variable: 'AWS_REGION', key: 'region', by: file },
      { variable: 'LAZYCRED_TIMEOUT', key: 'timeout', by: '--timeout' },
    ]);
    expect(loaded.files).toEqual([file]);
  });

  test('a context that no record could be put under is refused, naming the file and the key', async () => {
    const file = folder.write('work/project/.lazycredrc', { ...MINIMAL, context: { env: '' } });
    expect(await failure(folder.load())).toMatchObject({
      code: 'ERR_CONFIG',
      message: `${file}: context: "env" has an empty value`,
    });
  });

  test('a flag or variable picks a named store of the file, and stays above it', async () => {
    const file = folder.write('work/project/.lazycredrc.json', {
      ...MINIMAL,
      region: 'eu-west-1',
      stores: { prod: { store: 'dynamodb://prod', region: 'us-east-1', timeout: 4 } },
    });
    const byFlag = await folder.load({ inline: { store: 'prod', timeout: 3 } });
    expect(byFlag.settings).toMatchObject({
      store: { table: 'prod' },
      keys: [{ key: 'alias/acme' }],
      region: 'us-east-1',
      timeoutMs: 3000,
    });
    expect(byFlag.origins['store']).toEqual({ source: 'file', where: `${file}: stores.prod` });

    folder.write('work/project/.lazycredrc.json', { stores: { prod: MINIMAL } });
    const byVariable = await folder.load({ env: { LAZYCRED_STORE: 'prod' } });
    expect(byVariable.settings.store).toMatchObject({ bucket: 'acme' });
    expect(byVariable.overridden).toEqual([]);
    const none = await failure(folder.load());
    expect([none.message, none.hint]).toEqual(['no store is configured', 'choose one of prod']);
  });

  test("LazyCred's region in a file is KMS's, before any variable", async () => {
    folder.write('work/project/.lazycred', '{"s3_path":"acme/x","key_alias":"a","region":"us-west-2"}');
    const { settings } = await folder.load({
      env: { LAZYCRED_KMS_REGION: 'eu-west-1', AWS_REGION: 'eu-west-1' },
    });
    expect(settings).toMatchObject({ kmsRegion: 'us-west-2', region: 'us-west-2', format: 'lazycred' });
  });
});

describe('the environment', () => {
  test('every key has its variable', async () => {
    const { settings } = await folder.load({
      env: {
        LAZYCRED_STORE: 'dynamodb://table',
        LAZYCRED_KEY: 'kms:alias/a, local:/k',
        LAZYCRED_DECRYPT_KEYS: 'passphrase:/s',
        LAZYCRED_REGION: 'eu-west-1',
        LAZYCRED_KMS_REGION: 'eu-west-2',
        LAZYCRED_PROFILE: 'p',
        LAZYCRED_ROLE: 'arn:aws:iam::111122223333:role/r',
        LAZYCRED_ENDPOINT: 'http://localhost:1',
        LAZYCRED_KMS_ENDPOINT: 'http://localhost:2',
        LAZYCRED_FORMAT: 'credstash',
        LAZYCRED_ACCEPT: 'native,credstash',
        LAZYCRED_CONTEXT: 'a=b=c, d=e',
        LAZYCRED_TIMEOUT: '2m',
        AWS_REGION: 'us-east-1',
      },
    });
    expect(settings).toEqual({
      store: { kind: 'dynamodb', table: 'table' },
      keys: [
        { kind: 'kms', key: 'alias/a' },
        { kind: 'local', file: '/k', label: 'local:/k' },
      ],
      decryptKeys: [{ kind: 'passphrase', saltFile: '/s', label: 'passphrase:/s' }],
      region: 'eu-west-1',
      kmsRegion: 'eu-west-2',
      profile: 'p',
      role: 'arn:aws:iam::111122223333:role/r',
      endpoint: 'http://localhost:1',
      kmsEndpoint: 'http://localhost:2',
      format: 'credstash',
      formatIsDefault: false,
      accept: ['credstash', 'native'],
      context: { a: 'b=c', d: 'e' },
      timeoutMs: 120_000,
    });
  });

  test("LazyCred's variables, and AWS's region", async () => {
    const env = { LAZYCRED_S3_PATH: 'acme/creds/', LAZYCRED_KEY_ALIAS: 'a', AWS_DEFAULT_REGION: 'us-west-1' };
    const loaded = await folder.load({ env });
    expect(loaded.settings).toMatchObject({
      store: { bucket: 'acme', prefix: 'creds/' },
      keys: [{ key: 'alias/a' }],
      kmsRegion: 'us-west-1',
      format: 'lazycred',
    });
    expect(loaded.origins['store']).toEqual({ source: 'environment', where: 'LAZYCRED_S3_PATH' });
    expect((await folder.load({ env: { ...env, AWS_REGION: 'us-west-2' } })).settings.region).toBe(
      'us-west-2',
    );
  });

  test('LAZYCRED_STORE comes before LAZYCRED_S3_PATH, and says so', async () => {
    const loaded = await folder.load({
      env: { LAZYCRED_STORE: '/s', LAZYCRED_S3_PATH: 'acme/', LAZYCRED_KEY: 'local:' },
    });
    expect(loaded.settings).toMatchObject({ store: { dir: '/s' }, format: 'native' });
    expect(loaded.overridden).toEqual([{ variable: 'LAZYCRED_S3_PATH', key: 'store', by: 'LAZYCRED_STORE' }]);
  });

  test('an empty variable counts as unset', async () => {
    const loaded = await folder.load({
      inline: MINIMAL,
      env: { LAZYCRED_STORE: '', LAZYCRED_CONFIG: '', AWS_REGION: '', LAZYCRED_CONTEXT: '' },
    });
    expect(loaded.settings.region).toBeUndefined();
    expect(loaded.settings.context).toBeUndefined();
    expect(loaded.overridden).toEqual([]);
  });

  test.each([
    ['LAZYCRED_CONTEXT', 'a', 'LAZYCRED_CONTEXT: must be pairs name=value with commas between'],
    ['LAZYCRED_CONTEXT', 'a=1,a=2', 'LAZYCRED_CONTEXT: holds the same name twice'],
    ['LAZYCRED_CONTEXT', '__proto__=x', 'LAZYCRED_CONTEXT: "__proto__" can not be a key'],
    ['LAZYCRED_ACCEPT', 'native,', 'LAZYCRED_ACCEPT: is empty'],
    ['LAZYCRED_TIMEOUT', 'soon', 'LAZYCRED_TIMEOUT: "soon" is not a time (30, 30s, 500ms, 2m)'],
    ['AWS_REGION', 'a b', 'AWS_REGION: "a b" is not a region (such as eu-west-1)'],
  ])('%s=%s', async (variable, value, message) => {
    expect((await failure(folder.load({ inline: MINIMAL, env: { [variable]: value } }))).message).toBe(
      message,
    );
  });
});

describe('paths', () => {
  test('are relative to the file they stand in, or to the current folder', async () => {
    folder.write(
      'work/.lazycredrc',
      'store: ./secrets\nkey: local:keys/k\ndecryptKeys: "passphrase:~/salt"\n',
    );
    const { settings } = await folder.load();
    expect(settings).toMatchObject({
      store: { dir: join(folder.path, 'work/secrets') },
      keys: [{ file: join(folder.path, 'work/keys/k') }],
      decryptKeys: [{ saltFile: join(folder.home, 'salt') }],
    });
    const flag = await folder.load({ inline: { store: 'file:here' }, env: { LAZYCRED_KEY: 'local:' } });
    expect(flag.settings.store).toEqual({ kind: 'file', dir: join(folder.project, 'here') });
  });

  test('keys without a path lie in the data folder', async () => {
    const env = { LAZYCRED_STORE: '/s', LAZYCRED_KEY: 'local,passphrase:', XDG_DATA_HOME: '/data' };
    expect((await folder.load({ env })).settings.keys).toEqual([
      { kind: 'local', file: '/data/lazycred/local.key' },
      { kind: 'passphrase', saltFile: '/data/lazycred/passphrase.salt' },
    ]);
    const homeless = failure(
      folder.load({ home: '', env: { LAZYCRED_STORE: '/s', LAZYCRED_KEY: 'local:' } }),
    );
    expect((await homeless).message).toBe('LAZYCRED_KEY: no home folder: HOME is not an absolute path');
  });
});

describe('the local store by default', () => {
  test('only for the command', async () => {
    expect((await failure(folder.load())).message).toBe('no store is configured');
    const loaded = await folder.load({ allowDefault: true });
    const data = join(folder.home, '.local/share/lazycred');
    expect(loaded.settings).toMatchObject({
      store: { kind: 'file', dir: join(data, 'store') },
      keys: [{ kind: 'local', file: join(data, 'local.key') }],
    });
    expect(loaded.origins).toMatchObject({ store: { source: 'default' }, key: { source: 'default' } });
  });

  test.each([{ CI: 'true' }, { CI: '1' }, { NODE_ENV: 'production' }])('never with %j', async (env) => {
    const e = await failure(folder.load({ allowDefault: true, env }));
    expect(e.message).toBe('no store is configured');
    expect(e.hint).toMatch(/with CI or NODE_ENV=production set/u);
    const file = failure(folder.load({ allowDefault: true, env: { ...env, LAZYCRED_STORE: '/s' } }));
    expect((await file).message).toBe('no key is configured');
    const named = await folder.load({ allowDefault: true, inline: { store: './s', key: 'local:' }, env });
    expect(named.settings.store.kind).toBe('file');
  });

  test.each([{ CI: 'false' }, { CI: '0' }, { CI: '' }, { NODE_ENV: 'development' }])(
    'with %j',
    async (env) => {
      expect((await folder.load({ allowDefault: true, env })).origins['store']?.source).toBe('default');
    },
  );

  test('a folder without a key gets the local key; a key of our own kinds gets the local store', async () => {
    const store = await folder.load({ allowDefault: true, inline: { store: '/s' } });
    expect(store.settings.keys).toEqual([
      { kind: 'local', file: join(folder.home, '.local/share/lazycred/local.key') },
    ]);
    const key = await folder.load({ allowDefault: true, env: { LAZYCRED_KEY: 'passphrase:/p' } });
    expect(key.settings).toMatchObject({ store: { kind: 'file' }, keys: [{ kind: 'passphrase' }] });
  });

  test('not where something else was meant', async () => {
    const load = (env: Record<string, string>) => failure(folder.load({ allowDefault: true, env }));
    expect((await load({ LAZYCRED_KEY: 'alias/a' })).message).toBe('no store is configured');
    expect((await load({ LAZYCRED_STORE: 's3://acme' })).message).toBe('no key is configured');
    expect((await load({ LAZYCRED_STORE: 'bad scheme' })).message).toMatch(/^LAZYCRED_STORE: /u);
  });
});

test('the problems of all sources, each with its place', async () => {
  const file = folder.write(
    'work/project/.lazycredrc',
    'stor: x\nregion: "!"\nstores:\n  p: {store: /s, timeout: 0}\n',
  );
  const e = await failure(
    folder.load({
      inline: { timeout: 'x' },
      inlineNames: { timeout: '--timeout' },
      env: { LAZYCRED_FORMAT: 'x' },
    }),
  );
  expect(e.message.split('; ')).toEqual([
    '6 problems in the configuration: --timeout: "x" is not a time (30, 30s, 500ms, 2m)',
    `${file}: stor: unknown key, did you mean "store"?`,
    `${file}: region: "!" is not a region (such as eu-west-1)`,
    `${file}: stores.p.timeout: "0" is not between 1ms and 60m`,
    'LAZYCRED_FORMAT: "x" is not one of native, lazycred, credstash, cloudchain',
    'no store is configured',
  ]);
});
