/** A kind of store or key is a row: nothing else in `src/` goes by a kind's name, and no other file makes a client. */
import { describe, expect, test } from '@jest/globals';
import { KEY_KINDS } from '../../src/kinds/keys.js';
import { STORE_KINDS } from '../../src/kinds/stores.js';
import { sourceFiles } from '../support/layers.js';
import { withoutComments } from '../support/source-scan.js';

const files = sourceFiles().map(({ path, text }) => ({ path, text: withoutComments(text) }));

/** The files, beside the kind's own, that hold the kind's name where a program goes by it. */
function placesOf(room: 'stores' | 'keys', kind: string): string[] {
  const name = `['"\`]${kind}['"\`]`;
  const goesBy = new RegExp(
    `case ${name}|\\bkind\\b\\)?\\s*(?:[!=]==?|:)\\s*${name}|${name}\\s*[!=]==?\\s*[\\w.]*\\bkind\\b`,
    'u',
  );
  return files
    .filter(({ path, text }) => path !== `kinds/${room}/${kind}` && goesBy.test(text))
    .map(({ path }) => path);
}

describe('a kind of store', () => {
  test.each(STORE_KINDS.map((k) => k.kind))('%s is known in its own file and in one row', (kind) => {
    expect(placesOf('stores', kind)).toEqual([]);
    const naming = files.filter(({ text }) => text.includes(`stores/${kind}.js'`)).map(({ path }) => path);
    // Of the others only the reader of an ancestor's own setting (LazyCred's s3_path, say), and the default.
    expect(naming.filter((path) => path !== 'config/location' && path !== 'config')).toEqual([
      'kinds/stores',
    ]);
  });
});

describe('a kind of key', () => {
  test.each(KEY_KINDS.map((k) => k.kind))('%s is known in its own file and in one row', (kind) => {
    expect(placesOf('keys', kind)).toEqual([]);
    const naming = files.filter(({ text }) => text.includes(`kinds/keys/${kind}.js'`));
    // Only the readers of ancestors' own settings (key_alias, keyalias) name a row beside the list.
    const readers = ['config/schema', 'config/sources/cchainrc'];
    expect(naming.map(({ path }) => path).filter((path) => !readers.includes(path))).toEqual([]);
  });
});

test('the scan finds a switch, a comparison and a literal', () => {
  const planted = [
    "case 's3':",
    "store.kind === 's3'",
    "store?.kind !== 's3'",
    "'s3' === store.kind",
    "{ kind: 's3' }",
  ];
  for (const text of planted) {
    files.push({ path: 'planted', text });
    expect(placesOf('stores', 's3')).toEqual(['planted']);
    files.pop();
  }
});

test('every kind spells what it reads, and answers for no other kind', () => {
  const base = { folder: '/work', home: '/home/me', data: () => '/data' };
  const stores = ['s3://acme/creds/', 'dynamodb://table', 'file:/work/store', 'memory:'];
  const keys = ['kms:alias/acme', 'local:/work/key', 'passphrase:/work/salt'];
  expect(STORE_KINDS.map((k) => stores.map((text) => spelledBy(k, text)))).toEqual(diagonal(stores));
  expect(KEY_KINDS.map((k) => keys.map((text) => spelledBy(k, text)))).toEqual(diagonal(keys));

  function spelledBy<T>(
    k: { parse(text: string, b: typeof base): T | undefined; show(read: T): string },
    text: string,
  ): string | undefined {
    const read = k.parse(text, base);
    return read === undefined ? undefined : k.show(read);
  }
});

function diagonal(texts: readonly string[]): (string | undefined)[][] {
  return texts.map((_, row) => texts.map((text, column) => (row === column ? text : undefined)));
}

test('clients of AWS are made in one place', () => {
  const makers = files.filter(({ text }) => /new (?:S3|DynamoDB|KMS|STS)Client\b/u.test(text));
  expect(makers.map(({ path }) => path)).toEqual(['aws/clients']);
});
