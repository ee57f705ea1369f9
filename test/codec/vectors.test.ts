import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Backend } from '../../src/backend.js';
import { encodeName, decodeName } from '../../src/backends/local/names.js';
import { decodeHeader } from '../../src/codec/header.js';
import { derive, openNative, sealNative } from '../../src/codec/native.js';
import { unwrapWithAny } from '../../src/codec/recipients.js';
import type { KeyProvider } from '../../src/keys.js';
import { LocalKey } from '../../src/keys/local.js';
import { PassphraseKey } from '../../src/keys/passphrase.js';
import { storedName } from '../../src/record/names.js';
import { Store } from '../../src/store.js';
import { nativeVectors, plaintextOf, readJson, type NativeVector } from './vector-files.js';

const vectors = nativeVectors();
const rows = (wanted: NativeVector['expect']): [string, NativeVector][] =>
  vectors.filter((v) => v.expect === wanted).map((v) => [v.file, v]);

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vectors-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

// Kept from case to case: scrypt's work is done once for each record.
const providers = new Map<string, KeyProvider>();
afterAll(async () => {
  for (const provider of providers.values()) await provider.close();
});

async function keyOf({ passphrase, keyHex = '' }: NativeVector): Promise<KeyProvider> {
  const known = providers.get(passphrase ?? keyHex);
  if (known !== undefined) return known;
  let made: KeyProvider;
  if (passphrase === undefined) {
    const file = join(dir, `key-${providers.size}`);
    await writeFile(file, Buffer.from(keyHex, 'hex').toString('base64'), { mode: 0o600 });
    made = new LocalKey({ file });
  } else {
    made = new PassphraseKey({
      passphrase: () => Promise.resolve(passphrase),
      saltFile: join(dir, 'salt'),
    });
  }
  providers.set(passphrase ?? keyHex, made);
  return made;
}

/** A store's place that holds this one record, whatever it is. */
function holding({ name, version, record }: NativeVector): Backend {
  return {
    location: 'vector:',
    maxRecordBytes: Infinity,
    get: () => Promise.resolve({ name: storedName(name), version, fields: record }),
    numberBefore: () => Promise.reject(new Error('not a writer')),
    create: () => Promise.reject(new Error('not a writer')),
    erase: () => Promise.reject(new Error('not a writer')),
    remove: () => Promise.reject(new Error('not a writer')),
    purge: () => Promise.reject(new Error('not a writer')),
    list: () => {
      throw new Error('not a listing');
    },
    close: () => Promise.resolve(),
  };
}

async function storeOf(vector: NativeVector): Promise<Store> {
  const { context, maxValueBytes } = vector;
  return new Store({
    backend: holding(vector),
    keys: [await keyOf(vector)],
    context,
    ...(maxValueBytes === undefined ? {} : { maxBytes: maxValueBytes }),
  });
}

describe('native records', () => {
  test('there are enough of them, and most must fail', () => {
    expect(rows('open').length).toBeGreaterThan(30);
    expect(rows('refuse').length).toBeGreaterThan(3 * rows('open').length);
  });

  test.each(rows('open'))('%s', async (_, vector) => {
    const store = await storeOf(vector);
    const secret = await store.get(vector.name);
    expect(Buffer.from(secret.bytes()).equals(plaintextOf(vector))).toBe(true);
    expect(secret.version).toBe(vector.version);
  });

  // [F-6]: one message for all causes; only the hint may differ.
  test.each(rows('refuse'))('%s', async (_, vector) => {
    const store = await storeOf(vector);
    const failure: unknown = await store.get(vector.name).then(
      (secret) => secret.bytes(),
      (e: unknown) => e,
    );
    expect(failure).toMatchObject({ name: 'LazycredError', code: vector.code });
    const messages = [
      'the record is damaged, or not the one that was asked for',
      'the wrapped data key is damaged or bound to another context',
    ];
    if (vector.code === 'ERR_INTEGRITY') expect(messages).toContain((failure as Error).message);
  });

  // [F-19] on the writer's side: with the same salt and data key it makes the same record, byte for byte.
  test.each(rows('open'))('%s is what our own writer makes of it', async (_, vector) => {
    const key = await keyOf(vector);
    let dataKey = new Uint8Array();
    const { name, version, context } = vector;
    const { header, value } = await openNative(
      vector.record,
      { name, version, context },
      async (keys, bound) => {
        dataKey = new Uint8Array(await unwrapWithAny([key], keys, bound));
        return dataKey.slice();
      },
    );
    const { salt, commit, keys, ...what } = header;
    expect(Buffer.from(derive(dataKey, salt).commit)).toEqual(Buffer.from(commit));
    expect(sealNative(what, value, dataKey, keys, () => salt)).toEqual(vector.record);
  });

  test('the intermediate values of open-minimal', () => {
    const { steps, record } = vectors.find((v) => v.file === 'open-minimal') ?? {};
    const header = decodeHeader(record?.['header'] ?? '');
    const salt = header?.salt ?? new Uint8Array();
    const derived = derive(Buffer.from(steps?.['dataKeyHex'] ?? '', 'hex'), salt);
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
    expect(steps).toMatchObject({
      encryptionKeyHex: hex(derived.key),
      nonceHex: hex(derived.nonce),
      commitmentHex: hex(derived.commit),
      additionalDataHex: hex(Buffer.from(record?.['header'] ?? '')),
    });
  });

  // [F-5]: what is wrong in the record itself costs no request to a key provider.
  const beforeKeys = rows('refuse').filter(([, { must, code }]) => {
    const number = Number(must[0]?.slice('F-'.length));
    return code === 'ERR_INTEGRITY' && (number < 30 || number >= 51);
  });
  test.each(beforeKeys)('%s asks no key provider', async (_, vector) => {
    const asked = { count: 0 };
    const key: KeyProvider = {
      id: 'local',
      label: 'local:',
      generate: () => Promise.reject(new Error('not a writer')),
      wrap: () => Promise.reject(new Error('not a writer')),
      unwrap: () => {
        asked.count++;
        return Promise.reject(new Error('asked'));
      },
      rank: () => 0,
      close: () => Promise.resolve(),
    };
    const { context, maxValueBytes } = vector;
    const store = new Store({
      backend: holding(vector),
      keys: [key],
      context,
      ...(maxValueBytes === undefined ? {} : { maxBytes: maxValueBytes }),
    });
    await expect(store.get(vector.name)).rejects.toMatchObject({ code: 'ERR_INTEGRITY' });
    expect(asked.count).toBe(0);
  });
});

describe('folder names of a local store', () => {
  const { cases } = readJson<{ cases: { name: string; folders: string[] }[] }>('local-names.json');
  test.each(cases.map(({ name, folders }) => [name, folders] as const))('%j', (name, folders) => {
    expect(encodeName(storedName(name))).toEqual(folders);
    expect(decodeName(folders)).toBe(name);
  });
});
