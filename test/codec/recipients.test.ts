import { describe, expect, test } from '@jest/globals';
import { sameRecipients, unwrapWithAny } from '../../src/codec/recipients.js';
import { LazycredError } from '../../src/errors.js';
import type { KeyProvider, WrappedKey } from '../../src/keys.js';

const wrapped = (id: string): WrappedKey => ({ provider: 'fake', id, wrapped: 'AA==' });

/** A provider that ranks records by their id, notes what it is asked for, and opens nothing. */
function provider(label: string, ranks: Readonly<Record<string, 0 | 1 | 2>>, asked: string[]): KeyProvider {
  return {
    id: 'fake',
    label,
    generate: () => Promise.reject(new Error('not used')),
    wrap: () => Promise.reject(new Error('not used')),
    unwrap: ({ id }) => {
      asked.push(`${label} ${id}`);
      return Promise.reject(new LazycredError('ERR_ACCESS', `${label} may not open ${id}`));
    },
    rank: ({ id }) => ranks[id],
    close: () => Promise.resolve(),
  };
}

describe('the recipients of a record', () => {
  test('are tried in the order of likelihood, those of one likelihood as the record and the settings have them', async () => {
    const asked: string[] = [];
    const providers = [
      provider('first', { a: 2, b: 1, c: 2 }, asked),
      provider('second', { a: 1, b: 2, c: 0 }, asked),
    ];
    await expect(
      unwrapWithAny(providers, [wrapped('a'), wrapped('b'), wrapped('c')], {}),
    ).rejects.toMatchObject({
      // The likeliest key's refusal tells most.
      message: 'second may not open c',
    });
    expect(asked).toEqual(['second c', 'second a', 'first b', 'first a', 'second b', 'first c']);
  });

  test('cost eight requests at the most, the likeliest', async () => {
    const asked: string[] = [];
    const ids = Array.from({ length: 8 }, (_, i) => `k${i}`);
    const own = Object.fromEntries(ids.map((id, i) => [id, i === 7 ? 0 : 2] as const));
    const providers = [provider('one', own, asked), provider('two', own, asked)];
    await expect(
      unwrapWithAny(
        providers,
        ids.map((id) => wrapped(id)),
        {},
      ),
    ).rejects.toMatchObject({ code: 'ERR_ACCESS' });
    expect(asked).toHaveLength(8);
    expect(asked.slice(0, 2)).toEqual(['one k7', 'two k7']);
  });

  test('a key of a provider that is not configured is asked nothing', async () => {
    const asked: string[] = [];
    const stranger = { ...wrapped('a'), provider: 'other' };
    await expect(unwrapWithAny([provider('one', {}, asked)], [stranger], {})).rejects.toMatchObject({
      name: 'LazycredError',
    });
    expect(asked).toEqual([]);
  });
});

describe('sameRecipients', () => {
  const kms = (region: string, id: string): WrappedKey => ({
    provider: 'aws-kms',
    id: `arn:aws:kms:${region}:123456789012:key/${id}`,
    wrapped: 'AA==',
  });

  test.each<[string, WrappedKey[], WrappedKey[], boolean]>([
    ['the same', [wrapped('a')], [wrapped('a')], true],
    ['in another order', [wrapped('a'), wrapped('b')], [wrapped('b'), wrapped('a')], true],
    ['another key', [wrapped('a')], [wrapped('b')], false],
    ['one more', [wrapped('a'), wrapped('b')], [wrapped('a')], false],
    ['one less', [wrapped('a')], [wrapped('a'), wrapped('b')], false],
    ['another provider', [wrapped('a')], [{ ...wrapped('a'), provider: 'other' }], false],
    ['a copy of a multi-Region key', [kms('eu-west-1', 'mrk-1')], [kms('us-east-1', 'mrk-1')], true],
    ['a key of another region', [kms('eu-west-1', '1')], [kms('us-east-1', '1')], false],
  ])('%s', (_, a, b, same) => {
    expect(sameRecipients(a, b)).toBe(same);
  });
});
