import { LazycredError } from '../errors.js';
import type { Hint } from '../hints.js';

/** Says what is wrong with one value that a person wrote; whoever knows where it stands adds that. Never returns. */
export function unfit(what: string, hint?: string | Hint): never {
  throw new LazycredError('ERR_CONFIG', what, { hint });
}
