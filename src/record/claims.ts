import type { RemovedState, Fields } from '../record.js';
import { versionNumber } from './versions.js';

// What a native record looks like from outside. Nothing else of src/ spells these names.

/** The field by which a native record, tombstone or stub is known; it holds the number of its format. */
export const FORMAT_FIELD = 'lazycred';
/** A native record's header, JSON text. */
export const HEADER_FIELD = 'header';
/** Its value: LazyCred's and native records'. */
export const DATA_FIELD = 'data';
/** A tombstone's or stub's: why it has no value. */
export const STATE_FIELD = 'state';
/** When a tombstone or stub was made. */
export const AT_FIELD = 'at';

/** The number of the native format, as a record's field `lazycred` says it. */
export const FORMAT_NUMBER = '1';

/** What a stored native record says of itself without being opened. Unverified. */
export interface Claim {
  readonly version: string;
  readonly state?: RemovedState;
  /** When it was made; absent where that is no time. */
  readonly created?: Date;
}

const STATES: readonly string[] = ['deleted', 'destroyed', 'pruned'] satisfies RemovedState[];

/** Whether a record's `state` is one that we know. */
export function isRemovedState(text: string): text is RemovedState {
  return STATES.includes(text);
}

/** Whether these are a native record's, tombstone's or stub's fields, and no ancestor's. */
export function isOfNative(fields: Fields): boolean {
  return fields[FORMAT_FIELD] !== undefined;
}

/** Whether these are a tombstone's or stub's fields. */
export function isRemoved(fields: Fields): boolean {
  return fields[STATE_FIELD] !== undefined;
}

/**
 * The version (and state) that a native record, tombstone or stub claims; undefined for the
 * ancestors' records, which hold none, and for what is too broken to say. Unverified: for choosing
 * the next number and for listings, never for giving out a value.
 */
export function claimOf(fields: Fields): Claim | undefined {
  if (!isOfNative(fields)) return undefined;
  const state = fields[STATE_FIELD];
  if (state !== undefined) {
    const version = fields['version'];
    if (version === undefined || versionNumber(version) === undefined || !isRemovedState(state))
      return undefined;
    return { version, state, ...madeAt(fields[AT_FIELD]) };
  }
  let header: unknown;
  try {
    header = JSON.parse(fields[HEADER_FIELD] ?? '');
  } catch {
    // Damaged: who opens the record is told.
    return undefined;
  }
  if (typeof header !== 'object' || header === null) return undefined;
  const { version, created } = header as { version?: unknown; created?: unknown };
  if (typeof version !== 'string' || versionNumber(version) === undefined) return undefined;
  return { version, ...madeAt(created) };
}

function madeAt(text: unknown): { created?: Date } {
  // Date.parse takes far more than a time as records write it.
  const time = typeof text === 'string' && /^\d{4}-\d\d-\d\dT/u.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(time) ? {} : { created: new Date(time) };
}
