/**
 * The one rule that turns a name into a key in every format: without the prefix; then letters of
 * ASCII in upper case, digits as they are, `_` for every other character, and `_` before a first digit.
 *
 * Of a prefix the part up to its last `/` is taken off, and all of it where a `/` follows in the name.
 * Undefined when nothing but `_` is left.
 *
 * @example
 * keyOf('prod/db-user', 'prod/'); // DB_USER
 */
export function keyOf(name: string, prefix: string): string | undefined {
  const key = withoutPrefix(name, prefix)
    .replace(/[a-z]+/gu, (letters) => letters.toUpperCase())
    .replace(/[^A-Z0-9]/gu, '_');
  if (/^_*$/u.test(key)) return undefined;
  return /^[0-9]/u.test(key) ? `_${key}` : key;
}

function withoutPrefix(name: string, prefix: string): string {
  if (!name.startsWith(prefix)) return name;
  if (name.charAt(prefix.length) === '/') return name.slice(prefix.length + 1);
  return name.slice(prefix.lastIndexOf('/') + 1);
}
