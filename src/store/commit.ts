import type { Backend } from '../backend.js';
import { recordKind } from '../codec/detect.js';
import { isLazycredError, LazycredError } from '../errors.js';
import { compareVersions } from '../record/versions.js';
import type { SecretName } from '../record/names.js';
import { sameFields, type StoredRecord } from '../record.js';
import { rest } from './rest.js';

/** How long to wait after a lost race. */
export type BackOff = (attempt: number, signal: AbortSignal) => Promise<void>;

// A random wait below a ceiling, which doubles with each attempt, from the first to the last.
const FIRST_BACKOFF_MS = 20;
const LAST_BACKOFF_MS = 1_000;

/**
 * What shall follow the newest record: `create`, a new record; or `keep`, none, since the newest holds what was to
 * be put. With `aside` the new record may lie below the newest, if only its version is new.
 */
export type Next =
  { readonly create: StoredRecord; readonly aside?: boolean } | { readonly keep: StoredRecord };

/** One write of a new version, until it is decided. */
export interface Write {
  readonly backend: Backend;
  readonly name: SecretName;
  readonly signal: AbortSignal;
  readonly backOff: BackOff;
}

/**
 * Creates what `next` makes after `newest`, or after whatever has become the newest meanwhile, and
 * gives what `next` gave. `next` gives undefined to look again, and throws to end it; for the same
 * version it must give the same bytes, by which a write of one's own is known again.
 */
export async function createAfter(
  write: Write,
  newest: StoredRecord | undefined,
  next: (newest: StoredRecord | undefined) => Promise<Next | undefined>,
): Promise<Next> {
  const { backend, name, signal } = write;
  let current = newest;
  for (let attempt = 0; ; attempt++) {
    const step = await next(current);
    if (step === undefined) current = await backend.get(name, undefined, { signal });
    else {
      if ('keep' in step) return step;
      if (step.aside === true) return createAside(write, step);
      const { create } = step;
      const failure = await tryCreate(write, create, current);
      if (failure === undefined) return step;
      const { seen, landed } = await orUncertain(async () => {
        const found = await backend.get(name, undefined, { signal });
        return { seen: found, landed: await hasLanded(write, create, found) };
      });
      if (landed) return step;
      if (failure.code === 'ERR_UNAVAILABLE') throw failure;
      current = seen;
    }
    await write.backOff(attempt, signal);
  }
}

// Creates a record at the version that was asked for, and no other: a record that is there already stays.
async function createAside(write: Write, step: { readonly create: StoredRecord }): Promise<Next> {
  const { create } = step;
  const { backend, signal } = write;
  const failure = await tryCreate(write, create, undefined);
  if (failure === undefined) return step;
  const stored = await orUncertain(() => backend.get(create.name, create.version, { signal }));
  if (stored !== undefined && sameFields(stored.fields, create.fields)) return step;
  throw failure;
}

// Creates a record. Returns undefined when that succeeded, and the failure when another writer may have won or the
// answer was lost; other failures are thrown.
async function tryCreate(
  { backend, signal }: Write,
  record: StoredRecord,
  newest: StoredRecord | undefined,
): Promise<LazycredError | undefined> {
  try {
    await backend.create(record, newest, { signal });
    return undefined;
  } catch (e) {
    if (signal.aborted) throw uncertain(e);
    if (isLazycredError(e, 'ERR_CONFLICT') || isLazycredError(e, 'ERR_UNAVAILABLE')) return e;
    throw e;
  }
}

/** Looks at what became of a write that failed; where that can't be seen either, the failure says so. */
async function orUncertain<T>(look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (e) {
    throw uncertain(e);
  }
}

function uncertain(e: unknown): unknown {
  if (!isLazycredError(e) || e.code === 'ERR_CONFLICT') return e;
  const message = `whether it was written is not known: ${e.message}`;
  return e.with({ message, hint: { code: 'look-whether-written' }, cause: e });
}

/** Whether our write had landed although it reported otherwise: the stored bytes are ours. */
async function hasLanded(
  { backend, signal }: Write,
  record: StoredRecord,
  newest: StoredRecord | undefined,
): Promise<boolean> {
  if (newest === undefined) return false;
  if (sameFields(newest.fields, record.fields)) return true;
  // Where there are no versions, what is overwritten is kept nowhere.
  if (record.version === '' || compareVersions(newest.version, record.version) <= 0) return false;
  const stored = await backend.get(record.name, record.version, { signal });
  if (stored === undefined || recordKind(stored.fields) === 'stub') {
    throw new LazycredError(
      'ERR_CONFLICT',
      `version ${record.version} was removed meanwhile, outcome unknown`,
      { hint: { code: 'look-whether-removed' } },
    );
  }
  return sameFields(stored.fields, record.fields);
}

/** Random, and growing with the attempts. */
export async function backOff(attempt: number, signal: AbortSignal): Promise<void> {
  const ms = Math.random() * Math.min(LAST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** attempt);
  await rest(ms, signal);
}
