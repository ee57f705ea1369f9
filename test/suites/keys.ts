import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { inspect } from 'node:util';
import { isLazycredError, type ErrorCode, type LazycredError } from '../../src/errors.js';
import type { Context, KeyProvider, WrappedKey } from '../../src/keys.js';

/** What the suite runs on. It closes every provider that it was given. */
export interface KeyFixture {
  readonly key: KeyProvider;
  /** A further instance of the same configured key, not used yet. */
  readonly again: () => KeyProvider;
  /** Another key of the same kind, which the caller may use. */
  readonly stranger: KeyProvider;
  /** The wrapping key or passphrase itself, where the provider holds it: must never be printed. */
  readonly secret?: Buffer;
}

/** What a server is known to get wrong, or is too slow for. */
export interface KeyDifferences {
  /** The server joins the context's pairs without delimiters, so that `{ab: 'c'}` opens `{a: 'bc'}`. */
  readonly joinsContext?: boolean;
  /** Flip so many bits, evenly spread, instead of all. */
  readonly flips?: number;
  /** Inputs of each property; 100 by default. */
  readonly runs?: number;
}

const CONTEXT: Context = { 'lazycred:name': 'prod/db', store: 'a1b2' };

/** The rules of `KeyProvider` that every key must keep, whatever stands behind it. */
export function keySuite(
  title: string,
  factory: () => Promise<KeyFixture>,
  differences: KeyDifferences = {},
): void {
  describe(title, () => {
    let fixture: KeyFixture;
    let key: KeyProvider;
    const toClose: KeyProvider[] = [];

    beforeAll(async () => {
      fixture = await factory();
      key = fixture.key;
      toClose.push(key, fixture.stranger);
    });
    afterAll(async () => {
      for (const provider of toClose) await provider.close();
    });

    function fresh(): KeyProvider {
      const provider = fixture.again();
      toClose.push(provider);
      return provider;
    }

    describe('round trip', () => {
      test('what generate wraps, unwrap opens: 32 bytes', async () => {
        const { key: dataKey, wrapped } = await key.generate(CONTEXT);
        expect(dataKey).toHaveLength(32);
        expect(hex(await key.unwrap(wrapped, CONTEXT))).toBe(hex(dataKey));
      });

      test('what wrap wraps, unwrap opens', async () => {
        const dataKey = new Uint8Array(32).map((_, i) => 7 * i);
        const wrapped = await key.wrap(dataKey, CONTEXT);
        expect(dataKey).toEqual(new Uint8Array(32).map((_, i) => 7 * i));
        expect(hex(await key.unwrap(wrapped, CONTEXT))).toBe(hex(dataKey));
      });

      test('another instance of the same key opens it', async () => {
        const { key: dataKey, wrapped } = await key.generate(CONTEXT);
        expect(hex(await fresh().unwrap(wrapped, CONTEXT))).toBe(hex(dataKey));
      });

      test('generate never repeats a key, wrap never its answer', async () => {
        const made = await Promise.all(Array.from({ length: 8 }, () => key.generate(CONTEXT)));
        expect(new Set(made.map((m) => hex(m.key))).size).toBe(8);
        const same = await Promise.all(made.map(() => key.wrap(new Uint8Array(32), CONTEXT)));
        expect(new Set([...same, ...made.map((m) => m.wrapped)].map((w) => w.wrapped)).size).toBe(16);
      });

      test('the answer is canonical base64 within the limits, names its provider and never shows the key', async () => {
        const { key: dataKey, wrapped } = await key.generate(CONTEXT);
        expect(Object.keys(wrapped).sort()).toEqual(['id', 'provider', 'wrapped']);
        expect(wrapped.provider).toBe(key.id);
        expect(wrapped.id).not.toBe('');
        expect(wrapped.wrapped.length).toBeLessThanOrEqual(2732);
        const bytes = Buffer.from(wrapped.wrapped, 'base64');
        expect(bytes.toString('base64')).toBe(wrapped.wrapped);
        expect(bytes.includes(Buffer.from(dataKey))).toBe(false);
      });

      test('a caller who zeroes what it was given changes nothing for the next', async () => {
        const { key: dataKey, wrapped } = await key.generate(CONTEXT);
        const before = hex(dataKey);
        dataKey.fill(0);
        (await key.unwrap(wrapped, CONTEXT)).fill(0);
        expect(hex(await key.unwrap(wrapped, CONTEXT))).toBe(before);
      });
    });

    describe('context', () => {
      const refused: readonly (readonly [string, Context, Context])[] = [
        ['a changed value', CONTEXT, { ...CONTEXT, 'lazycred:name': 'prod/db2' }],
        ['a changed key', CONTEXT, { 'lazycred:name': 'prod/db', Store: 'a1b2' }],
        ['a missing pair', CONTEXT, { 'lazycred:name': 'prod/db' }],
        ['an additional pair', CONTEXT, { ...CONTEXT, more: 'x' }],
        ['no pair', CONTEXT, {}],
        ['pairs where there were none', {}, CONTEXT],
        ['values swapped', { a: 'x', b: 'y' }, { a: 'y', b: 'x' }],
        ['key and value swapped', { a: 'x' }, { x: 'a' }],
        ['another case', { a: 'x' }, { a: 'X' }],
        ['another normal form', { a: '\u00e9' }, { a: 'e\u0301' }],
        ['a pair called __proto__', { a: 'x' }, JSON.parse('{"a":"x","__proto__":"y"}') as Context],
      ];
      test.each(refused)('%s is refused', async (_, sealed, asked) => {
        const { wrapped } = await key.generate(sealed);
        await expectCode(key.unwrap(wrapped, asked), 'ERR_INTEGRITY');
        expect(await key.unwrap(wrapped, sealed)).toHaveLength(32);
      });

      const shifted =
        differences.joinsContext === true ? 'opens on this server, which is wrong' : 'is refused';
      test(`a border between key and value that moved ${shifted}`, async () => {
        const { key: dataKey, wrapped } = await key.generate({ ab: 'c' });
        const opening = key.unwrap(wrapped, { a: 'bc' });
        // Also asserted when wrong: a server that has been mended must lose its exception.
        if (differences.joinsContext === true) expect(hex(await opening)).toBe(hex(dataKey));
        else await expectCode(opening, 'ERR_INTEGRITY');
      });

      test('the order in which it was built does not matter', async () => {
        const { key: dataKey, wrapped } = await key.generate({
          a: '1',
          b: '2',
          é: '3',
          '😀': '4',
          '\uffee': '5',
        });
        const opened = await key.unwrap(wrapped, { '\uffee': '5', '😀': '4', é: '3', b: '2', a: '1' });
        expect(hex(opened)).toBe(hex(dataKey));
      });

      test('a map without a prototype will do', async () => {
        const bare = Object.assign(Object.create(null) as Record<string, string>, CONTEXT);
        const { key: dataKey, wrapped } = await key.generate(bare);
        expect(hex(await key.unwrap(wrapped, CONTEXT))).toBe(hex(dataKey));
      });

      test('any pairs that differ open each other no more than they are equal', async () => {
        // Letters alone, none of them shared by keys and values: what a joining server tells apart, too.
        const pairs = fc.dictionary(fc.stringMatching(/^[a-f]{1,4}$/u), fc.stringMatching(/^[0-9]{1,4}$/u), {
          minKeys: 1,
          maxKeys: 4,
        });
        await fc.assert(
          fc.asyncProperty(pairs, pairs, async (sealed, asked) => {
            const same =
              JSON.stringify(Object.entries(sealed).sort()) === JSON.stringify(Object.entries(asked).sort());
            const { key: dataKey, wrapped } = await key.generate(sealed);
            expect(hex(await key.unwrap(wrapped, { ...sealed }))).toBe(hex(dataKey));
            if (!same) await expectCode(key.unwrap(wrapped, asked), 'ERR_INTEGRITY');
          }),
          { numRuns: differences.runs ?? 100 },
        );
      });
    });

    describe('damage', () => {
      let good: WrappedKey;
      let bytes: Buffer;
      beforeAll(async () => {
        good = (await key.generate(CONTEXT)).wrapped;
        bytes = Buffer.from(good.wrapped, 'base64');
      });

      function open(wrapped: string, provider = key): Promise<Uint8Array> {
        return provider.unwrap({ ...good, wrapped }, CONTEXT);
      }

      test('any flipped bit is refused', async () => {
        const bits = 8 * bytes.length;
        const step = Math.max(1, bits / (differences.flips ?? bits));
        // An instance of its own, that has opened one: some keys stop at so many strange records.
        const provider = fresh();
        await open(good.wrapped, provider);
        let flipped = 0;
        for (let at = 0; at < bits; at += step) {
          const bit = Math.floor(at);
          const damaged = Buffer.from(bytes);
          damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
          await expectRefused(open(damaged.toString('base64'), provider));
          flipped++;
        }
        expect(flipped).toBe(Math.min(bits, differences.flips ?? bits));
        expect(await open(good.wrapped, provider)).toHaveLength(32);
      });

      test('a cut-off one is refused', async () => {
        const cuts = [0, 1, 2, 12, bytes.length >> 1, bytes.length - 16, bytes.length - 1];
        for (const cut of cuts) await expectRefused(open(bytes.subarray(0, cut).toString('base64')));
      });

      test('an extended one is refused', async () => {
        for (const more of [[0], [1], Array.from({ length: 16 }, () => 0)]) {
          await expectRefused(open(Buffer.concat([bytes, Buffer.from(more)]).toString('base64')));
          await expectRefused(open(Buffer.concat([Buffer.from(more), bytes]).toString('base64')));
        }
      });

      test('one too long is refused before anything is sent', async () => {
        await expectCode(open(Buffer.alloc(2049).toString('base64')), 'ERR_INTEGRITY');
        await expectCode(open('A'.repeat(5_000_000)), 'ERR_INTEGRITY');
      });

      const spellings: readonly (readonly [string, (text: string) => string])[] = [
        ['a newline at the end', (text) => `${text}\n`],
        ['a space inside', (text) => `${text.slice(0, 8)} ${text.slice(8)}`],
        ['a foreign character inside', (text) => `${text.slice(0, 8)}!${text.slice(8)}`],
        ['padding too much', (text) => `${text}====`],
        ['nothing', () => ''],
        ['padding alone', () => '===='],
      ];
      test.each(spellings)('base64 with %s is refused', async (_, respell) => {
        await expectCode(open(respell(good.wrapped)), 'ERR_INTEGRITY');
      });

      test('base64 without its padding, url-safe or with stray bits is refused', async () => {
        // Until one comes whose text shows each difference.
        const seen = new Set<string>();
        for (let tries = 0; seen.size < (bytes.length % 3 === 0 ? 1 : 3) && tries < 200; tries++) {
          const { wrapped } = tries === 0 ? { wrapped: good } : await key.generate(CONTEXT);
          const text = wrapped.wrapped;
          const others: readonly (readonly [string, string])[] = [
            ['unpadded', text.replace(/=+$/u, '')],
            ['url-safe', text.replaceAll('+', '-').replaceAll('/', '_')],
            ['stray bits', strayBits(text)],
          ];
          for (const [what, other] of others) {
            if (other === text || seen.has(what)) continue;
            expect(hex(Buffer.from(other, 'base64'))).toBe(hex(Buffer.from(text, 'base64')));
            await expectCode(key.unwrap({ ...wrapped, wrapped: other }, CONTEXT), 'ERR_INTEGRITY');
            seen.add(what);
          }
        }
        expect([...seen].sort()).toEqual(
          bytes.length % 3 === 0 ? ['url-safe'] : ['stray bits', 'unpadded', 'url-safe'],
        );
      });

      test('random bytes and texts throw our errors alone', async () => {
        const provider = fresh();
        const texts = fc.oneof(
          fc.uint8Array({ maxLength: 200 }).map((b) => Buffer.from(b).toString('base64')),
          fc.uint8Array({ minLength: bytes.length, maxLength: bytes.length }).map((b) => {
            // The right length and the right first byte: as far in as chance can come.
            return Buffer.concat([bytes.subarray(0, 1), b.subarray(1)]).toString('base64');
          }),
          fc.array(fc.nat({ max: 0xffff })).map((units) => String.fromCharCode(...units)),
          fc.base64String(),
        );
        await fc.assert(
          fc.asyncProperty(texts, fc.string(), async (wrapped, id) => {
            await expectRefused(provider.unwrap({ provider: key.id, id, wrapped }, CONTEXT));
          }),
          { numRuns: differences.runs ?? 100 },
        );
      });

      test('no two causes read differently', async () => {
        const other = await open(good.wrapped, key).then(() => messageOf(key.unwrap(good, { other: 'x' })));
        expect(await messageOf(open(`${good.wrapped}\n`))).toBe(other);
      });
    });

    describe("a stranger's key", () => {
      test('opens nothing, and what it wrapped is not opened, whatever the hint says', async () => {
        const { wrapped: theirs } = await fixture.stranger.generate(CONTEXT);
        const { wrapped: ours } = await key.generate(CONTEXT);
        expect(await fixture.stranger.unwrap(theirs, CONTEXT)).toHaveLength(32);
        expect(theirs.id).not.toBe(ours.id);
        await expectCode(key.unwrap(theirs, CONTEXT), 'ERR_ACCESS');
        await expectCode(fixture.stranger.unwrap(ours, CONTEXT), 'ERR_ACCESS');
        await expectRefused(key.unwrap({ ...theirs, id: ours.id }, CONTEXT));
        await expectRefused(key.unwrap({ ...theirs, id: '' }, CONTEXT));
      });

      test("one's own opens whatever the hint says: it is only a hint", async () => {
        const { wrapped: theirs } = await fixture.stranger.generate(CONTEXT);
        const { key: dataKey, wrapped: ours } = await key.generate(CONTEXT);
        for (const id of [theirs.id, '', 'x'.repeat(3000)]) {
          expect(hex(await key.unwrap({ ...ours, id }, CONTEXT))).toBe(hex(dataKey));
        }
      });

      test('ranks: its own first, a stranger not before, another provider never', async () => {
        const { wrapped: theirs } = await fixture.stranger.generate(CONTEXT);
        const { wrapped: ours } = await key.generate(CONTEXT);
        const own = key.rank(ours);
        expect([0, 1]).toContain(own);
        expect([1, 2]).toContain(key.rank(theirs));
        expect(key.rank({ ...ours, provider: 'carrier-pigeon' })).toBeUndefined();
        expect([0, 1, 2]).toContain(fresh().rank(ours));
        expect([0, 1, 2]).toContain(key.rank({ ...ours, id: '' }));
      });
    });

    describe('abort', () => {
      const calls: readonly (readonly [
        string,
        (provider: KeyProvider, wrapped: WrappedKey, signal: AbortSignal) => Promise<unknown>,
      ])[] = [
        ['generate', (provider, _, signal) => provider.generate(CONTEXT, { signal })],
        ['wrap', (provider, _, signal) => provider.wrap(new Uint8Array(32), CONTEXT, { signal })],
        ['unwrap', (provider, wrapped, signal) => provider.unwrap(wrapped, CONTEXT, { signal })],
      ];

      test.each(calls)('%s rejects with the reason when aborted before', async (_, call) => {
        const { wrapped } = await key.generate(CONTEXT);
        const reason = new Error('changed my mind');
        await expect(call(key, wrapped, AbortSignal.abort(reason))).rejects.toBe(reason);
      });

      test.each(calls)('%s rejects with the reason when aborted under way', async (_, call) => {
        const { wrapped } = await key.generate(CONTEXT);
        const reason = new Error('changed my mind');
        const controller = new AbortController();
        const outcome = call(fresh(), wrapped, controller.signal);
        controller.abort(reason);
        await expect(outcome).rejects.toBe(reason);
      });

      test.each(calls)('%s is itself with a signal that never fires', async (_, call) => {
        const { wrapped } = await key.generate(CONTEXT);
        await expect(call(fresh(), wrapped, new AbortController().signal)).resolves.toBeDefined();
      });
    });

    describe('silence', () => {
      test('neither provider nor errors show a key', async () => {
        const provider = fresh();
        const { key: dataKey, wrapped } = await provider.generate(CONTEXT);
        const damaged = `AAAA${wrapped.wrapped.slice(4)}`;
        const errors = [
          await failureOf(provider.unwrap(wrapped, { other: 'x' })),
          await failureOf(provider.unwrap({ ...wrapped, wrapped: damaged }, CONTEXT)),
          await failureOf(fixture.stranger.unwrap(wrapped, CONTEXT)),
        ];
        const shown = [provider, ...errors]
          .flatMap((o) => [inspect(o, { depth: Infinity, showHidden: false }), JSON.stringify(o), String(o)])
          .join('\n');
        expect(shown).toContain('LazycredError');
        for (const secret of [dataKey, fixture.secret, Buffer.from(wrapped.wrapped, 'base64')]) {
          if (secret === undefined) continue;
          for (const form of formsOf(secret)) expect(shown).not.toContain(form);
        }
        expect(shown).not.toContain(damaged);
      });

      test('messages are one line, lower case, without a full stop', async () => {
        const { wrapped } = await key.generate(CONTEXT);
        for (const failure of [
          await failureOf(key.unwrap(wrapped, { other: 'x' })),
          await failureOf(fixture.stranger.unwrap(wrapped, CONTEXT)),
        ]) {
          expect(failure.message).toMatch(/^[a-z].*[^.\n]$/u);
          expect(failure.location).not.toBeUndefined();
        }
      });
    });

    test('closing twice, or before anything was done, is no error', async () => {
      const used = fixture.again();
      await used.generate(CONTEXT);
      await used.close();
      await used.close();
      await fixture.again().close();
    });
  });
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function formsOf(secret: Uint8Array): string[] {
  const bytes = Buffer.from(secret);
  return [
    bytes.toString('hex'),
    bytes.toString('base64').slice(0, 16),
    bytes.toString('base64url').slice(0, 16),
    // As an inspected Buffer shows it.
    (bytes.toString('hex').match(/../gu) ?? []).slice(0, 8).join(' '),
    [...bytes.subarray(0, 8)].join(', '),
    [...bytes.subarray(0, 8)].join(','),
  ];
}

/** Another text for the same bytes to a lenient decoder: the bits that padding leaves unused are set. */
function strayBits(text: string): string {
  const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const padding = /=*$/u.exec(text)?.[0].length ?? 0;
  if (padding === 0) return text;
  const at = text.length - padding - 1;
  const last = ALPHABET[ALPHABET.indexOf(text.charAt(at)) + 1] ?? '';
  return text.slice(0, at) + last + text.slice(at + 1);
}

async function failureOf(outcome: Promise<unknown>): Promise<LazycredError> {
  try {
    await outcome;
  } catch (e) {
    if (isLazycredError(e)) return e;
    throw e;
  }
  throw new Error('it should have failed');
}

async function messageOf(outcome: Promise<unknown>): Promise<string> {
  return (await failureOf(outcome)).message;
}

async function expectCode(outcome: Promise<unknown>, code: ErrorCode): Promise<void> {
  expect((await failureOf(outcome)).code).toBe(code);
}

async function expectRefused(outcome: Promise<unknown>): Promise<void> {
  expect(['ERR_INTEGRITY', 'ERR_ACCESS']).toContain((await failureOf(outcome)).code);
}
