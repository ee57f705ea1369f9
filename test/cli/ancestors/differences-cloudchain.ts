import type { Difference } from './frozen.js';

/** Where `cchain` does something else than cloudchain 0.1.7 on the frozen command lines. */
export const CLOUDCHAIN_DIFFERENCES: readonly Difference[] = [
  { steps: [1], stdout: 'secret\n', guide: "prints `b'…'` under Python 3" },
  { steps: [15], stdout: 'ümläut €\n', guide: "prints `b'…'` under Python 3" },
  { steps: [6], exit: 1, guide: '`-s ""` does nothing, and exits with 0' },
];
