import { LazycredError } from '../errors.js';
import { quote } from '../text/printable.js';

declare const brand: unique symbol;

/** A secret's name that `parseName` made, or that a store held; docs/format.md has the rules. */
export type SecretName = string & { readonly [brand]: 'SecretName' };

/** Longest name, in bytes of UTF-8. */
export const MAX_NAME_BYTES = 512;

/** The segment under which the S3 backend keeps older versions; no name may hold it. */
export const RESERVED_SEGMENT = '.lazycred';

/** What the names begin with under which a store keeps what is its own and no secret. */
export const OWN_PREFIX = `${RESERVED_SEGMENT}/${RESERVED_SEGMENT}/`;

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
  checkText(text);
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
    if (segment === '.' || segment === '..') refuse(`the segment "${segment}" is not allowed`);
  }
  refuseReserved(text);
  return text as SecretName;
}

/**
 * Makes a name for *reading*: anything that could have been stored, literally; the ancestors kept
 * no rules.
 *
 * @throws ERR_USAGE when it is empty or not well-formed Unicode
 */
export function storedName(text: string): SecretName {
  checkText(text);
  if (text === '') throw new LazycredError('ERR_USAGE', 'bad name "": it is empty', { name: text });
  if (!text.isWellFormed()) {
    throw new LazycredError('ERR_USAGE', `bad name ${quote(text)}: it is not well-formed Unicode`, {
      name: text,
    });
  }
  return text as SecretName;
}

/**
 * Makes a name for changing or removing what is stored: as {@link storedName}, without the segment under
 * which the S3 backend keeps older versions. `.lazycred/db/0000000000000000001` is version 1 of `db` there.
 *
 * @throws ERR_USAGE
 */
export function writableName(text: string): SecretName {
  const name = storedName(text);
  refuseReserved(name);
  return name;
}

/**
 * Refuses a name with the segment `.lazycred`, for a backend's operations that write.
 *
 * @throws ERR_USAGE
 */
export function refuseReserved(name: string): void {
  if (!name.split('/').includes(RESERVED_SEGMENT)) return;
  const message = `bad name ${quote(name)}: the segment "${RESERVED_SEGMENT}" is not allowed`;
  throw new LazycredError('ERR_USAGE', message, { name });
}

// From JavaScript anything may come as a name.
function checkText(text: unknown): void {
  if (typeof text === 'string') return;
  throw new LazycredError(
    'ERR_USAGE',
    `a secret's name must be text, not ${text === null ? 'null' : typeof text}`,
  );
}
