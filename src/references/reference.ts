import { LazycredError } from '../errors.js';
import { quote } from '../text/printable.js';

/** What a reference names: a secret, one of its versions, a field of its value. */
export interface Reference {
  readonly name: string;
  /** The newest without it. */
  readonly version?: string | undefined;
  /** A member of a JSON value: `a.b` is a member of a member. */
  readonly field?: string | undefined;
}

/** What every reference begins with. */
export const SCHEME = 'lazy://';

/**
 * Reads `lazy://NAME[?v=N][#FIELD]`, NAME and FIELD percent-encoded (RFC 3986). There is no store and no key
 * in it: whoever writes a reference chooses a secret of the configured store, nothing else.
 *
 * @throws ERR_USAGE for what begins with `lazy://` and goes on otherwise
 * @example
 * parseReference('lazy://prod/db?v=3#password'); // { name: 'prod/db', version: '3', field: 'password' }
 */
export function parseReference(text: string): Reference {
  if (!text.isWellFormed()) throw bad(text, 'it is not well-formed Unicode');
  const parts = /^lazy:\/\/([^?#]+)(?:\?([^#]*))?(?:#(.*))?$/su.exec(text);
  if (parts === null) throw bad(text, 'a reference is lazy://NAME, lazy://NAME?v=N or lazy://NAME#FIELD');
  const [, name = '', query, field] = parts;
  const version = query === undefined ? undefined : versionIn(query, text);
  if (field === '') throw bad(text, 'a field follows "#"');
  return {
    name: decoded(name, text),
    ...(version === undefined ? {} : { version }),
    ...(field === undefined ? {} : { field: decoded(field, text) }),
  };
}

/**
 * The reference as text, which {@link parseReference} reads back.
 *
 * @throws ERR_USAGE for a part that is not well-formed Unicode
 */
export function showReference({ name, version, field }: Reference): string {
  for (const part of [name, version ?? '', field ?? '']) {
    if (!part.isWellFormed()) throw bad(part, 'it is not well-formed Unicode');
  }
  const path = name.split('/').map(encodeURIComponent).join('/');
  const query = version === undefined ? '' : `?v=${encodeURIComponent(version)}`;
  return `${SCHEME}${path}${query}${field === undefined ? '' : `#${encodeURIComponent(field)}`}`;
}

function versionIn(query: string, text: string): string {
  const version = /^v=([^&=]+)$/u.exec(query)?.[1];
  if (version === undefined) throw bad(text, 'of what may follow "?" there is v=N alone');
  return decoded(version, text);
}

function decoded(part: string, text: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw bad(text, '"%" is followed by two hexadecimal digits of a character in UTF-8: %25 is "%" itself');
  }
}

function bad(text: string, hint: string): LazycredError {
  return new LazycredError('ERR_USAGE', `bad reference ${quote(text)}`, { hint });
}
