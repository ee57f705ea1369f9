import { LazycredError } from '../../errors.js';

/**
 * The `NAME=VALUE` pairs of an option that may be repeated.
 *
 * @throws ERR_USAGE for what is no pair, or the same name twice
 */
export function pairsOf(option: string, pairs: readonly string[]): Record<string, string> {
  const found = new Map<string, string>();
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals < 1) throw new LazycredError('ERR_USAGE', `--${option} must be NAME=VALUE`);
    if (found.has(pair.slice(0, equals))) {
      throw new LazycredError('ERR_USAGE', `--${option} holds the same name twice`);
    }
    found.set(pair.slice(0, equals), pair.slice(equals + 1));
  }
  return Object.fromEntries(found);
}
