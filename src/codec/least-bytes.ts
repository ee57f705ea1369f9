import { DATA_FIELD, FORMAT_FIELD, FORMAT_NUMBER, HEADER_FIELD } from '../record/claims.js';
import { base64Length } from '../text/base64.js';
import { encodeHeader, SALT_BYTES, TAG_BYTES, type Header } from './header.js';

/**
 * The least that a native record's fields can take, names and values in bytes: the record as it would be with no
 * recipient and the shortest version.
 */
export function leastNativeBytes(
  what: Pick<Header, 'name' | 'context' | 'by' | 'comment' | 'tags'>,
  valueBytes: number,
): number {
  const { name, context, by, comment, tags } = what;
  const about = { name, context, by, comment, tags, version: '1', created: new Date(0).toISOString() };
  const none = new Uint8Array(SALT_BYTES);
  const header = encodeHeader({ ...about, salt: none, commit: none, keys: [] });
  const texts = [FORMAT_FIELD, FORMAT_NUMBER, HEADER_FIELD, header, DATA_FIELD];
  return Buffer.byteLength(texts.join('')) + base64Length(valueBytes + TAG_BYTES);
}
