import { LazycredError } from '../errors.js';
import { quote } from '../text/printable.js';

declare const brand: unique symbol;

/** A secret's name that `parseName` made, or that a store held; docs/format.md has the rules. */
export type SecretName = string & { readonly [brand]: 'SecretName' };

/** Longest name, in bytes of UTF-8. */
export const MAX_NAME_BYTES = 512;

/** The segment under which the S3 backend keeps older versions; no name may hold it. */
export const RESERVED_SEGMENT = '.lazycred';

// Controls (C0, DEL, C1), and the characters of globs.
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f*?[\]]/u;

/**
 * Makes a name for a *new* secret: 1–512 bytes of well-formed UTF-8, kept exactly as given, without
 * control characters, `* ? [ ]`, a leading or trailing `/`, or a segment that is empty, `.`, `..` or
 * `.lazycred`.
 *
 * @throws ERR_USAGE, saying which rule is broken
 */
export function parseName(text: string): SecretName {
  const refuse = (why: string): never => {
    throw new LazycredError('ERR_USAGE', `bad name ${quote(text)}: ${why}`, { name: text });
  };
  if (text === '') refuse('it is empty');
  if (!text.isWellFormed()) refuse('it is not well-formed Unicode');
  if (Buffer.byteLength(text) > MAX_NAME_BYTES) refuse(`it is longer than ${MAX_NAME_BYTES} bytes`);
  if (FORBIDDEN.test(text)) refuse('control characters and * ? [ ] are not allowed');
  if (text.startsWith('/') || text.endsWith('/')) refuse('it begins or ends with "/"');
  for (const segment of text.split('/')) {
    if (segment === '') refuse('it holds "//"');
    if (segment === '.' || segment === '..' || segment === RESERVED_SEGMENT) {
      refuse(`the segment "${segment}" is not allowed`);
    }
  }
  return text as SecretName;
}

/**
 * Makes a name for *reading*: anything that could have been stored, literally; the ancestors kept
 * no rules.
 *
 * @throws ERR_USAGE when it is empty or not well-formed Unicode
 */
export function storedName(text: string): SecretName {
  if (text === '') throw new LazycredError('ERR_USAGE', 'bad name "": it is empty', { name: text });
  if (!text.isWellFormed()) {
    throw new LazycredError('ERR_USAGE', `bad name ${quote(text)}: it is not well-formed Unicode`, {
      name: text,
    });
  }
  return text as SecretName;
}
