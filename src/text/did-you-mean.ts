/** Edits that a slip of the finger makes: more, and the guess says nothing. */
const MOST_EDITS = 2;

/** Longest name that is compared with others, in characters: comparing costs the product of both lengths. */
const MOST_NAME_LENGTH = 120;

/** The word nearest to `given`, blind to case, `_` and `-`; undefined when none is near. */
export function nearest(given: string, words: Iterable<string>): string | undefined {
  const wanted = plain(given);
  // A long word can't be near any of the few short ones, and comparing costs the product of both lengths.
  if (wanted.length > 40) return undefined;
  let best: string | undefined;
  let least = Math.min(MOST_EDITS, Math.floor(wanted.length / 2)) + 1;
  for (const word of words) {
    const n = edits(wanted, plain(word), least - 1);
    if (n < least) [best, least] = [word, n];
  }
  return best;
}

/**
 * The names nearest to `given`, nearest first: a few edits away, or with the same words below other folders
 * (`db_user` for `prod/db-user`).
 */
export function nearestNames(given: string, names: Iterable<string>, most: number): string[] {
  const wanted = plain(given);
  if (wanted.length > MOST_NAME_LENGTH) return [];
  const limit = Math.min(MOST_EDITS, Math.floor(wanted.length / 2));
  const near: (readonly [string, number])[] = [];
  for (const name of names) {
    const whole = plain(name);
    const n = Math.min(
      edits(wanted, whole, limit),
      // One edit worse than the same name in its right place.
      given.includes('/') ? Infinity : edits(wanted, whole.slice(whole.lastIndexOf('/') + 1), limit) + 1,
    );
    if (n <= limit) near.push([name, n]);
  }
  return near
    .sort((a, b) => a[1] - b[1])
    .slice(0, most)
    .map(([name]) => name);
}

/** `, did you mean "x"?` for a message, or nothing. */
export function didYouMean(given: string, words: Iterable<string>): string {
  const word = nearest(given, words);
  return word === undefined ? '' : `, did you mean "${word}"?`;
}

function plain(word: string): string {
  return word.toLowerCase().replace(/[_-]/gu, '');
}

/**
 * Optimal string alignment distance: insertions, deletions, changes, swapped neighbours; Infinity where it is
 * more than `limit`. What both begin and end with is left out first, so that most names cost little.
 */
function edits(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return Infinity;
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start++;
  let end = 0;
  while (end < shorter - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const n = distance(a.slice(start, a.length - end), b.slice(start, b.length - end), limit);
  return n <= limit ? n : Infinity;
}

// Infinity as soon as two rows are past the limit: a swap reaches over one.
function distance(a: string, b: string, limit: number): number {
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
    if (Math.min(...next) > limit && Math.min(...row) > limit) return Infinity;
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}
