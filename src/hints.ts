/**
 * Hints as codes: what the person should do next, which each surface says in words that can be followed there.
 * The library's words stand here; those of the command in `cli/io/hints.ts`, those of the ancestors' command
 * lines in `cli/ancestors`. A hint with the same words everywhere is a plain string where it is given.
 */

/** What is known of each hint, by its code. */
export interface HintData {
  /** No such secret: listing the names tells which there are. */
  'list-names': object;
  /** That version has no value: the history tells which has. */
  'look-at-history': object;
  /** It is deleted, and its values are still there. */
  undelete: object;
  /** A write ended without an answer, and may have happened. */
  'look-whether-written': object;
  /** The version that was just written was removed by somebody else. */
  'look-whether-removed': object;
  /** The format has no tombstones: what is to go, goes for good. */
  'destroy-instead': object;
  /** The store takes native versions for foreign ones, and leaves them where they are. */
  'destroy-as-native': object;
  /** LazyCred's record that lost its key, so that nothing opens it. */
  'destroy-lost': object;
  /** Reading that format is a matter of a setting: the formats that it then accepts. */
  'accept-format': { readonly accept: readonly string[] };
  /** The time was up. */
  'more-time': object;
  /** The value is no text. */
  'read-bytes': object;
  /** The settings name a place of AWS that does not exist. */
  'check-location': object;
  /** The store's bucket does not exist. */
  'check-bucket': object;
  /** The bucket has Object Lock, which refuses to have something removed or written. */
  'bucket-without-lock': object;
  /** The store's table does not exist. */
  'check-table': object;
  /** The key does not exist, or is of another kind; whether a new one would do. */
  'check-key': { readonly setUpMakesIt: boolean };
  /** Nothing of the store is in AWS. */
  'set-up-folder': object;
  /** CredStash's key was wrapped with another context. */
  'same-context': object;
  /** No number follows the newest of CredStash's versions. */
  'give-greater-version': object;
  /** The config file can't be read. */
  'other-config-file': object;
  /** The config file, found by the search, belongs to another user; the command that changes that. */
  'foreign-file': { readonly file: string; readonly chown: string };
  /** The config file names what only a trusted one may. */
  'trust-file': { readonly file: string };
  /** The config file names a key to seal for, and is not trusted. */
  'trust-key': { readonly file: string };
}

/** A code of {@link HintData}. */
export type HintCode = keyof HintData;

/** One hint: its code, and what is known beside it. */
export type Hint = { [C in HintCode]: { readonly code: C } & HintData[C] }[HintCode];

/** The words of one surface for every hint. */
export type HintWords = { readonly [C in HintCode]: (data: HintData[C]) => string };

/** What somebody can do who calls this library: a method, a setting, a variable. */
export const LIBRARY_HINTS: HintWords = {
  'list-names': () => 'store.list() gives the names that are there',
  'look-at-history': () => 'store.history(name) tells which versions have a value',
  undelete: () => 'its values remain: store.undelete(name) brings the last one back',
  'look-whether-written': () => 'see store.history(name) or get, and write it again if it is not there',
  'look-whether-removed': () => 'see store.history(name), and put again if the value is not there',
  'destroy-instead': () => 'store.destroy(name) removes it for good',
  'destroy-as-native': () => 'with format: native, store.destroy(name) removes all of it',
  'destroy-lost': () =>
    'LazyCred lost this value when it stored it ("key": null): store.destroy(name) removes it, for a new one',
  'accept-format': ({ accept }) => `to read it, set accept: [${accept.join(', ')}]`,
  'more-time': () => 'try again, or allow more time: timeout in the settings, LAZYCRED_TIMEOUT',
  'read-bytes': () => 'read it as bytes: secret.bytes()',
  'check-location': () => 'check the location and region in the settings',
  'check-bucket': () => 'check store in the settings; setUp() makes what is missing',
  'bucket-without-lock': () =>
    'the bucket has Object Lock: what is in it cannot be removed before its retention ends, and other servers than AWS may need checksums; use a bucket without it',
  'check-table': () => 'check the table and region in the settings; setUp() makes what is missing',
  'check-key': ({ setUpMakesIt }) =>
    `check key and region in the settings${setUpMakesIt ? '; setUp() makes what is missing' : ''}`,
  'set-up-folder': () => 'setUp() makes its folder',
  'same-context': () => 'what was put with a context opens with the same one only: context in the settings',
  'give-greater-version': () => 'give a version that sorts after it, or delete that row',
  'other-config-file': () =>
    'check its permissions, or name another file: loadConfig({ file }), LAZYCRED_CONFIG',
  'foreign-file': ({ chown }) =>
    `after reading it: ${chown}, or name it: loadConfig({ file }), LAZYCRED_CONFIG`,
  'trust-file': () => 'read it, then name it: loadConfig({ file }), LAZYCRED_CONFIG',
  'trust-key': () => 'if the key is yours to seal for, name the file: loadConfig({ file }), LAZYCRED_CONFIG',
};

/** The words of a surface for a hint. */
export function wordsOf<C extends HintCode>(
  hint: { readonly code: C } & HintData[C],
  words: HintWords,
): string {
  return words[hint.code](hint);
}
