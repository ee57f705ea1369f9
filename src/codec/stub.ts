import { decodeBase64 } from '../base64.js';
import { versionNumber, type Fields, type RemovedState } from '../record.js';
import { isTimestamp } from './header.js';
import { FORMAT_NUMBER } from './native.js';

/** A version that has no value: a tombstone or a stub. Not authenticated. */
export interface Stub {
  readonly state: RemovedState;
  readonly version: string;
  readonly at: Date;
  readonly by: string | undefined;
}

const STATES: readonly string[] = ['deleted', 'destroyed', 'pruned'] satisfies RemovedState[];
const NONCE_BYTES = 16;
/** So that a stub always fits its 256 bytes. */
const MAX_BY_BYTES = 48;

/** Reads a tombstone or stub: exactly its fields, each well-formed; undefined for anything else. */
export function decodeStub(fields: Fields): Stub | undefined {
  const { lazycred, state, version, nonce, at, by, ...others } = fields;
  if (lazycred !== FORMAT_NUMBER || state === undefined || !STATES.includes(state)) return undefined;
  if (version === undefined || versionNumber(version) === undefined) return undefined;
  if (nonce === undefined || decodeBase64(nonce)?.length !== NONCE_BYTES) return undefined;
  if (at === undefined || !isTimestamp(at)) return undefined;
  if (by !== undefined && (!by.isWellFormed() || Buffer.byteLength(by) > MAX_BY_BYTES)) return undefined;
  if (Object.keys(others).length > 0) return undefined;
  return { state: state as RemovedState, version, at: new Date(at), by };
}
