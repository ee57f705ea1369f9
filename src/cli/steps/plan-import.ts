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
  const there: string[] = [];
  for await (const { name } of store.list({ signal })) if (asked.has(name)) there.push(name);
  const values =
    o.skipUnchanged === true
      ? await withProgress('reading', session, (progress) => store.getMany(there, { signal, progress }))
      : undefined;
  const known = new Set(there);
  return entries.map(({ name, value }) => {
    if (!known.has(name)) return { name, action: 'new' };
    const newest = values?.get(name)?.bytes();
    const isSame = newest !== undefined && Buffer.compare(newest, value) === 0;
    return { name, action: isSame ? 'unchanged' : 'new version' };
  });
}
