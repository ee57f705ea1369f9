import type { Format } from '../../config.js';

const NOT_BOUND: Readonly<Record<Exclude<Format, 'native'>, string>> = {
  lazycred: "LazyCred's format binds no value to its name: an object that is moved opens under another one",
  credstash:
    "CredStash's format binds no value to its name or version: a row that is moved opens under others",
  cloudchain:
    "cloudchain's format binds no value to its service or user: a row that is moved opens under others",
};

/**
 * Says what a format can't promise, after something was written in it; nothing of the native one.
 *
 * @param what what was written, where that has to be said in the same line
 */
export function caution(format: Format, talk: (line: string) => void, what?: string): void {
  const before = what === undefined ? '' : `${what}; `;
  if (format !== 'native') talk(`note: ${before}${NOT_BOUND[format]} (docs/migrating.md)`);
}
