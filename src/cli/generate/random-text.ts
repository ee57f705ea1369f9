import { randomInt } from 'node:crypto';

/** Symbols drawn one by one, and what stands between them. */
export interface Recipe {
  /** Each as likely as any other: none stands twice. */
  readonly symbols: readonly string[];
  /** How many are drawn. */
  readonly count: number;
  readonly between: string;
}

/** An integer from 0 to below `max`, each as likely as any other. */
export type Draw = (max: number) => number;

/**
 * Text of symbols that are drawn from the operating system's cryptographic randomness. `randomInt` draws again where
 * a remainder would make some numbers likelier than others.
 *
 * @param draw the source, for tests
 */
export function randomText({ symbols, count, between }: Recipe, draw: Draw = randomInt): string {
  return Array.from({ length: count }, () => symbols[draw(symbols.length)]).join(between);
}

/** The entropy of such a text in whole bits, rounded down: the logarithm of how many there are. */
export function entropyBits({ symbols, count }: Recipe): number {
  return Math.floor(count * Math.log2(symbols.length));
}
