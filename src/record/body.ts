import type { Fields } from '../record.js';
import type { SecretName } from './names.js';
import { LazycredError } from '../errors.js';

/** Size of a stored tombstone or stub as JSON, in bytes: padded to it, so that a listing tells them by size. */
export const STUB_BYTES = 256;

/** A record as stored JSON; tombstones and stubs are padded to {@link STUB_BYTES}. */
export function encodeBody(fields: Fields): Buffer {
  const body = Buffer.from(JSON.stringify(fields));
  // Tombstones and stubs are told by their size.
  if (fields['state'] === undefined || body.length >= STUB_BYTES) return body;
  return Buffer.concat([body, Buffer.alloc(STUB_BYTES - body.length, ' ')]);
}

/**
 * The fields of a record stored as JSON.
 *
 * @throws ERR_INTEGRITY when it is not a flat JSON object of strings
 */
export function parseBody(body: Buffer, name: SecretName, location: string): Fields {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    // The parser's message quotes what it read; that the object is no record says enough.
    parsed = undefined;
  }
  const isRecord = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  if (!isRecord || !Object.values(parsed as object).every((value) => typeof value === 'string')) {
    throw new LazycredError('ERR_INTEGRITY', 'the stored object is not a record', {
      name,
      location,
      hint: 'where it is LazyCred\'s and lost ("key": null), lazy destroy removes it, for a new value',
    });
  }
  return parsed as Fields;
}
