import '../support/preload.js';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { Backend } from '../../src/backend.js';
import { MemoryBackend } from '../../src/backends/memory.js';
import { LazycredError } from '../../src/errors.js';
import type { KeyProvider } from '../../src/keys.js';
import type { Secret } from '../../src/secret.js';
import { Store } from '../../src/store.js';
import type { WatchOptions } from '../../src/store/options.js';
import { StandInKms } from '../codec/standin-kms.js';
import { caught } from '../support/caught.js';
import { key, storeOn } from '../support/in-memory.js';
import { PLACES, type Place } from '../support/stores.js';

const stops: AbortController[] = [];

afterEach(() => {
  jest.restoreAllMocks();
  for (const stop of stops.splice(0)) stop.abort();
});

/** A watch that is on, and what it told: values, and codes of failures. */
function watching(store: Store, o: WatchOptions = {}) {
  const stop = new AbortController();
  stops.push(stop);
  const told: string[] = [];
  const changed = (secret: Secret): void => void told.push(`${secret.version} ${secret.text()}`);
  const failed = (e: LazycredError): void => void told.push(e.code);
  const ended = store.watch('db', changed, { everyMs: 10, signal: stop.signal, failed, ...o });
  ended.catch(() => undefined);
  return { told, stop, ended };
}

/** Waits until it holds; the test's own time limit ends what never does. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** The backend with each look counted, which fails where it is told to. */
function counted<B extends Backend>(backend: B) {
  const looks = { count: 0, failure: undefined as LazycredError | undefined };
  const get = backend.get.bind(backend);
  backend.get = (...args) => {
    looks.count++;
    return looks.failure === undefined ? get(...args) : Promise.reject(looks.failure);
  };
  return { backend, looks };
}

/** The key, and how often it was asked to open something. */
function countedKey(): { keys: KeyProvider[]; asked: () => number } {
  let count = 0;
  const unwrap: KeyProvider['unwrap'] = (...args) => {
    count++;
    return key.unwrap(...args);
  };
  return { keys: [{ ...key, unwrap }], asked: () => count };
}

const REAL = PLACES.filter(({ title }) => ['memory', 'S3', 'dynalite'].includes(title));

describe.each(REAL)('on $title', ({ open }) => {
  test('each new version is told once, and no key is asked while nothing is new', async () => {
    const { backend, looks } = counted(await open());
    const { keys, asked } = countedKey();
    const [store, writer] = [storeOn(backend, { keys }), storeOn(backend)];
    await writer.put('db', 'one');
    const { told } = watching(store);
    await until(() => looks.count > 4);
    expect({ told, asked: asked() }).toEqual({ told: [], asked: 0 });
    await writer.put('db', 'two');
    await until(() => told.length > 0);
    await writer.put('db', 'three');
    await until(() => told.length > 1);
    const before = looks.count;
    await until(() => looks.count > before + 3);
    expect({ told, asked: asked() }).toEqual({ told: ['2 two', '3 three'], asked: 2 });
  });

  test('a deleted secret is told once as a failure, and what is put afterwards as a version', async () => {
    const { backend, looks } = counted(await open());
    const store = storeOn(backend);
    await store.put('db', 'one');
    const { told } = watching(store);
    await until(() => looks.count > 1);
    await store.delete('db');
    await until(() => told.length > 0);
    const before = looks.count;
    await until(() => looks.count > before + 3);
    expect(told).toEqual(['ERR_NOT_FOUND']);
    await store.put('db', 'again');
    await until(() => told.length > 1);
    expect(told).toEqual(['ERR_NOT_FOUND', '3 again']);
  });
});

test('versions that come between two looks are passed over', async () => {
  const backend = new MemoryBackend();
  const store = storeOn(backend);
  await store.put('db', 'one');
  const { told } = watching(store, { everyMs: 500 });
  for (const value of ['two', 'three', 'four']) await store.put('db', value);
  await until(() => told.length > 0);
  expect(told).toEqual(['4 four']);
});

test('a failure is told once until a look succeeds or fails otherwise, and the watch goes on', async () => {
  const { backend, looks } = counted(new MemoryBackend());
  const store = storeOn(backend);
  await store.put('db', 'one');
  const { told } = watching(store);
  const looksMore = async (): Promise<void> => {
    const before = looks.count;
    await until(() => looks.count > before + 3);
  };
  await looksMore();
  const failures = [
    new LazycredError('ERR_UNAVAILABLE', 'down'),
    new LazycredError('ERR_ACCESS', 'denied'),
    undefined,
    new LazycredError('ERR_ACCESS', 'denied'),
  ];
  for (const failure of failures) {
    looks.failure = failure;
    await looksMore();
  }
  expect(told).toEqual(['ERR_UNAVAILABLE', 'ERR_ACCESS', 'ERR_ACCESS']);
  looks.failure = undefined;
  await store.put('db', 'two');
  await until(() => told.length > 3);
  expect(told[3]).toBe('2 two');
});

test('a version that cannot be opened is told, and told as new once it can be', async () => {
  const backend = new MemoryBackend();
  const { keys } = countedKey();
  let isDenied = true;
  const [inner] = keys as [KeyProvider];
  const unwrap: KeyProvider['unwrap'] = (...args) =>
    isDenied ? Promise.reject(new LazycredError('ERR_ACCESS', 'denied')) : inner.unwrap(...args);
  const writer = storeOn(backend);
  await writer.put('db', 'one');
  const { told } = watching(storeOn(backend, { keys: [{ ...inner, unwrap }] }));
  await new Promise((resolve) => setTimeout(resolve, 5));
  await writer.put('db', 'two');
  await until(() => told.length > 0);
  isDenied = false;
  await until(() => told.length > 1);
  expect(told).toEqual(['ERR_ACCESS', '2 two']);
});

test('a version that is known already is not told, and a newer one is at the first look', async () => {
  const store = storeOn(new MemoryBackend());
  await store.put('db', 'one');
  await store.put('db', 'two');
  const known = watching(store, { version: '2' });
  const behind = watching(store, { version: '1' });
  await until(() => behind.told.length > 0);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect({ known: known.told, behind: behind.told }).toEqual({ known: [], behind: ['2 two'] });
});

test('a format without versions: a value is new when what is stored is', async () => {
  const [s3] = PLACES.filter(({ title }) => title === 'S3');
  const { backend, looks } = counted(await (s3 as Place).open());
  const store = storeOn(backend, { format: 'lazycred', keys: [new StandInKms('alias/lazycred')] });
  await store.put('db', 'one');
  const { told } = watching(store);
  // Of what is known nothing but '' can be said: it may be older.
  const unsure = watching(store, { version: (await store.get('db')).version });
  await until(() => unsure.told.length > 0 && looks.count > 8);
  expect({ told, unsure: unsure.told }).toEqual({ told: [], unsure: [' one'] });
  await store.put('db', 'two');
  await until(() => told.length > 0 && unsure.told.length > 1);
  expect({ told, unsure: unsure.told }).toEqual({ told: [' two'], unsure: [' one', ' two'] });
});

test('aborting ends it with the reason: at once, before the first look, and while it waits', async () => {
  const store = storeOn(new MemoryBackend());
  await store.put('db', 'one');
  const reason = new Error('enough');
  const { stop, ended, told } = watching(store, { everyMs: 60_000 });
  setTimeout(() => stop.abort(reason), 20);
  await expect(ended).rejects.toBe(reason);
  await expect(watching(store, { signal: AbortSignal.abort(reason) }).ended).rejects.toBe(reason);
  expect(told).toEqual([]);
});

test('it ends with what the callback throws', async () => {
  const store = storeOn(new MemoryBackend());
  await store.put('db', 'one');
  const failure = new Error('the pool is closed');
  const ended = store.watch('db', () => Promise.reject(failure), { everyMs: 5, version: '0' });
  await expect(ended).rejects.toBe(failure);
});

test('waits are a tenth shorter or longer, at random', async () => {
  const store = storeOn(new MemoryBackend());
  await store.put('db', 'one');
  const random = jest.spyOn(Math, 'random');
  const order: string[] = [];
  const late = (name: string) =>
    store.watch('db', () => Promise.reject(new Error(order.push(name) > 0 ? name : '')), {
      everyMs: 500,
      version: '0',
    });
  // The one that begins later looks first: 450 ms against 549 ms.
  const start = performance.now();
  random.mockReturnValueOnce(0.999);
  const long = late('long').catch(() => performance.now() - start);
  random.mockReturnValueOnce(0);
  const short = late('short').catch(() => performance.now() - start);
  const [longMs, shortMs] = await Promise.all([long, short]);
  expect(order).toEqual(['short', 'long']);
  // Node's timers may fire within the millisecond before.
  expect(shortMs).toBeGreaterThanOrEqual(448);
  expect(longMs).toBeGreaterThanOrEqual(547);
});

test('what is no time, no name or not there is refused at the beginning', async () => {
  const store = storeOn(new MemoryBackend());
  for (const everyMs of [0, -1, Number.NaN, Infinity, 86_400_001, '30' as unknown as number]) {
    const { message } = await caught(watching(store, { everyMs }).ended, 'ERR_USAGE');
    expect(message).toBe('everyMs must be a number of milliseconds from 1 to 86,400,000');
  }
  await caught(watching(store).ended, 'ERR_NOT_FOUND');
  await store.put('db', 'one');
  await store.delete('db');
  await caught(watching(store).ended, 'ERR_NOT_FOUND');
  await caught(
    store.watch('', () => undefined),
    'ERR_USAGE',
  );
});

test('a store that is disposed of is closed: backend and every key, once each', async () => {
  const closed: string[] = [];
  const close = (what: string) => () => Promise.resolve(void closed.push(what));
  const backend = Object.assign(new MemoryBackend(), { close: close('backend') });
  const keys = [{ ...key, close: close('key') }];
  const decryptKeys = [{ ...key, close: close('decryptKey') }];
  expect(typeof Symbol.asyncDispose).toBe('symbol');
  await new Store({ backend, keys, decryptKeys })[Symbol.asyncDispose]();
  expect(closed).toEqual(['backend', 'key', 'decryptKey']);
});
