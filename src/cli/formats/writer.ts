/** What an export writes of one secret. */
export interface Pair {
  readonly key: string;
  /** The value, well-formed. */
  readonly text: string;
}

/** One export format. */
export interface Writer {
  /**
   * Why the format can't hold this pair so that its own readers give it back, as what follows the
   * secret's name in a sentence (`holds a NUL`); undefined when it can. Quotes nothing of the value.
   */
  readonly refuse: (pair: Pair) => string | undefined;
  /** The whole file; every pair has passed `refuse`. */
  readonly write: (pairs: readonly Pair[]) => string;
}

/** What no environment variable can hold. */
export function holdsNul(text: string): string | undefined {
  return text.includes('\0') ? 'holds a NUL' : undefined;
}

/** That the key, not the value, is what the format has no place for. */
export function badKey(why: string): string {
  return `has a key that ${why}`;
}

/** How a refusal ends where a reader has a variable of that very name. */
export const KEPT_FOR_ITSELF = 'keeps for itself';

/** That the key is the name of a reader's own variable. */
export function keptKey(reader: string): string {
  return badKey(`${reader} ${KEPT_FOR_ITSELF}`);
}
