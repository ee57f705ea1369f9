import { compareUtf8 } from '../text/utf8-order.js';

/** Greatest version: the last integer that a double counts exactly, 2^53 − 1. */
export const MAX_VERSION = Number.MAX_SAFE_INTEGER;

/** Digits of a stored version, zero-padded: CredStash's width, and room for 2^53 − 1. */
export const VERSION_DIGITS = 19;

const CANONICAL_VERSION = /^[1-9][0-9]{0,15}$/u;

/** The number of a canonical decimal version, 1…2^53−1; undefined for anything else. */
export function versionNumber(text: string): number | undefined {
  if (!CANONICAL_VERSION.test(text)) return undefined;
  const n = Number(text);
  return n <= MAX_VERSION ? n : undefined;
}

/** A version as backends key it: 19 digits, zero-padded, so that byte order is numeric order. */
export function padVersion(version: string): string {
  return version.padStart(VERSION_DIGITS, '0');
}

const PADDED_VERSION = /^0*([1-9][0-9]*)$/u;

/** The canonical version in a 19-digit key; undefined for anything else. */
export function unpadVersion(text: string): string | undefined {
  if (text.length !== VERSION_DIGITS) return undefined;
  const digits = PADDED_VERSION.exec(text)?.[1];
  return digits !== undefined && versionNumber(digits) !== undefined ? digits : undefined;
}

/** The number that a version is, canonical or padded; undefined where it is another text of an ancestor's. */
export function numberOf(version: string): number | undefined {
  return versionNumber(unpadVersion(version) ?? version);
}

/** Orders two versions of a name as backends do: numbers by their value, other texts by the bytes of their keys. */
export function compareVersions(a: string, b: string): number {
  const [m, n] = [numberOf(a), numberOf(b)];
  if (m !== undefined && n !== undefined) return m - n;
  return compareUtf8(a, b);
}
