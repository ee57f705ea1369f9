import type { Difference } from './frozen.js';

/** Where `lazycred` does something else than LazyCred 0.2.3 on the frozen command lines. */
export const LAZYCRED_DIFFERENCES: readonly Difference[] = [
  { steps: [0, 16], exit: 1, guide: 'exits with 0 when there is no such secret' },
  { steps: [10, 11], exit: 1, stdout: '', guide: 'says on stdout that it knows no such operation' },
  { steps: [14], exit: 1, guide: 'stores `"key": null` when KMS fails' },
  { steps: [17, 18, 24], exit: 1, guide: 'exits with 0 when bucket or settings are wrong' },
  { steps: [23], stdout: 'cfg\n', guide: "refuses its own README's example" },
];
