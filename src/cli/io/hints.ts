import { shellWord } from '../../text/printable.js';
import { LIBRARY_HINTS, wordsOf, type HintWords } from '../../hints.js';
import type { LazycredError } from '../../errors.js';

/** What can be typed: lazy's words for every hint of the library. */
export const COMMAND_HINTS: HintWords = {
  'list-names': () => 'lazy list shows what is there',
  'look-at-history': () => 'lazy history shows what has a value',
  undelete: () => 'its values remain: lazy undelete brings the last one back',
  'look-whether-written': () => 'see lazy history or get, and write it again if it is not there',
  'look-whether-removed': () => 'see lazy history, and put again if the value is not there',
  'destroy-instead': () => 'lazy destroy removes it for good',
  'destroy-as-native': () => 'with format: native, lazy destroy removes all of it',
  'destroy-lost': () =>
    'LazyCred lost this value when it stored it ("key": null): lazy destroy removes it, for a new one',
  'accept-format': ({ accept }) => `to read it, set accept: [${accept.join(', ')}]`,
  'more-time': () => 'try again, or allow more time: timeout in the config, --timeout, LAZYCRED_TIMEOUT',
  'read-bytes': () => 'read it as bytes: bytes() in the library, lazy get -o FILE on the command line',
  'check-location': () => 'check the location and region: lazy config shows what is in force',
  'check-bucket': () =>
    'check store in the config (lazy config shows what is in force); lazy setup makes what is missing',
  'bucket-without-lock': LIBRARY_HINTS['bucket-without-lock'],
  'check-table': () =>
    'check the table and region (lazy config shows what is in force); lazy setup makes what is missing',
  'check-key': ({ setUpMakesIt }) =>
    `check key and region: lazy config shows what is in force${setUpMakesIt ? '; lazy setup makes what is missing' : ''}`,
  'set-up-folder': () => 'lazy setup makes its folder',
  'same-context': () =>
    'what was put with a context opens with the same one only: --context NAME=VALUE, or context in the config',
  'give-greater-version': () => 'give a version that sorts after it (-v), or delete that row',
  'other-config-file': () => 'check its permissions, or name another file with --config',
  'foreign-file': ({ chown, file }) =>
    `after reading it: ${chown}, or name it: --config ${shellWord(file)}, LAZYCRED_CONFIG`,
  'trust-file': ({ file }) => `read it, then: lazy trust ${shellWord(file)}`,
  'trust-key': ({ file }) => `if the key is yours to seal for: lazy trust ${shellWord(file)}`,
};

/** The hint of a failure in these words, or as it was given where it is the same everywhere. */
export function hintOf(e: LazycredError, words: HintWords = COMMAND_HINTS): string | undefined {
  return e.advice === undefined ? e.hint : wordsOf(e.advice, words);
}
