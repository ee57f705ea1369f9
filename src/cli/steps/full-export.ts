import type { Secret, Store } from '../../index.js';
import { allOrError, forEach } from '../../store/bulk.js';
import { usage } from '../arguments/parse.js';
import type { FullEntry } from '../formats/entry.js';
import type { ExportFormat } from '../formats/export.js';
import { writeFull } from '../formats/write/full.js';
import { writePrivateFile } from '../io/files.js';
import { writeOut } from '../io/streams.js';
import type { Session } from '../session.js';
import { withProgress } from './progress.js';

type FullFormat = 'json' | 'yaml';

/** What a full export goes by. */
export interface FullExport {
  readonly format: ExportFormat;
  /** Every version that has a value. */
  readonly hasHistory: boolean;
  readonly path: string | undefined;
  readonly store: Store;
}

/** @throws ERR_USAGE for a format that has no place for comments and tags */
export function mustHoldAll(format: ExportFormat): asserts format is FullFormat {
  if (format === 'json' || format === 'yaml') return;
  throw usage(`${format} cannot carry comments, tags and versions`, '--full goes with --format json or yaml');
}

/** Writes secrets with all that goes with them, to a file of mode 0600 or to stdout. */
export async function writeFullExport(
  secrets: ReadonlyMap<string, Secret>,
  { format, hasHistory, path, store }: FullExport,
  session: Session,
): Promise<void> {
  mustHoldAll(format);
  const all = hasHistory ? await allVersions([...secrets.keys()], store, session) : [...secrets.values()];
  const entries = all.map((secret) => entryOf(secret, hasHistory));
  const text = writeFull(entries, format);
  await (path === undefined ? writeOut(text) : writePrivateFile(path, text));
}

/** Every version that has a value, oldest first. */
async function allVersions(names: readonly string[], store: Store, session: Session): Promise<Secret[]> {
  const { signal } = session;
  const read = async (name: string): Promise<Secret[]> => {
    const versions = (await store.history(name, { signal })).filter(({ state }) => state === 'value');
    const secrets: Secret[] = [];
    for (const { version } of versions.reverse()) secrets.push(await store.get(name, { version, signal }));
    return secrets;
  };
  const outcomes = await withProgress('reading', session, (progress) =>
    forEach(names, read, { done: (n) => progress(n, names.length) }),
  );
  return [...allOrError(outcomes, 'get').values()].flat();
}

function entryOf(secret: Secret, hasHistory: boolean): FullEntry {
  const { name, comment, tags, by, created } = secret;
  const version = hasHistory ? secret.version : undefined;
  return { name, version, value: secret.bytes(), comment, tags, by, created };
}

/** The formats that import reads: who writes them may mean to read them back. */
const READ_BACK: ReadonlySet<ExportFormat> = new Set([
  'json',
  'yaml',
  'dotenv',
  'csv',
  'tsv',
  'java-properties',
]);

/** Says in a line what goes with the secrets and is not in the file. */
export function tellLeftOut(
  secrets: ReadonlyMap<string, Secret>,
  format: ExportFormat,
  session: Session,
): void {
  if (!READ_BACK.has(format)) return;
  const all = [...secrets.values()];
  const parts = [
    of(all.filter(({ comment }) => comment !== undefined).length, 'comments'),
    of(all.filter(({ tags }) => Object.keys(tags).length > 0).length, 'tags'),
  ].filter((part) => part !== undefined);
  if (parts.length === 0) return;
  const way =
    format === 'json' || format === 'yaml' ? '--full carries them' : '--format json --full carries them';
  session.talk(`left out: ${parts.join(' and ')}; ${way}`);
}

function of(count: number, what: string): string | undefined {
  return count === 0 ? undefined : `the ${what} of ${count} secret${count === 1 ? '' : 's'}`;
}
