import type { Format } from '../config.js';

const NOT_BOUND: Readonly<Record<Exclude<Format, 'native'>, string>> = {
  lazycred: "LazyCred's format binds no value to its name: an object that is moved opens under another one",
  credstash:
    "CredStash's format binds no value to its name or version: a row that is moved opens under others",
  cloudchain:
    "cloudchain's format binds no value to its service or user: a row that is moved opens under others",
};

/** What a format can't promise, to be said when it is written; undefined for the native one. */
export function cautionOf(format: Format): string | undefined {
  return format === 'native' ? undefined : `note: ${NOT_BOUND[format]} (docs/migrating.md)`;
}
