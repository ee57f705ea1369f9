import type { HintWords } from '../../../hints.js';
import { WITHOUT_OPTIONS } from '../hints.js';

/** cloudchain's command line saves and reads, and says nothing of where: that stands in its file, and nowhere else. */
const FILE = '~/.cchainrc, or the file that CLOUDCHAIN_CONFIG names';

/** cloudchain's command line can't be told which formats to read, nor for how long to wait. */
export const CCHAIN_HINTS: HintWords = {
  ...WITHOUT_OPTIONS,
  'accept-format': () => "lazy's own commands read it: this one knows cloudchain's records alone",
  'check-location': () => `check tablename and region in ${FILE}`,
  'check-table': () => `check tablename and region in ${FILE}; lazy setup makes what is missing`,
  'check-key': ({ setUpMakesIt }) =>
    `check keyalias and region in ${FILE}${setUpMakesIt ? '; lazy setup makes what is missing' : ''}`,
  'other-config-file': () => 'check its permissions, or name another file: CLOUDCHAIN_CONFIG',
  'read-bytes': () => 'cchain --read writes the bytes as they are',
};
