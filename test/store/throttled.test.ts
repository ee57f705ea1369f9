/** A bulk read from a service that refuses most requests for now. */
import { describe, expect, test } from '@jest/globals';
import { MemoryBackend } from '../../src/backends/memory.js';
import { LazycredError } from '../../src/errors.js';
import { forEach } from '../../src/store/bulk.js';
import { Store } from '../../src/store.js';
import { localKey } from '../support/stores.js';

function throttled(): LazycredError {
  const cause = new Error('too many requests');
  cause.name = 'ProvisionedThroughputExceededException';
  return new LazycredError('ERR_UNAVAILABLE', 'DynamoDB is unavailable', { cause });
}

/** Passes `rate` requests in each 100 ms. */
function gate(rate: number): { readonly pass: () => void; readonly refused: () => number } {
  let [window, left, refused] = [0, rate, 0];
  return {
    pass() {
      const now = Math.floor(performance.now() / 100);
      if (now !== window) [window, left] = [now, rate];
      if (left-- > 0) return;
      refused++;
      throw throttled();
    },
    refused: () => refused,
  };
}

test('a throttled bulk read slows down and goes on as long as anything succeeds within the time limit', async () => {
  const names = Array.from({ length: 40 }, (_, i) => `n${i}`);
  const { pass, refused } = gate(2);
  class Slow extends MemoryBackend {
    override get(...args: Parameters<MemoryBackend['get']>): ReturnType<MemoryBackend['get']> {
      if (reading) pass();
      return super.get(...args);
    }
  }
  let reading = false;
  // Far less than the whole read takes: each success gives it that time anew.
  const store = new Store({ backend: new Slow(), keys: [await localKey()], timeoutMs: 1_500 });
  await store.putMany(names.map((name) => ({ name, value: `the ${name}` })));
  reading = true;
  const start = performance.now();
  const found = await store.getMany(names);
  expect([...found.values()].map((s) => s.text()).sort()).toEqual(names.map((n) => `the ${n}`).sort());
  expect(performance.now() - start).toBeGreaterThan(1_500);
  expect(refused()).toBeGreaterThan(0);
});

describe('forEach', () => {
  test('asks by fewer at once, one in the end, and loses no name', async () => {
    const { pass } = gate(1);
    let [now, most] = [0, 0];
    const names = Array.from({ length: 12 }, (_, i) => String(i));
    const seen: number[] = [];
    const outcomes = await forEach(
      names,
      async (name) => {
        most = Math.max(most, ++now);
        seen.push(now);
        await new Promise((resolve) => setTimeout(resolve, 1));
        now--;
        pass();
        return name;
      },
      { patienceMs: 5_000, limit: 8 },
    );
    expect(outcomes).toEqual(names.map((name) => ({ name, value: name })));
    expect({ most, last: seen.at(-1) }).toEqual({ most: 8, last: 1 });
  });

  test('ends where nothing succeeds any more, with the service’s own refusal', async () => {
    const start = performance.now();
    const refuse = (): Promise<never> => Promise.reject(throttled());
    const outcomes = await forEach(['a', 'b', 'c'], refuse, { patienceMs: 500 });
    expect(outcomes.map((o) => 'error' in o && o.error.code)).toEqual(Array(3).fill('ERR_UNAVAILABLE'));
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  test('asks once for what is unavailable otherwise', async () => {
    let calls = 0;
    const fail = (): Promise<never> => {
      calls++;
      return Promise.reject(new LazycredError('ERR_UNAVAILABLE', 'no answer'));
    };
    await forEach(['a', 'b'], fail, { patienceMs: 5_000 });
    expect(calls).toBe(2);
  });

  test('an abort ends the pause', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('enough')), 50);
    const refuse = (): Promise<never> => Promise.reject(throttled());
    const { signal } = controller;
    await expect(forEach(['a'], refuse, { patienceMs: 60_000, signal })).rejects.toThrow('enough');
  });
});
