import { getHashes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { openCredstash } from '../../src/codec/credstash.js';
import { recordKind } from '../../src/codec/detect.js';
import {
  compareCredstashVersions,
  credstashVersionKeys,
  padCredstashVersion,
} from '../../src/record/credstash-versions.js';
import type { Context } from '../../src/keys.js';
import { StandInKms } from './standin-kms.js';
import { plaintextOf, readJson, readLines } from './vector-files.js';
import { fieldsOf, textOf, type WireItem } from './wire-rows.js';

interface GoldenCase {
  readonly id: string;
  readonly category: string;
  readonly title: string;
  readonly item: WireItem;
  readonly context?: Context;
  readonly readContext?: Context;
  readonly expect?: 'refuse' | 'open' | 'refuse-or-open';
  readonly plaintextB64?: string;
  readonly requestedVersion?: string;
  readonly getByRequestedVersion?: { readonly exit: number };
}

const kms = new StandInKms('alias/credstash');

async function open(item: WireItem, context: Context): Promise<Buffer> {
  const name = textOf(item, 'name');
  return openCredstash(fieldsOf(item), name, context, ([wrapped], bound, keyBytes) => {
    if (wrapped === undefined) throw new Error('nothing to open');
    return kms.unwrap(wrapped, bound, { keyBytes });
  });
}

const cases = (file: string): GoldenCase[] => readJson<{ cases: GoldenCase[] }>('credstash', file).cases;
const named = (all: readonly GoldenCase[]): [string, GoldenCase][] =>
  all.map((c) => [`${c.id} ${c.category}: ${c.title}`, c]);

/** OpenSSL's names of the digests that a platform may lack. */
const REMOVED: Readonly<Record<string, string>> = {
  RIPEMD: 'ripemd160',
  WHIRLPOOL: 'whirlpool',
  MD2: 'md2',
  MD4: 'md4',
};

describe('rows that CredStash wrote', () => {
  const positive = cases('positive.json');

  test.each(named(positive))('%s', async (_, c) => {
    const opening = open(c.item, c.context ?? {});
    if (c.category === 'digest-removed' && !getHashes().includes(REMOVED[textOf(c.item, 'digest')] ?? '')) {
      await expect(opening).rejects.toMatchObject({
        code: 'ERR_UNSUPPORTED',
        message: expect.stringContaining(textOf(c.item, 'digest')),
      });
      return;
    }
    expect((await opening).equals(plaintextOf(c))).toBe(true);
    expect(recordKind(fieldsOf(c.item))).toBe('credstash');
  });

  test.each(named(positive.filter((c) => c.requestedVersion !== undefined)))(
    'the version of %s is as put stores it, and is found',
    (_, { requestedVersion = '', item, getByRequestedVersion }) => {
      const stored = textOf(item, 'version');
      expect(padCredstashVersion(requestedVersion)).toBe(stored);
      expect(credstashVersionKeys(stored)[0]).toBe(stored);
      expect(credstashVersionKeys(requestedVersion)).toContain(stored);
      if (getByRequestedVersion?.exit === 0) expect(credstashVersionKeys(requestedVersion)[0]).toBe(stored);
    },
  );

  test('a row without a digest opens with the same key under no other', async () => {
    const [c] = positive.filter(({ category }) => category === 'no-digest');
    if (c === undefined) throw new Error('no such case');
    const sha1 = open({ ...c.item, digest: { S: 'SHA' } }, c.context ?? {});
    await expect(sha1).rejects.toMatchObject({ code: 'ERR_INTEGRITY' });
  });
});

describe('damaged and odd rows', () => {
  test.each(named(cases('negative.json')))('%s', async (_, c) => {
    const answer: unknown = await open(c.item, c.readContext ?? {}).then(
      (value) => value.toString('base64'),
      (e: unknown) => e,
    );
    if (c.expect === 'open' || (c.expect === 'refuse-or-open' && typeof answer === 'string')) {
      expect(answer).toBe(c.plaintextB64);
      return;
    }
    // Of the digests, some are unknown here, and some are another record's.
    const codes = c.category === 'bad-digest' ? ['ERR_INTEGRITY', 'ERR_UNSUPPORTED'] : ['ERR_INTEGRITY'];
    expect(answer).toMatchObject({ name: 'LazycredError' });
    expect(codes).toContain((answer as { code: string }).code);
  });

  test('values that are not UTF-8 and base64 with foreign characters open, as releases of old had it', async () => {
    const lenient = cases('negative.json').filter(
      ({ category, title }) =>
        category === 'not-utf8' || /foreign characters inside|trailing bits/u.test(title),
    );
    expect(lenient.length).toBeGreaterThanOrEqual(5);
    for (const c of lenient) {
      expect((await open(c.item, c.readContext ?? {})).equals(plaintextOf(c))).toBe(true);
    }
  });
});

describe('a whole store: forty names in five versions', () => {
  const table = readLines<WireItem>('stores', 'credstash', 'table.jsonl');
  const expected = readLines<{
    name: string;
    version: string;
    context: Context;
    digest: string | null;
    comment: string | null;
    plaintextB64: string;
  }>('stores', 'credstash', 'expected.jsonl');

  test('every row opens, and says the digest and comment that it was given', async () => {
    const rows = new Map(table.map((item) => [`${textOf(item, 'name')}\n${textOf(item, 'version')}`, item]));
    expect([rows.size, expected.length]).toEqual([200, 200]);
    for (const e of expected) {
      const item = rows.get(`${e.name}\n${e.version}`);
      if (item === undefined) throw new Error(`no row ${e.name} ${e.version}`);
      const value = await open(item, e.context);
      expect([e.name, e.version, value.toString('base64')]).toEqual([e.name, e.version, e.plaintextB64]);
      expect(item['digest']?.['S'] ?? null).toBe(e.digest);
      expect(item['comment']?.['S'] ?? null).toBe(e.comment);
    }
  });

  test('the newest version of every name is the one that the original gives', async () => {
    const latest = readJson<Record<string, { version: string; context: Context; plaintextB64: string }>>(
      'stores',
      'credstash',
      'latest.json',
    );
    const byName = new Map<string, WireItem[]>();
    for (const item of table) {
      byName.set(textOf(item, 'name'), [...(byName.get(textOf(item, 'name')) ?? []), item]);
    }
    expect([...byName.keys()].sort()).toEqual(Object.keys(latest).sort());
    for (const [name, items] of byName) {
      const versions = items.map((item) => textOf(item, 'version'));
      const newest = versions.toSorted(compareCredstashVersions).at(-1);
      expect([name, newest]).toEqual([name, latest[name]?.version]);
      const item = items.find((i) => textOf(i, 'version') === newest);
      const value = await open(item ?? {}, latest[name]?.context ?? {});
      expect(value.toString('base64')).toBe(latest[name]?.plaintextB64);
    }
  });
});
