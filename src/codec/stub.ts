import { randomBytes } from 'node:crypto';
import { decodeBase64 } from '../text/base64.js';
import { AT_FIELD, FORMAT_FIELD, FORMAT_NUMBER, isRemovedState, STATE_FIELD } from '../record/claims.js';
import { versionNumber } from '../record/versions.js';
import type { Fields, RemovedState } from '../record.js';
import { isTimestamp } from './header.js';

/** A version that has no value: a tombstone or a stub. Not authenticated. */
export interface Stub {
  readonly state: RemovedState;
  readonly version: string;
  readonly at: Date;
  readonly by: string | undefined;
}

const NONCE_BYTES = 16;
/** So that a stub always fits its 256 bytes. */
const MAX_BY_BYTES = 48;

/**
 * The fields of a tombstone or stub. `by` loses what would not fit the 256 bytes: control characters,
 * quotes and backslashes (which JSON would write longer), and all after 48 bytes.
 */
export function encodeStub(
  stub: Omit<Stub, 'by'> & { readonly by?: string | undefined },
  random: (size: number) => Uint8Array = randomBytes,
): Fields {
  const by = stub.by === undefined ? '' : cut(stub.by.toWellFormed().replace(/[\u0000-\u001f"\\]/gu, ''));
  return {
    [FORMAT_FIELD]: FORMAT_NUMBER,
    [STATE_FIELD]: stub.state,
    version: stub.version,
    nonce: Buffer.from(random(NONCE_BYTES)).toString('base64'),
    [AT_FIELD]: stub.at.toISOString(),
    ...(by === '' ? {} : { by }),
  };
}

function cut(text: string): string {
  let size = 0;
  let out = '';
  for (const character of text) {
    size += Buffer.byteLength(character);
    if (size > MAX_BY_BYTES) break;
    out += character;
  }
  return out;
}

/** Reads a tombstone or stub: exactly its fields, each well-formed; undefined for anything else. */
export function decodeStub(fields: Fields): Stub | undefined {
  const { [FORMAT_FIELD]: format, [STATE_FIELD]: state, [AT_FIELD]: at, ...rest } = fields;
  const { version, nonce, by, ...others } = rest;
  if (format !== FORMAT_NUMBER || state === undefined || !isRemovedState(state)) return undefined;
  if (version === undefined || versionNumber(version) === undefined) return undefined;
  if (nonce === undefined || decodeBase64(nonce)?.length !== NONCE_BYTES) return undefined;
  if (at === undefined || !isTimestamp(at)) return undefined;
  if (by !== undefined && (!by.isWellFormed() || Buffer.byteLength(by) > MAX_BY_BYTES)) return undefined;
  if (Object.keys(others).length > 0) return undefined;
  return { state, version, at: new Date(at), by };
}
