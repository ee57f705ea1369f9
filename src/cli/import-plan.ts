import { allOrError, forEach } from '../bulk.js';
import type { Format, Store } from '../index.js';
import { LazycredError } from '../errors.js';
import { DEFAULT_MAX_VALUE_BYTES, parseName, storedName } from '../record.js';
import type { ImportedEntry } from './formats/entry.js';
import { withProgress } from './progress.js';
import type { Session } from './session.js';

/** What an import would do with one secret. */
export interface PlannedEntry {
  readonly name: string;
  readonly action: 'new' | 'new version' | 'unchanged';
}

/** What the import goes by. */
export interface PlanOptions {
  /** The store's. */
  readonly format: Format;
  /** Compare with the newest values, which opens them. */
  readonly skipUnchanged: boolean;
}

/**
 * What an import would do, without writing: the same checks, then a look at what is there.
 *
 * @throws ERR_USAGE naming every entry that can't be stored
 */
export async function planImport(
  entries: readonly ImportedEntry[],
  store: Store,
  o: PlanOptions,
  session: Session,
): Promise<PlannedEntry[]> {
  const { signal } = session;
  const names = entries.map((entry) => entry.name);
  const check = async (name: string, i: number): Promise<void> => {
    await Promise.resolve();
    if (o.format === 'native') parseName(name);
    else storedName(name);
    const size = entries[i]?.value.length ?? 0;
    if (size <= DEFAULT_MAX_VALUE_BYTES) return;
    const message = `the value is ${size} bytes; at most ${DEFAULT_MAX_VALUE_BYTES} can be stored`;
    throw new LazycredError('ERR_USAGE', message, { name });
  };
  allOrError(await forEach(names, check), 'put');
  const asked = new Set(names);
  const there: string[] = [];
  for await (const { name } of store.list({ signal })) if (asked.has(name)) there.push(name);
  const values = o.skipUnchanged
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
