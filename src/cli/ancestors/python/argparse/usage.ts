import { LazycredError } from '../../../../errors.js';

/** ERR_USAGE, with the way to the help. */
export function usage(message: string): LazycredError {
  return new LazycredError('ERR_USAGE', message, {
    hint: '--help shows the options; -- stands before an operand that begins with "-"',
  });
}
