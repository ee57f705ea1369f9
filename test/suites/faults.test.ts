import { describe, expect, test } from '@jest/globals';
import { MemoryBackend } from '../../src/backends/memory.js';
import { LazycredError } from '../../src/errors.js';
import type { KeyProvider } from '../../src/keys.js';
import { atEveryCall, FaultPlan, faultyBackend, faultyClient, faultyKeys, type FaultKind } from './faults.js';
import { collect } from './ground.js';
import { fakeRecord } from './records.js';

const one = fakeRecord('a', 1);
const unavailable = { name: 'LazycredError', code: 'ERR_UNAVAILABLE' };

async function createUnder(kind: FaultKind) {
  const inner = new MemoryBackend();
  const plan = new FaultPlan(kind, 0);
  const attempt = faultyBackend(inner, plan).create(one, undefined, { signal: plan.signal });
  const [settled] = await Promise.allSettled([attempt]);
  return { settled, plan, stored: (await inner.get(one.name))?.fields };
}

describe('a fault at a create', () => {
  test('before its effect leaves nothing', async () => {
    const { settled, stored, plan } = await createUnder('before');
    expect(settled).toMatchObject({ status: 'rejected', reason: unavailable });
    expect(stored).toBeUndefined();
    expect(plan.fired).toBe(true);
  });

  test('after its effect leaves exactly the record', async () => {
    const { settled, stored } = await createUnder('after');
    expect(settled).toMatchObject({ status: 'rejected', reason: unavailable });
    expect(stored).toEqual(one.fields);
  });

  test('resent conflicts with itself', async () => {
    const { settled, stored } = await createUnder('resent');
    expect(settled).toMatchObject({ status: 'rejected', reason: { code: 'ERR_CONFLICT' } });
    expect(stored).toEqual(one.fields);
  });

  test('slow changes nothing', async () => {
    const { settled, stored } = await createUnder('slow');
    expect(settled).toEqual({ status: 'fulfilled', value: undefined });
    expect(stored).toEqual(one.fields);
  });

  test('aborted rejects with the plan’s reason', async () => {
    const { settled, stored, plan } = await createUnder('abort');
    expect(settled).toEqual({ status: 'rejected', reason: plan.reason });
    expect(stored).toBeUndefined();
  });
});

describe('wrappers', () => {
  test('each step of a listing is a call', async () => {
    const inner = new MemoryBackend();
    for (const name of ['a', 'b', 'c']) await inner.create(fakeRecord(name, 1), undefined);
    const seen: string[] = [];
    // Three names, and the step that says there are no more.
    const calls = await atEveryCall('before', async (plan) => {
      const names: string[] = [];
      const reading = (async () => {
        for await (const { name } of faultyBackend(inner, plan).list()) names.push(name);
      })();
      const [settled] = await Promise.allSettled([reading]);
      seen.push(`${names.join('')} ${settled?.status}`);
    });
    expect(calls).toBe(4);
    expect(seen).toEqual([' rejected', 'a rejected', 'ab rejected', 'abc rejected', 'abc fulfilled']);
  });

  test('a listing that is resent neither repeats nor skips', async () => {
    const inner = new MemoryBackend();
    for (const name of ['a', 'b', 'c']) await inner.create(fakeRecord(name, 1), undefined);
    await atEveryCall('resent', async (plan) => {
      const names = (await collect(faultyBackend(inner, plan).list())).map((l) => l.name);
      expect(names).toEqual(['a', 'b', 'c']);
    });
  });

  test('a client fails as a cut connection, keeps its other members, and sends again when resent', async () => {
    const sent: string[] = [];
    const client = {
      config: { region: 'eu-west-1' },
      async send(command: string) {
        sent.push(command);
        return `${command} ${this.config.region}`;
      },
    };
    const plan = new FaultPlan('after', 1);
    const faulty = faultyClient(client, plan);
    expect(await faulty.send('one')).toBe('one eu-west-1');
    await expect(faulty.send('two')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(sent).toEqual(['one', 'two']);
    expect(faulty.config.region).toBe('eu-west-1');
    expect(await faultyClient(client, new FaultPlan('resent', 0)).send('three')).toBe('three eu-west-1');
    expect(sent).toEqual(['one', 'two', 'three', 'three']);
  });

  test('a key provider fails as unavailable, but never at what does no I/O', async () => {
    const wrapped = { provider: 'local', id: 'x', wrapped: '' };
    const inner: KeyProvider = {
      id: 'local',
      label: 'local:',
      generate: async () => ({ key: new Uint8Array(32), wrapped }),
      wrap: async () => wrapped,
      unwrap: async () => new Uint8Array(32),
      rank: () => 0,
      close: async () => undefined,
    };
    const attempts: ((keys: KeyProvider) => Promise<unknown>)[] = [
      (keys) => keys.generate({}),
      (keys) => keys.wrap(new Uint8Array(32), {}),
      (keys) => keys.unwrap(wrapped, {}),
    ];
    for (const attempt of attempts) {
      const keys = faultyKeys(inner, new FaultPlan('before', 0));
      expect(keys.rank(wrapped)).toBe(0);
      await expect(attempt(keys)).rejects.toMatchObject(unavailable);
      await attempt(keys);
    }
  });
});

describe('the driver', () => {
  test('puts the fault at each call in turn, until a run meets none', async () => {
    const runs: string[] = [];
    const calls = await atEveryCall('before', async (plan) => {
      const backend = faultyBackend(new MemoryBackend(), plan);
      const outcomes: string[] = [];
      for (const attempt of [() => backend.get(one.name), () => backend.create(one, undefined)]) {
        outcomes.push((await Promise.allSettled([attempt()]))[0]?.status ?? '');
      }
      runs.push(outcomes.join(' '));
    });
    expect(calls).toBe(2);
    expect(runs).toEqual(['rejected fulfilled', 'fulfilled rejected', 'fulfilled fulfilled']);
  });

  test('counts no call of the set-up', async () => {
    const calls = await atEveryCall('before', async (plan) => {
      const backend = faultyBackend(new MemoryBackend(), plan);
      await plan.calmly(() => backend.create(one, undefined));
      await backend.get(one.name).catch((e: unknown) => expect(plan.excuses(e)).toBe(true));
    });
    expect(calls).toBe(1);
  });

  test('says at which call a scenario broke', async () => {
    const scenario = async (plan: FaultPlan): Promise<void> => {
      const backend = faultyBackend(new MemoryBackend(), plan);
      await backend.get(one.name);
      await backend.create(one, undefined).catch(() => {
        throw new Error('the scenario broke');
      });
    };
    await expect(atEveryCall('slow', scenario)).resolves.toBe(2);
    await expect(atEveryCall('resent', scenario)).rejects.toThrow(
      'with the fault "resent" at call 1: the scenario broke',
    );
  });

  test('refuses a scenario that makes no call, and one that never ends', async () => {
    await expect(atEveryCall('before', async () => undefined)).rejects.toThrow('it proves nothing');
    const endless = (plan: FaultPlan) => plan.pass(async () => undefined, Error).catch(() => undefined);
    const forever = async (plan: FaultPlan): Promise<void> => {
      while (!plan.fired) await endless(plan);
    };
    await expect(atEveryCall('before', forever)).rejects.toThrow('still met a fault');
  });

  test.each<[FaultKind, string[]]>([
    ['before', ['ERR_UNAVAILABLE']],
    ['after', ['ERR_UNAVAILABLE', 'ERR_CONFLICT']],
    ['resent', ['ERR_CONFLICT']],
    ['slow', []],
    ['abort', ['the reason']],
  ])('after a fault %s it excuses %j', async (kind, expected) => {
    const plan = new FaultPlan(kind, 0);
    const failures: [string, unknown][] = [
      ['ERR_UNAVAILABLE', new LazycredError('ERR_UNAVAILABLE', 'x')],
      ['ERR_CONFLICT', new LazycredError('ERR_CONFLICT', 'x')],
      ['ERR_NOT_FOUND', new LazycredError('ERR_NOT_FOUND', 'x')],
      ['the reason', plan.reason],
      ['a bug', new TypeError('x')],
    ];
    const excused = (): string[] => failures.filter(([, e]) => plan.excuses(e)).map(([what]) => what);
    expect(excused()).toEqual([]);
    await plan.pass(async () => undefined, Error).catch(() => undefined);
    expect(excused()).toEqual(expected);
  });
});
