import type { HintWords } from '../../../hints.js';
import { WITHOUT_OPTIONS } from '../hints.js';

/** LazyCred's command line has two operations and no option; lazy's commands read the same settings. */
export const LAZYCRED_HINTS: HintWords = {
  ...WITHOUT_OPTIONS,
  'read-bytes': () => 'lazycred get writes the bytes as they are',
};
