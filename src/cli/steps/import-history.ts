import { isLazycredError, LazycredError } from '../../errors.js';
import type { PutManyOptions, Store } from '../../index.js';
import { allOrError, forEach } from '../../store/bulk.js';
import type { ImportedEntry } from '../formats/entry.js';
import type { Session } from '../session.js';
import { tellingHowFar } from './how-far.js';
import { withProgress } from './progress.js';
import { tellingSealedSoFar } from './sealed-so-far.js';

/** One version of a file, and whether it is in the store. */
interface PlannedVersion {
  readonly entry: ImportedEntry;
  readonly isThere: boolean;
}

/** Whether a file holds versions, each with its number. */
export function hasVersions(entries: readonly ImportedEntry[]): boolean {
  return entries.some(({ version }) => version !== undefined);
}

/**
 * For every version of the file, in its order, whether the store has it with the same value. Run again after a
 * stop, so, an import goes on where it was. Everything is checked before anything is written.
 *
 * @throws ERR_CONFLICT for a version that the store has with another value, or that would come before its newest;
 *   ERR_USAGE or ERR_UNSUPPORTED for what can't be stored: each naming every entry
 */
export async function planHistory(
  entries: readonly ImportedEntry[],
  store: Store,
  o: PutManyOptions,
  session: Session,
): Promise<readonly PlannedVersion[]> {
  const byName = byNameOf(entries);
  for (const round of rounds(entries)) await store.checkMany(round, { ...o, signal: session.signal });
  const names = [...byName.keys()];
  const plan = (name: string): Promise<PlannedVersion[]> =>
    planOne(name, byName.get(name) ?? [], store, session);
  const outcomes = await withProgress('reading', session, (progress) =>
    forEach(names, plan, { done: (n) => progress(n, names.length) }),
  );
  return [...allOrError(outcomes, 'put').values()].flat();
}

/**
 * Stores the versions of the plan that aren't there, under their numbers, oldest first.
 *
 * @returns how many were stored
 */
export async function importHistory(
  plan: readonly PlannedVersion[],
  store: Store,
  o: PutManyOptions,
  session: Session,
): Promise<number> {
  const missing = plan.filter(({ isThere }) => !isThere).map(({ entry }) => entry);
  const imported = {
    total: missing.length,
    what: 'versions',
    location: store.location,
    goOn: 'the same command again',
  } as const;
  await tellingSealedSoFar(store, session, (begun) =>
    withProgress('storing', session, (progress) =>
      tellingHowFar(imported, session, progress, async (counted) => {
        let stored = 0;
        for (const round of rounds(missing)) {
          const before = stored;
          const told: typeof counted = (done, _, failed) => {
            begun();
            counted(before + done, missing.length, failed);
          };
          await store.putMany(round, { ...o, skipUnchanged: false, signal: session.signal, progress: told });
          stored += round.length;
        }
      }),
    ),
  );
  return missing.length;
}

async function planOne(
  name: string,
  entries: readonly ImportedEntry[],
  store: Store,
  session: Session,
): Promise<PlannedVersion[]> {
  const { signal } = session;
  const there = await store.history(name, { signal }).catch((e: unknown) => {
    if (isLazycredError(e, 'ERR_NOT_FOUND')) return [];
    throw e;
  });
  const newest = numberOf(there[0]?.version ?? '0');
  if (newest === undefined) throw parted('its newest version is no number');
  const planned: PlannedVersion[] = [];
  for (const entry of inOrder(entries)) {
    const { version = '1' } = entry;
    const same = there.find((one) => numberOf(one.version) === BigInt(version));
    if (same === undefined) {
      if (BigInt(version) <= newest)
        throw parted(`version ${version} would come before its newest, ${newest}`);
      planned.push({ entry, isThere: false });
      continue;
    }
    const value =
      same.state === 'value' ? (await store.get(name, { version: same.version, signal })).bytes() : undefined;
    if (value === undefined || Buffer.compare(value, entry.value) !== 0) {
      throw parted(`version ${version} is there with another value`);
    }
    planned.push({ entry, isThere: true });
  }
  return planned;
}

/** Undefined for CredStash's versions that are texts. */
function numberOf(version: string): bigint | undefined {
  return /^[0-9]+$/u.test(version) ? BigInt(version) : undefined;
}

function byNameOf(entries: readonly ImportedEntry[]): ReadonlyMap<string, ImportedEntry[]> {
  const groups = new Map<string, ImportedEntry[]>();
  for (const entry of entries) {
    const group = groups.get(entry.name);
    if (group === undefined) groups.set(entry.name, [entry]);
    else group.push(entry);
  }
  return groups;
}

function parted(what: string): LazycredError {
  return new LazycredError('ERR_CONFLICT', what, {
    hint: 'the histories have parted: import under another --prefix, or export without --all-versions',
  });
}

/** The first version of each name, then the second of each, and so on: a name is once in each. */
function rounds(entries: readonly ImportedEntry[]): readonly (readonly ImportedEntry[])[] {
  const all: ImportedEntry[][] = [];
  for (const versions of byNameOf(entries).values()) {
    for (const [i, entry] of inOrder(versions).entries()) (all[i] ??= []).push(entry);
  }
  return all;
}

function inOrder(entries: readonly ImportedEntry[]): readonly ImportedEntry[] {
  return [...entries].sort((a, b) => (BigInt(a.version ?? 0) < BigInt(b.version ?? 0) ? -1 : 1));
}
