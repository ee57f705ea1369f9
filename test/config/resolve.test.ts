import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { resolveConfig, type ConfigInput } from '../../src/config.js';
import { failure, MINIMAL } from './folder.js';

const settings = (input: ConfigInput) => resolveConfig(input).settings;
/** What is wrong with a config that only JavaScript could give. */
const problem = async (input: object): Promise<string> =>
  (await failure(() => resolveConfig({ ...MINIMAL, ...input }))).message;

describe('inline settings alone', () => {
  test('the smallest, and what it leaves to defaults', () => {
    expect(resolveConfig(MINIMAL)).toEqual({
      settings: {
        store: { kind: 's3', bucket: 'acme', prefix: 'creds/' },
        keys: [{ kind: 'kms', key: 'alias/acme' }],
        decryptKeys: [],
        format: 'native',
        formatIsDefault: true,
        accept: ['native'],
        context: undefined,
        timeoutMs: 30_000,
      },
      origins: {
        store: { source: 'inline', where: 'store' },
        key: { source: 'inline', where: 'key' },
        format: { source: 'default', where: 'default' },
        accept: { source: 'default', where: 'format' },
        timeout: { source: 'default', where: 'default' },
      },
      overridden: [],
      contradicted: [],
      projectKey: undefined,
      files: [],
      ignored: [],
    });
  });

  test('never guesses', async () => {
    expect((await failure(() => resolveConfig({}))).message).toBe('no store is configured');
    expect((await failure(() => resolveConfig({ store: '/s' }))).message).toBe('no key is configured');
    expect((await failure(() => resolveConfig({ store: 's3://acme' }))).message).toBe('no key is configured');
    for (const key of ['local:', 'passphrase:']) {
      expect(await problem({ key })).toMatch(/^key: needs the path of a file here/u);
    }
    expect(await problem({ store: '~/s' })).toBe('store: "~" has no meaning here, give an absolute path');
  });

  test('memory: needs no key', () => {
    expect(settings({ store: 'memory:' }).keys).toEqual([]);
    expect(settings({ store: 'memory:', key: 'local:/k' }).keys).toHaveLength(1);
  });
});

describe('store', () => {
  test.each([
    ['s3://acme', { kind: 's3', bucket: 'acme', prefix: '' }],
    ['s3://acme/', { kind: 's3', bucket: 'acme', prefix: '' }],
    ['s3://acme/a/b', { kind: 's3', bucket: 'acme', prefix: 'a/b/' }],
    ['s3://acme.eu-1/a b/%20/', { kind: 's3', bucket: 'acme.eu-1', prefix: 'a b/%20/' }],
    ['s3://Acme_Old/x', { kind: 's3', bucket: 'Acme_Old', prefix: 'x/' }],
    // An access point's alias stands for a bucket's name.
    [
      's3://team-a-hrzrlukc5m36ft7okagglf3gmwluquse1b-s3alias/creds/',
      { kind: 's3', bucket: 'team-a-hrzrlukc5m36ft7okagglf3gmwluquse1b-s3alias', prefix: 'creds/' },
    ],
    ['s3://acme-x-s3', { kind: 's3', bucket: 'acme-x-s3', prefix: '' }],
    [
      's3://arn:aws:s3:eu-west-1:123456789012:accesspoint/team-a/creds/db',
      {
        kind: 's3',
        bucket: 'arn:aws:s3:eu-west-1:123456789012:accesspoint/team-a',
        region: 'eu-west-1',
        prefix: 'creds/db/',
      },
    ],
    [
      's3://arn:aws-us-gov:s3:us-gov-west-1:123456789012:accesspoint:team-a',
      {
        kind: 's3',
        bucket: 'arn:aws-us-gov:s3:us-gov-west-1:123456789012:accesspoint:team-a',
        region: 'us-gov-west-1',
        prefix: '',
      },
    ],
    [
      'dynamodb://arn:aws:dynamodb:eu-west-1:123456789012:table/credential-store',
      {
        kind: 'dynamodb',
        table: 'arn:aws:dynamodb:eu-west-1:123456789012:table/credential-store',
        region: 'eu-west-1',
      },
    ],
    ['dynamodb://credential-store', { kind: 'dynamodb', table: 'credential-store' }],
    ['dynamodb://Old.Table_1/', { kind: 'dynamodb', table: 'Old.Table_1' }],
    ['file:///var/my%20secrets', { kind: 'file', dir: '/var/my secrets' }],
    ['file:/var/a%20b', { kind: 'file', dir: '/var/a%20b' }],
    ['file:./s', { kind: 'file', dir: resolve('s') }],
    ['file:s', { kind: 'file', dir: resolve('s') }],
    ['./s', { kind: 'file', dir: resolve('s') }],
    ['..', { kind: 'file', dir: resolve('..') }],
    ['/var/s/', { kind: 'file', dir: '/var/s' }],
    ['memory:', { kind: 'memory' }],
  ])('%s', (store, expected) => {
    expect(settings({ ...MINIMAL, store }).store).toEqual(expected);
  });

  test.each([
    ['s3://', /the bucket must be/u],
    ['s3://AB', /the bucket must be/u],
    ['s3://a..b', /the bucket must be/u],
    [`s3://${'x'.repeat(256)}`, /the bucket must be/u],
    ['s3://acme--usw2-az1--x-s3/creds/', /a directory bucket \(S3 Express, "--x-s3"\) lists .* in no order/u],
    ['s3://team-a--usw2-az1--xa-s3', /a directory bucket/u],
    ['s3://arn:aws:s3:::acme/creds/', /a bucket goes by its name, not by its ARN/u],
    ['s3://arn:aws:s3::123456789012:accesspoint/mfzw.mrap/', /a multi-Region access point/u],
    ['s3://arn:aws:s3-object-lambda:eu-west-1:123456789012:accesspoint/a/', /not one of an access point/u],
    ['s3://arn:aws:s3:eu.west:123456789012:accesspoint/team-a/', /not one of an access point/u],
    ['s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/team-a//x', /empty segment/u],
    ['dynamodb://arn:aws:dynamodb:eu-west-1:123456789012:table/ab', /the table must be/u],
    ['dynamodb://arn:aws:dynamodb:eu-west-1:123456789012:table/abc/index/x', /not one of a table/u],
    ['s3://acme//a', /empty segment/u],
    ['s3://acme/a/../b', /empty segment, "\.", "\.\."/u],
    ['s3://acme/.lazycred', /"\.lazycred"/u],
    [`s3://acme/${'x'.repeat(483)}`, /longer than 482 bytes/u],
    ['s3://acme/a\nb', /control characters/u],
    ['dynamodb://ab', /the table must be/u],
    ['dynamodb://a/b/c', /the table must be/u],
    ['file://host/dir', /another host/u],
    ['file:///a%2Fb', /not a valid file: URL/u],
    ['file:///a?b', /%3F/u],
    ['file:', /the path is empty/u],
    ['gs://bucket', /unknown kind of store "gs:"/u],
    ['a/b', /neither a location nor the name of a store/u],
    ['prod', /there is no store named "prod"/u],
    ['', /is empty/u],
    [7, /must be text, not a number/u],
    [null, /must be text, not nothing/u],
  ])('refuses %j', async (store, message) => {
    expect(await problem({ store })).toMatch(message);
  });

  test('does not repeat what could be a password', async () => {
    for (const input of [
      { store: 's3://id:hunter2@acme/x' },
      { store: 'postgres://id:hunter2@db/x' },
      { endpoint: 'https://id:hunter2@example.com' },
      { endpoint: 'id:hunter2@example.com' },
      { key: 'hunter2' },
    ]) {
      const e = await failure(() => resolveConfig({ ...MINIMAL, ...input }));
      expect(`${e.message} ${e.hint ?? ''}`).not.toContain('hunter2');
    }
  });
});

describe('key and decryptKeys', () => {
  const arn = 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
  const id = '1234abcd-12ab-34cd-56ef-1234567890ab';
  test.each([
    ['kms:alias/acme/app_1', { kind: 'kms', key: 'alias/acme/app_1' }],
    ['alias/acme', { kind: 'kms', key: 'alias/acme' }],
    [`kms:${id}`, { kind: 'kms', key: id }],
    [`kms:mrk-${'0'.repeat(32)}`, { kind: 'kms', key: `mrk-${'0'.repeat(32)}` }],
    [`kms:${arn}`, { kind: 'kms', key: arn, region: 'us-east-1' }],
    [arn, { kind: 'kms', key: arn, region: 'us-east-1' }],
    [
      'kms:arn:aws-cn:kms:cn-north-1:111122223333:alias/a',
      { kind: 'kms', key: 'arn:aws-cn:kms:cn-north-1:111122223333:alias/a', region: 'cn-north-1' },
    ],
    ['local:/k', { kind: 'local', file: '/k', label: 'local:/k' }],
    ['local:k', { kind: 'local', file: resolve('k'), label: `local:${resolve('k')}` }],
    ['passphrase:/s', { kind: 'passphrase', saltFile: '/s', label: 'passphrase:/s' }],
  ])('%s', (key, expected) => {
    expect(settings({ ...MINIMAL, key }).keys).toEqual([expected]);
    expect(settings({ ...MINIMAL, decryptKeys: [key] }).decryptKeys).toEqual([expected]);
  });

  test.each([
    ['kms:acme', /"acme" is not an alias, id or ARN/u],
    ['kms:', /"" is not an alias/u],
    ['kms:arn:aws:s3:::bucket', /not the ARN of a KMS key/u],
    ['kms:arn:aws:kms:evil.com/:111122223333:key/a', /not the ARN of a KMS key/u],
    ['vault:x', /not a key/u],
    [[], /the list is empty/u],
    [['local:/a', 'local:/a'], /"local:\/a" stands in the list twice/u],
    [Array.from({ length: 9 }, (_, i) => `local:/${i}`), /more than 8 in the list/u],
    [['local:/a', 1], /must be text, not a number/u],
    [{ a: 1 }, /must be text, not a map/u],
  ])('refuses %j', async (key, message) => {
    expect(await problem({ key })).toMatch(message);
  });

  test('hints at the usual slips', async () => {
    const hint = async (key: string) => (await failure(() => resolveConfig({ ...MINIMAL, key }))).hint;
    expect(await hint('kms:acme')).toBe('for an alias write kms:alias/acme');
    expect(await hint(id)).toBe('put kms: before the id of a KMS key');
  });

  test('decryptKeys may be empty, and eight keys are allowed', () => {
    const key = Array.from({ length: 8 }, (_, i) => `local:/${i}`);
    expect(settings({ ...MINIMAL, key, decryptKeys: [] })).toMatchObject({ decryptKeys: [] });
    expect(settings({ ...MINIMAL, key }).keys).toHaveLength(8);
  });
});

describe('the other values', () => {
  test.each<[ConfigInput, object]>([
    [{ region: 'eu-west-1' }, { region: 'eu-west-1' }],
    [
      { region: 'auto', kmsRegion: 'us-east-1' },
      { region: 'auto', kmsRegion: 'us-east-1' },
    ],
    [{ profile: 'my team' }, { profile: 'my team' }],
    [{ role: 'arn:aws:iam::111122223333:role/a/b+c' }, { role: 'arn:aws:iam::111122223333:role/a/b+c' }],
    [{ endpoint: 'http://127.0.0.1:9000' }, { endpoint: 'http://127.0.0.1:9000' }],
    [{ kmsEndpoint: 'https://kms.example.com/x' }, { kmsEndpoint: 'https://kms.example.com/x' }],
    [{ format: 'lazycred' }, { format: 'lazycred', formatIsDefault: false, accept: ['lazycred'] }],
    [{ format: 'native' }, { format: 'native', formatIsDefault: false }],
    [
      { store: 'dynamodb://acme', format: 'credstash', accept: 'native' },
      { format: 'credstash', accept: ['credstash', 'native'] },
    ],
    [
      { store: 'dynamodb://acme', format: 'cloudchain' },
      { format: 'cloudchain', formatIsDefault: false, accept: ['cloudchain'] },
    ],
    [{ accept: 'lazycred' }, { format: 'native', accept: ['native', 'lazycred'] }],
    [{ format: 'lazycred', accept: ['native', 'lazycred'] }, { accept: ['lazycred', 'native'] }],
    [{ timeout: 30 }, { timeoutMs: 30_000 }],
    [{ timeout: 0.5 }, { timeoutMs: 500 }],
    [{ timeout: '30' }, { timeoutMs: 30_000 }],
    [{ timeout: '1.5s' }, { timeoutMs: 1500 }],
    [{ timeout: '500ms' }, { timeoutMs: 500 }],
    [{ timeout: '60m' }, { timeoutMs: 3_600_000 }],
    [{ context: {} }, { context: {} }],
    [{ context: { constructor: 'a', b: 'c' } }, { context: { constructor: 'a', b: 'c' } }],
    [{ region: undefined, timeout: undefined }, { timeoutMs: 30_000 }],
  ])('%j', (input, expected) => {
    expect(settings({ ...MINIMAL, ...input })).toMatchObject(expected);
  });

  const pairs = Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`k${i}`, 'v']));
  test.each([
    [{ region: 'evil.com/' }, /^region: "evil\.com\/" is not a region/u],
    [{ kmsRegion: '-a' }, /^kmsRegion: "-a" is not a region/u],
    [{ profile: 'a\u001b[0m' }, /^profile: holds control characters/u],
    [{ profile: 'x'.repeat(4097) }, /^profile: is longer than 4096/u],
    [{ role: 'arn:aws:iam::1:role/x' }, /^role: .* is not the ARN of a role/u],
    [{ endpoint: 'ftp://x' }, /^endpoint: must be a URL that begins/u],
    [{ endpoint: 'localhost:9000' }, /^endpoint: must be a URL that begins/u],
    [{ endpoint: 'http:x' }, /^endpoint: must be a URL that begins/u],
    [{ endpoint: 'http://a@x' }, /^endpoint: must not hold a user/u],
    [{ endpoint: 'http://x?a' }, /^endpoint: must not hold "\?"/u],
    [
      { format: 'natve' },
      /^format: "natve" is not one of native, lazycred, credstash, cloudchain, did you mean "native"\?$/u,
    ],
    [{ format: 'vault' }, /^format: "vault" is not one of native, lazycred, credstash, cloudchain$/u],
    [{ format: 'credstash' }, /^format: credstash needs a store such as dynamodb:\/\/TABLE$/u],
    [
      { format: 'cloudchain', store: 'memory:' },
      /^format: cloudchain needs a store such as dynamodb:\/\/TABLE$/u,
    ],
    [
      { format: 'lazycred', store: 'dynamodb://acme' },
      /^format: lazycred needs a store such as s3:\/\/BUCKET\/PREFIX\/$/u,
    ],
    [{ accept: ['native', 'x'] }, /^accept: "x" is not one of/u],
    [{ timeout: 0 }, /^timeout: "0" is not between/u],
    [{ timeout: '61m' }, /^timeout: "61m" is not between/u],
    [{ timeout: '0.0001ms' }, /is not between/u],
    [{ timeout: -1 }, /^timeout: "-1" is not a time/u],
    [{ timeout: Number.NaN }, /^timeout: "NaN" is not a time/u],
    [{ timeout: '1h' }, /^timeout: "1h" is not a time/u],
    [{ timeout: true }, /^timeout: must be text, not a boolean/u],
    [{ context: 'a=b' }, /^context: must be a map/u],
    [{ context: { a: 1 } }, /^context: "a" must be text, not a number \(put it in quotes\)/u],
    [{ context: { '': 'a' } }, /^context: "" can not be a key/u],
    [{ context: { 'aws:x': 'a' } }, /^context: "aws:x": keys that begin with aws: are reserved/u],
    [{ context: { 'lazycred:name': 'a' } }, /lazycred: are reserved/u],
    [{ context: JSON.parse('{"__proto__":"a"}') as object }, /^context: "__proto__" can not be a key/u],
    [{ context: pairs }, /^context: more than 16 pairs/u],
    [{ context: { a: 'x'.repeat(4096) } }, /^context: more than 4096 bytes/u],
    [{ context: { a: '\ud800' } }, /^context: "a" is not well-formed/u],
    [{ context: { env: '' } }, /^context: "env" has an empty value/u],
  ])('refuses %j', async (input, message) => {
    expect(await problem(input)).toMatch(message);
  });

  test("takes any context for CredStash's records, but not beside native ones", async () => {
    const credstash = { store: 'dynamodb://table', key: 'kms:alias/k', format: 'credstash' } as const;
    const context = { ...pairs, 'lazycred:name': 'a' };
    expect(resolveConfig({ ...credstash, context }).settings.context).toEqual(context);
    expect(await problem({ ...credstash, context, accept: 'native' })).toMatch(
      /^context: more than 16 pairs/u,
    );
  });
});

describe('unknown keys', () => {
  test.each([
    ['stroe', ', did you mean "store"?'],
    ['decrypt_keys', ', did you mean "decryptKeys"?'],
    ['KMSRegion', ', did you mean "kmsRegion"?'],
    ['keyAlias', ', did you mean "key_alias"?'],
    ['keys', ', did you mean "key"?'],
    ['$import', ''],
    ['__proto__', ''],
    ['toString', ''],
    ['colour', ''],
  ])('%s', async (key, guess) => {
    const input = JSON.parse(`{"store":"memory:","${key}":{"polluted":"yes"}}`) as ConfigInput;
    expect((await failure(() => resolveConfig(input))).message).toBe(`${key}: unknown key${guess}`);
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
  });

  test('everything wrong is one message, of bounded length', async () => {
    const message = await problem({ regoin: 'x', region: '!', timeout: 0 });
    expect(message).toBe(
      '3 problems in the configuration: regoin: unknown key, did you mean "region"?; ' +
        'region: "!" is not a region (such as eu-west-1); timeout: "0" is not between 1ms and 60m',
    );
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`${'x'.repeat(900)}${i}`, 1]));
    const long = await problem(many);
    expect(long).toMatch(/^500 problems/u);
    expect(long).toMatch(/and 480 more$/u);
    expect(long.length).toBeLessThan(3000);
  });
});

describe("LazyCred's settings", () => {
  test('name the store, the key, the format and the region of KMS', () => {
    const { settings: s, origins } = resolveConfig({
      s3_path: 'eFart/credentials/',
      key_alias: 'eFart-key',
      region: 'us-east-1',
    });
    expect(s).toMatchObject({
      store: { kind: 's3', bucket: 'eFart', prefix: 'credentials/' },
      keys: [{ kind: 'kms', key: 'alias/eFart-key' }],
      kmsRegion: 'us-east-1',
      format: 'lazycred',
      formatIsDefault: false,
      accept: ['lazycred'],
    });
    expect(origins).toMatchObject({
      store: { source: 'inline', where: 's3_path' },
      key: { where: 'key_alias' },
      kmsRegion: { where: 'region' },
      format: { source: 'default', where: 's3_path' },
    });
  });

  test.each([
    ['bucket/', ''],
    ['bucket', ''],
    ['bucket/no-slash-', 'no-slash-'],
    ['bucket/a//b', 'a//b'],
    ['bucket//', '/'],
  ])('s3_path %s: the prefix is kept exactly', (s3_path, prefix) => {
    expect(settings({ s3_path, key: 'local:/k' }).store).toEqual({ kind: 's3', bucket: 'bucket', prefix });
  });

  test('format and kmsRegion may say otherwise', () => {
    const input = {
      s3_path: 'acme/',
      key_alias: 'a',
      region: 'eu-west-1',
      kmsRegion: 'us-east-1',
      format: 'native',
    } as const;
    expect(settings(input)).toMatchObject({ region: 'eu-west-1', kmsRegion: 'us-east-1', format: 'native' });
  });

  test('a native store with key_alias stays native', () => {
    const { key: _, ...store } = MINIMAL;
    const s = settings({ ...store, key_alias: 'a', region: 'eu-west-1' });
    expect(s).toMatchObject({ format: 'native', keys: [{ key: 'alias/a' }], region: 'eu-west-1' });
    expect(s.kmsRegion).toBeUndefined();
  });

  test('not beside what they stand for', async () => {
    expect(await problem({ s3_path: 'acme/' })).toBe('s3_path: the same as store, keep one of them');
    expect(await problem({ key_alias: 'acme' })).toBe('key_alias: the same as key, keep one of them');
    expect((await failure(() => resolveConfig({ s3_path: '/x', key: 'local:/k' }))).message).toMatch(
      /name of a bucket/u,
    );
    const express = { s3_path: 'acme--use1-az4--x-s3/creds/', key: 'local:/k' };
    expect((await failure(() => resolveConfig(express))).message).toMatch(/directory bucket/u);
    expect((await failure(() => resolveConfig({ store: '/x', key_alias: 'alias/a' }))).message).toMatch(
      /without/u,
    );
  });
});

describe('named stores', () => {
  const stores = {
    prod: { store: 's3://acme/prod/', key: 'kms:alias/prod', timeout: 5 },
    old: { s3_path: 'acme/old', key_alias: 'old', region: 'us-east-1' },
  };
  test('the name picks one, whose settings come before those around it', () => {
    const { settings: s, origins } = resolveConfig({
      store: 'prod',
      key: 'kms:alias/x',
      region: 'eu-west-1',
      timeout: 9,
      stores,
    });
    expect(s).toMatchObject({
      store: { bucket: 'acme', prefix: 'prod/' },
      keys: [{ key: 'alias/prod' }],
      region: 'eu-west-1',
      timeoutMs: 5000,
    });
    expect(origins['key']).toEqual({ source: 'inline', where: 'stores: stores.prod' });
  });

  test("LazyCred's settings work in one", () => {
    expect(settings({ store: 'old', stores })).toMatchObject({ format: 'lazycred', kmsRegion: 'us-east-1' });
  });

  test('what is wrong in any of them is said, with its path', async () => {
    const bad = { a: { store: 'b' }, b: { stroe: 'x' }, c: { store: '/x', stores: {} }, 'd/e': {}, f: 7 };
    const message = await problem({ stores: bad });
    for (const part of [
      'stores.a.store: must be a location, not the name of another store',
      'stores.b.stroe: unknown key, did you mean "store"?',
      'stores.b: store is missing',
      'stores.c.stores: stores can not stand in a store',
      'stores.d/e: a name is letters',
      'stores.f: must be a map of settings, not a number',
    ]) {
      expect(message).toContain(part);
    }
    expect(await problem({ stores: 7 })).toMatch(/^stores: must be a map of names/u);
  });

  test('a name that is near', async () => {
    const e = await failure(() => resolveConfig({ store: 'prd', stores }));
    expect(e.message).toContain('there is no store named "prd", did you mean "prod"?');
    expect(e.hint).toBe('choose one of prod, old');
  });
});
