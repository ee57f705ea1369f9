import { isLazycredError, LazycredError } from '../../errors.js';
import type { Store } from '../../index.js';
import { variablesBelow } from '../../references/below.js';
import { readReferences } from '../../references/read.js';
import type { Reference } from '../../references/reference.js';
import type { Session } from '../session.js';
import { withProgress } from '../steps/progress.js';
import { namesOf } from '../steps/read-many.js';
import type { Variable } from './environment.js';
import type { Source } from './sources.js';

const NONE = Buffer.alloc(0);

/** What a program is to get, by where it comes from; later ones win over earlier ones. */
export interface WantedSources {
  /** References of the environment, and what env files hold. */
  readonly first: readonly Source[];
  /** Every secret below these. */
  readonly prefixes: readonly string[];
  /** Named one by one. */
  readonly last: readonly Source[];
  readonly files: readonly Source[];
  readonly allowEmpty: boolean;
}

/** A value under the name of the secret that it comes from. */
export interface Fetched extends Variable {
  readonly version: string;
  /** That very version was asked for, not the newest. */
  readonly isPinned: boolean;
}

/** The values: of variables in the order of precedence, and of files. */
export interface FetchedValues {
  readonly variables: readonly Variable[];
  readonly files: readonly Variable[];
  /** What came from secrets, of both. */
  readonly secrets: readonly Fetched[];
}

/**
 * Fetches everything, several secrets at a time.
 *
 * @throws one error that names all that is missing; ERR_USAGE for variables that a prefix may not set, before any
 *   value is read
 */
export async function fetchAll(
  wanted: WantedSources,
  open: () => Promise<Store>,
  session: Session,
): Promise<FetchedValues> {
  const { first, last, files } = wanted;
  if (wanted.prefixes.length === 0 && referencesOf([...first, ...last, ...files]).length === 0) {
    return { variables: valuesOf([...first, ...last]), files: valuesOf(files), secrets: [] };
  }
  const store = await open();
  const missing: LazycredError[] = [];
  const note = (e: unknown): [] => {
    if (!isLazycredError(e, 'ERR_NOT_FOUND')) throw e;
    missing.push(e);
    return [];
  };
  const below = await sourcesBelow(store, wanted, session).catch(note);
  const references = referencesOf([...first, ...below, ...last, ...files]);
  const values = await withProgress('reading', session, (progress) =>
    readReferences(store, references, { signal: session.signal, progress }).catch(note),
  );
  if (missing.length > 0) throw joined(missing);
  const byReference = new Map(references.map((r, i) => [r, values[i]?.value ?? NONE]));
  return {
    variables: valuesOf([...first, ...below, ...last], byReference),
    files: valuesOf(files, byReference),
    secrets: references.flatMap(({ name, version }, i) => {
      const read = values[i];
      return read === undefined ? [] : [{ name, ...read, isPinned: version !== undefined }];
    }),
  };
}

function referencesOf(sources: readonly Source[]): Reference[] {
  return sources.flatMap(({ from }) => (from instanceof Uint8Array ? [] : [from]));
}

function valuesOf(
  sources: readonly Source[],
  read: ReadonlyMap<Reference, Uint8Array> = new Map(),
): Variable[] {
  return sources.map(({ variable: name, from }) => ({
    name,
    value: from instanceof Uint8Array ? from : (read.get(from) ?? NONE),
  }));
}

/** Two failures of one kind as one. */
function joined([first, ...rest]: readonly LazycredError[]): LazycredError {
  if (first === undefined) return new LazycredError('ERR_NOT_FOUND', 'not found');
  const message = [first, ...rest].map((e) => e.message).join('; ');
  return first.with({
    message,
    failures: [first, ...rest].flatMap((e) => (e.failures.length > 0 ? e.failures : [e])),
  });
}

/** The secrets below the prefixes, each in the variable of its name. */
async function sourcesBelow(store: Store, wanted: WantedSources, session: Session): Promise<Source[]> {
  const { prefixes, allowEmpty } = wanted;
  const found: [string, string[]][] = [];
  for (const prefix of prefixes) {
    found.push([prefix, await namesOf(store, { names: [], matches: [prefix], allowEmpty }, session)]);
  }
  try {
    return [...variablesBelow(found)].map(([variable, from]) => ({ variable, from }));
  } catch (e) {
    if (!isLazycredError(e)) throw e;
    throw e.with({ hint: 'name what is meant one by one: --env VAR=SECRET sets any variable' });
  }
}
