import { compareUtf8 } from '../text/utf8-order.js';
import { LazycredError } from '../errors.js';
import { quote } from '../text/printable.js';
import { VERSION_DIGITS } from './versions.js';

// CredStash 1.17.1: versions are strings, ordered by their bytes; `put` pads whatever it is given.

/** What an integer is to Python's `int()`, of ASCII digits without underscores. */
const INTEGER = /^\s*([+-]?)0*([0-9]+)\s*$/u;

/** What `put` makes, of a number that is not below 0. */
const PADDED = new RegExp(`^[0-9]{${VERSION_DIGITS},}$`, 'u');

/**
 * The version as CredStash's `put -v` stores it: any text, padded with zeros to 19 characters; longer
 * ones stay. `rel-1` becomes `00000000000000rel-1`.
 */
export function padCredstashVersion(version: string): string {
  // Characters as Python counts them, not UTF-16 units.
  return '0'.repeat(Math.max(0, VERSION_DIGITS - [...version].length)) + version;
}

/** Orders versions as DynamoDB and CredStash do: by the bytes of their UTF-8, so that 9 comes after 10. */
export function compareCredstashVersions(a: string, b: string): number {
  return compareUtf8(a, b);
}

/**
 * The version after `newest`: its number and 1, padded to 19 digits; 1 where there is none.
 *
 * Unlike the original's, it is always the newest once it is stored: after an unpadded `37` comes
 * `0000000000000000038`, which would lie below it for ever.
 *
 * @throws ERR_CONFLICT naming the row, when `newest` is unpadded or not a number
 */
export function nextCredstashVersion(name: string, newest: string | undefined): string {
  if (newest === undefined) return padCredstashVersion('1');
  if (PADDED.test(newest)) {
    const next = padCredstashVersion(String(BigInt(newest) + 1n));
    if (compareCredstashVersions(next, newest) > 0) return next;
  }
  const message = `the newest row of ${quote(name)} is version ${quote(newest)}, which no number follows`;
  throw new LazycredError('ERR_CONFLICT', message, {
    name,
    hint: { code: 'give-greater-version' },
  });
}

/**
 * Where the row that is asked for as `asked` may lie: the stored versions to try, in this order.
 *
 * A number is first padded, as the original does, then taken as the unpadded string that releases up
 * to 1.12 stored, which the original can't find; any other text is first taken as stored, then as what
 * `put -v` makes of it.
 */
export function credstashVersionKeys(asked: string): readonly string[] {
  const [, sign = '', digits] = INTEGER.exec(asked) ?? [];
  const padded = padCredstashVersion(
    digits === undefined ? asked : `${sign === '-' && digits !== '0' ? '-' : ''}${digits}`,
  );
  const short = [...asked].length < VERSION_DIGITS;
  const keys = !short ? [asked] : digits === undefined ? [asked, padded] : [padded, asked];
  return [...new Set(keys)];
}
