import { LazycredError } from '../../errors.js';
import { quote } from '../../text/printable.js';
import type { Option } from '../arguments/options.js';

/** The option of every command that looks for more than names that must be there. */
export const ALLOW_EMPTY: Option = {
  name: 'allow-empty',
  about: 'finding nothing is no failure',
  group: 'Other:',
};

const HINT = 'lazy list shows what is there; with --allow-empty finding nothing is no failure';

/**
 * The failure of who looked for secrets and found none: a typing error, more often than not, which must not
 * pass for an answer, nor empty the file that was to hold it.
 *
 * @param patterns the prefixes and globs that match nothing; an empty one is what the whole store was read with
 */
export function nothingMatches(patterns: readonly string[], location: string): LazycredError {
  const typed = patterns.filter((pattern) => pattern !== '').map(quote);
  const message = typed.length === 0 ? 'there are no secrets' : `nothing matches ${typed.join(', ')}`;
  return nothingFound(message, location);
}

/** The same in other words: `no name contains "db"`. */
export function nothingFound(message: string, location: string): LazycredError {
  return new LazycredError('ERR_NOT_FOUND', `${message} in ${location}`, { hint: HINT, location });
}
