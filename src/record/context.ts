import { quote } from '../text/printable.js';

/** Most pairs of a user's context, in a native record (docs/format.md). */
const MAX_PAIRS = 16;

/** Longest context in a native record, in bytes of UTF-8, names and values together (docs/format.md). */
const MAX_BYTES = 4 * 1024;

/** Prefixes of context names that are not the user's to set: ours, and those that AWS reserves. */
const RESERVED = ['lazycred:', 'aws:'];

/**
 * Why these pairs can't be a user's encryption context in a native record; undefined when they can.
 * CredStash's records may have been put under any.
 */
export function contextFault(context: Readonly<Record<string, string>>): string | undefined {
  const pairs = Object.entries(context);
  if (pairs.length > MAX_PAIRS) return `more than ${MAX_PAIRS} pairs`;
  let size = 0;
  for (const [name, value] of pairs) {
    if (name === '') return 'a name is empty';
    if (value === '') return `${quote(name)} has an empty value`;
    if (!name.isWellFormed() || !value.isWellFormed()) return `${quote(name)} is not well-formed Unicode`;
    const reserved = RESERVED.find((prefix) => name.startsWith(prefix));
    if (reserved !== undefined) return `${quote(name)}: keys that begin with ${reserved} are reserved`;
    size += Buffer.byteLength(name) + Buffer.byteLength(value);
  }
  return size > MAX_BYTES ? `more than ${MAX_BYTES} bytes` : undefined;
}
