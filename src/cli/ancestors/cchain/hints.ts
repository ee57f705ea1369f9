import type { HintWords } from '../../../hints.js';
import { WITHOUT_OPTIONS } from '../hints.js';

/** cloudchain's command line saves and reads, and says nothing of where: that stands in its file. */
export const CCHAIN_HINTS: HintWords = {
  ...WITHOUT_OPTIONS,
  'read-bytes': () => 'cchain --read writes the bytes as they are',
};
