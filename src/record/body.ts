import type { Fields } from '../record.js';
import type { SecretName } from './names.js';
import { LazycredError } from '../errors.js';
import { DATA_FIELD, isRemoved } from './claims.js';

/** Size of a stored tombstone or stub as JSON, in bytes: padded to it, so that a listing tells them by size. */
export const STUB_BYTES = 256;

/** A record as stored JSON; tombstones and stubs are padded to {@link STUB_BYTES}. */
export function encodeBody(fields: Fields): Buffer {
  const body = Buffer.from(JSON.stringify(fields));
  // Tombstones and stubs are told by their size.
  if (!isRemoved(fields) || body.length >= STUB_BYTES) return body;
  return Buffer.concat([body, Buffer.alloc(STUB_BYTES - body.length, ' ')]);
}

/** The fields of a record stored as JSON; undefined when it is not a flat JSON object of strings in UTF-8. */
export function fieldsOf(body: Uint8Array): Fields | undefined {
  const members = membersOf(body);
  if (members === undefined) return undefined;
  return Object.values(members).every((value) => typeof value === 'string') ? (members as Fields) : undefined;
}

function membersOf(body: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    // The parser's message quotes what it read; that the body is no record says enough.
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
  return parsed as Readonly<Record<string, unknown>>;
}

// What the original LazyCred stored where KMS had failed: a value that nothing opens.
function isLost(members: Readonly<Record<string, unknown>> | undefined): boolean {
  return (
    members?.['key'] === null && Object.keys(members).every((name) => name === 'key' || name === DATA_FIELD)
  );
}

/**
 * The fields of an object that is to be a record.
 *
 * @throws ERR_INTEGRITY when {@link fieldsOf} finds none
 */
export function parseBody(body: Uint8Array, name: SecretName, location: string): Fields {
  const fields = fieldsOf(body);
  if (fields !== undefined) return fields;
  throw new LazycredError('ERR_INTEGRITY', 'the stored object is not a record', {
    name,
    location,
    hint: isLost(membersOf(body))
      ? { code: 'destroy-lost' }
      : 'another program wrote it, or it was damaged: look at what lies there before anything is written over it',
  });
}
