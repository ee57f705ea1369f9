import { isLazycredError } from '../../errors.js';
import { wordsOf, type HintWords } from '../../hints.js';
import { COMMAND_HINTS } from '../io/hints.js';

/** lazy's words for every hint, without its options: an ancestor's command line has others, or none. */
export const WITHOUT_OPTIONS: HintWords = {
  ...COMMAND_HINTS,
  'more-time': () => 'try again',
  'read-bytes': () => 'lazy get reads the value as bytes',
  'same-context': () => 'what was put with a context opens with the same one only',
  'give-greater-version': () => 'delete that row',
  'other-config-file': () => 'check its permissions',
  'foreign-file': ({ chown }) => `after reading it: ${chown}`,
};

/**
 * Runs one command line, whose failures get hints that can be followed there.
 *
 * @param conflict the hint of a conflict that comes without one: somebody who calls the library, or types
 *   lazy's options, asked for just that failure (`ifAbsent`), and somebody at an ancestor's command line didn't
 */
export async function withHintsIn(
  words: HintWords,
  run: () => Promise<void>,
  conflict?: string,
): Promise<void> {
  try {
    await run();
  } catch (e) {
    if (!isLazycredError(e)) throw e;
    if (e.advice !== undefined) throw e.with({ hint: wordsOf(e.advice, words) });
    if (e.code === 'ERR_CONFLICT' && e.hint === undefined) throw e.with({ hint: conflict });
    throw e;
  }
}
