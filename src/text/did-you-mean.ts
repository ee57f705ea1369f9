/** Edits that a slip of the finger makes: more, and the guess says nothing. */
const MOST_EDITS = 2;

/** The word nearest to `given`, blind to case, `_` and `-`; undefined when none is near. */
export function nearest(given: string, words: Iterable<string>): string | undefined {
  const wanted = plain(given);
  // A long word can't be near any of the few short ones, and comparing costs the product of both lengths.
  if (wanted.length > 40) return undefined;
  let best: string | undefined;
  let least = Math.min(MOST_EDITS, Math.floor(wanted.length / 2)) + 1;
  for (const word of words) {
    const n = edits(wanted, plain(word));
    if (n < least) [best, least] = [word, n];
  }
  return best;
}

/** `, did you mean "x"?` for a message, or nothing. */
export function didYouMean(given: string, words: Iterable<string>): string {
  const word = nearest(given, words);
  return word === undefined ? '' : `, did you mean "${word}"?`;
}

function plain(word: string): string {
  return word.toLowerCase().replace(/[_-]/gu, '');
}

// Optimal string alignment distance: insertions, deletions, changes, swapped neighbours.
function edits(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let n = Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        n = Math.min(n, (before[j - 2] ?? 0) + 1);
      next.push(n);
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}
