import { chmodSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { failure, makeFolder, MINIMAL, type Folder } from '../folder.js';

let folder: Folder;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => {
  folder.remove();
});

// The example of cloudchain's README.
const EXAMPLE = `[dynamo]
region_name = us-east-1
endpoint_url = https://dynamodb.us-east-1.amazonaws.com
tablename = safedb

[IAMKMS]
keyalias = alias/key
`;
const write = (text = EXAMPLE): string => folder.write('home/.cchainrc', text);

describe("cloudchain's file", () => {
  test('names store, key, region and endpoint, and implies the format', async () => {
    const file = write();
    const loaded = await folder.load({ allowDefault: true, env: { AWS_REGION: 'eu-west-1', CI: 'true' } });
    expect(loaded.settings).toEqual({
      store: { kind: 'dynamodb', table: 'safedb' },
      keys: [{ kind: 'kms', key: 'alias/key' }],
      decryptKeys: [],
      region: 'us-east-1',
      kmsRegion: 'us-east-1',
      endpoint: 'https://dynamodb.us-east-1.amazonaws.com',
      format: 'cloudchain',
      formatIsDefault: false,
      accept: ['cloudchain'],
      context: undefined,
      timeoutMs: 30_000,
    });
    const here = { source: 'file', where: file };
    expect(loaded.origins).toMatchObject({ store: here, key: here, region: here, endpoint: here });
    expect(loaded.origins['format']).toEqual({ source: 'default', where: 'dynamo.tablename' });
    expect(loaded.files).toEqual([file]);
    expect(loaded.overridden).toEqual([{ variable: 'AWS_REGION', key: 'region', by: file }]);
    expect((await folder.load({ inline: { format: 'native', timeout: 5 } })).settings).toMatchObject({
      store: { table: 'safedb' },
      format: 'native',
      timeoutMs: 5000,
    });
  });

  test('is the one that CLOUDCHAIN_CONFIG names, where it is set', async () => {
    write('not an INI file');
    const named = folder.write('work/chain.ini', EXAMPLE.replace('safedb', 'other'));
    for (const CLOUDCHAIN_CONFIG of [named, '../chain.ini']) {
      const { settings, files } = await folder.load({ env: { CLOUDCHAIN_CONFIG } });
      expect([settings.store, files]).toEqual([{ kind: 'dynamodb', table: 'other' }, [named]]);
    }
    const absent = join(folder.path, 'absent');
    expect((await failure(folder.load({ env: { CLOUDCHAIN_CONFIG: absent } }))).message).toBe(
      `${absent}: there is no such file (named by CLOUDCHAIN_CONFIG)`,
    );
  });

  test('counts only where nothing else says which store', async () => {
    write('[');
    const key = 'local:/k';
    const file = folder.write('work/own.yaml', 'key: local:/k\n');
    expect((await folder.load({ inline: MINIMAL })).files).toEqual([]);
    expect((await folder.load({ env: { LAZYCRED_S3_PATH: 'a-b/', LAZYCRED_KEY_ALIAS: 'a' } })).files).toEqual(
      [],
    );
    expect((await folder.load({ allowDefault: true, inline: { key } })).settings.store.kind).toBe('file');
    for (const o of [
      { file: 'none' },
      { file },
      { env: { LAZYCRED_CONFIG: 'none' } },
      { inline: { stores: { a: MINIMAL } } },
      { home: '' },
    ]) {
      expect((await failure(folder.load(o))).message).toBe('no store is configured');
    }
    folder.write('work/.lazycred', '{"s3_path":"acme/x","key_alias":"a"}');
    expect((await folder.load()).settings.format).toBe('lazycred');
  });

  test("is read as Python's ConfigParser reads it", async () => {
    write(
      [
        '; written by hand',
        '[DEFAULT]',
        'region_name: eu-west-1',
        'aws_secret_access_key = not read',
        '[other]',
        'tablename = none-of-ours',
        '[dynamo] # this section',
        '  # of mine',
        '  TableName=safe.db ; the table',
        '  endpoint_url: http://localhost:8000/',
        '[IAMKMS]\r',
        'keyalias\t=\talias/a/b-c_d\r',
        'note = goes on',
        '  over two lines = as one',
      ].join('\n'),
    );
    expect((await folder.load()).settings).toMatchObject({
      store: { table: 'safe.db' },
      region: 'eu-west-1',
      endpoint: 'http://localhost:8000/',
      keys: [{ kind: 'kms', key: 'alias/a/b-c_d' }],
    });
    write(EXAMPLE.replace(/^/gmu, '\t'));
    expect((await folder.load()).settings).toMatchObject({ store: { table: 'safedb' }, region: 'us-east-1' });
    const arn = 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
    write(EXAMPLE.replace('alias/key', arn).replace(/^endpoint.*\n/mu, ''));
    const { settings } = await folder.load();
    expect([settings.keys, settings.endpoint]).toEqual([
      [{ kind: 'kms', key: arn, region: 'us-east-1' }],
      undefined,
    ]);
  });

  test('with problems is an error that names each key, and never the next place', async () => {
    const file = write(
      '[dynamo]\ntablename = "safedb"\nregion_name = us-east-1\nregion_name = eu-west-1\n' +
        'endpoint_url = https://ann:hunter2@example.com\n[IAMKMS]\nkeyalias = key\n',
    );
    const all = await failure(folder.load({ allowDefault: true }));
    expect(all.message.split('; ')).toEqual([
      `4 problems in the configuration: ${file}: dynamo.tablename: the table must be 3 to 255 of a-z, A-Z, 0-9, "_", "." and "-"`,
      `${file}: dynamo.region_name: stands in the file more than once`,
      `${file}: dynamo.endpoint_url: must not hold a user or password`,
      `${file}: IAMKMS.keyalias: "key" is not an alias, id or ARN of a KMS key`,
    ]);
    expect(all.hint).toBe('for an alias write alias/key');
    for (const [text, message] of [
      [
        '',
        `3 problems in the configuration: ${file}: dynamo.tablename: is missing; ${file}: dynamo.region_name: is missing; ${file}: IAMKMS.keyalias: is missing`,
      ],
      ['tablename = x', `${file}: line 1 stands before the first [section]`],
      ['[dynamo]\n\ntable hunter2', `${file}: line 3 is neither [section] nor option = value`],
      [
        EXAMPLE.replace('safedb', 'safedb\n  goes on'),
        `${file}: dynamo.tablename: the table must be 3 to 255 of a-z, A-Z, 0-9, "_", "." and "-"`,
      ],
      ['#'.repeat(64 * 1024 + 1), `${file}: is larger than 64 KiB`],
    ] as const) {
      write(text);
      expect((await failure(folder.load({ allowDefault: true }))).message).toBe(message);
    }
    write();
    chmodSync(file, 0o646);
    expect((await failure(folder.load())).message).toBe(
      `${file}: anybody may write to this file, so it is not read`,
    );
    const link = join(folder.home, 'link');
    symlinkSync('link', link);
    expect((await failure(folder.load({ env: { CLOUDCHAIN_CONFIG: link } }))).message).toBe(
      `${link}: can not be read (ELOOP)`,
    );
  });
});

describe("an ancestor's own places alone", () => {
  const OURS = { LAZYCRED_STORE: 's3://ours', LAZYCRED_KEY: 'kms:alias/ours', LAZYCRED_CONFIG: 'none' };
  const variables = {
    ...OURS,
    LAZYCRED_S3_PATH: 'theirs/a-',
    LAZYCRED_KEY_ALIAS: 'theirs',
    AWS_DEFAULT_REGION: 'us-west-1',
    AWS_REGION: 'eu-west-1',
  };
  const lazycred = (env: Record<string, string> = variables) => folder.load({ ancestor: 'lazycred', env });

  test("LazyCred's: its file upward, then at home, then its variables, one of them for all", async () => {
    folder.write('work/project/.lazycredrc', { store: 's3://ours', key: 'kms:alias/ours' });
    folder.write('work/package.json', { lazycred: { store: 's3://ours', key: 'kms:alias/ours' } });
    const { settings, files, overridden } = await lazycred();
    expect(settings).toMatchObject({
      store: { bucket: 'theirs', prefix: 'a-' },
      keys: [{ key: 'alias/theirs' }],
      region: 'us-west-1',
      kmsRegion: 'us-west-1',
      format: 'lazycred',
    });
    expect([files, overridden]).toEqual([[], []]);

    const home = folder.write(
      'home/.lazycred',
      '{"s3_path": "home/b/", "key_alias": "b", "region": "us-east-1",}',
    );
    expect((await lazycred()).files).toEqual([home]);
    const near = folder.write('work/.lazycred', '{"s3_path": "near/", "key_alias": "c"}');
    const found = await lazycred();
    expect([found.settings.store, found.settings.region, found.files]).toEqual([
      { kind: 's3', bucket: 'near', prefix: '' },
      undefined,
      [near],
    ]);
    folder.write('work/.lazycred', '{"s3_path": "near/"}');
    expect((await failure(lazycred())).message).toBe('no key is configured');
    folder.write('work/.lazycred', '{"s3_path": ');
    expect((await failure(lazycred())).message).toMatch(/\.lazycred: is not valid JSON/u);
  });

  test('nothing there is an error that says where to write it', async () => {
    write();
    const none = await failure(lazycred(OURS));
    expect([none.message, none.hint]).toEqual([
      'no store is configured',
      'write .lazycred, or set LAZYCRED_S3_PATH, LAZYCRED_KEY_ALIAS and AWS_DEFAULT_REGION',
    ]);
    const home = join(folder.path, 'work');
    const chain = await failure(folder.load({ ancestor: 'cloudchain', env: OURS, home }));
    expect([chain.message, chain.hint]).toEqual([
      'no store is configured',
      'write ~/.cchainrc, or name such a file in CLOUDCHAIN_CONFIG',
    ]);
  });

  test("cloudchain's: its file, whatever else is there", async () => {
    const file = write();
    folder.write('work/project/.lazycredrc', { store: 's3://ours', key: 'kms:alias/ours' });
    const { settings, files } = await folder.load({ ancestor: 'cloudchain', env: variables });
    expect(settings).toMatchObject({ store: { table: 'safedb' }, region: 'us-east-1', format: 'cloudchain' });
    expect(files).toEqual([file]);
  });
});
