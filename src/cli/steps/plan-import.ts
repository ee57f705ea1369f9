import { isLazycredError } from '../../errors.js';
import type { PutManyOptions, Store } from '../../index.js';
import type { ImportedEntry } from '../formats/entry.js';
import { withProgress } from './progress.js';
import type { Session } from '../session.js';

/** What an import would do with one secret. */
export interface PlannedEntry {
  readonly name: string;
  readonly action: 'new' | 'new version' | 'unchanged';
}

/**
 * What an import would do, without writing: the same checks, then a look at what is there.
 *
 * @param o as of the import; `skipUnchanged` compares with the newest values, which opens them
 * @throws ERR_USAGE or ERR_UNSUPPORTED, naming every entry that can't be stored
 */
export async function planImport(
  entries: readonly ImportedEntry[],
  store: Store,
  o: PutManyOptions,
  session: Session,
): Promise<PlannedEntry[]> {
  const { signal } = session;
  const names = entries.map((entry) => entry.name);
  await store.checkMany(entries, { ...o, signal });
  const asked = new Set(names);
  const known = await knownNames(store, asked, signal);
  const compared = o.skipUnchanged === true ? entries.filter(({ name }) => known.has(name)) : [];
  const unchanged = await withProgress('reading', session, (progress) =>
    store.unchangedMany(compared, { ...o, signal, progress }),
  );
  return entries.map(({ name }) => {
    if (!known.has(name)) return { name, action: 'new' };
    return { name, action: unchanged.get(name) === true ? 'unchanged' : 'new version' };
  });
}

async function knownNames(
  store: Store,
  asked: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const known = new Set<string>();
  try {
    for await (const { name } of store.list({ signal })) if (asked.has(name)) known.add(name);
  } catch (e) {
    // A store that the first put will make.
    if (!isLazycredError(e, 'ERR_NOT_FOUND')) throw e;
  }
  return known;
}
