import { pythonRegex } from '../python/regex.js';

/** Whether `get` is asked for several credentials. */
export function isWildcard(credential: string): boolean {
  return credential.includes('*');
}

/**
 * Tells which names a wildcard of CredStash's matches: `*` is any text, and all the rest a regular
 * expression of Python's, unescaped: `a.b*` also matches `a-b`, and `a|b*` any name that begins with `a`.
 *
 * @throws ERR_USAGE for a bad one
 */
export function wildcardTest(credential: string): (name: string) => boolean {
  const regex = pythonRegex(`^${credential.replaceAll('*', '.*')}$`);
  return (name) => regex.test(name);
}
