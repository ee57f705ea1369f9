import {
  compareCredstashVersions,
  nextCredstashVersion,
  padCredstashVersion,
} from '../record/credstash-versions.js';
import { LazycredError } from '../errors.js';
import { claimOf } from '../record/claims.js';
import { MAX_VERSION, numberOf } from '../record/versions.js';
import { quote } from '../text/printable.js';
import type { SecretName } from '../record/names.js';
import type { StoredRecord } from '../record.js';

/** What a put may say of the version that it makes, and of the one that it follows; see `PutOptions`. */
export interface VersionWishes {
  readonly version?: number | string | undefined;
  readonly backfill?: boolean | undefined;
  readonly ifVersion?: number | undefined;
  readonly ifAbsent?: boolean | undefined;
}

/**
 * The version after `newest`, where versions are numbers.
 *
 * @param base the number that it comes after, as the backend tells
 * @throws ERR_CONFLICT when a wish doesn't hold
 */
export function nextNumber(newest: StoredRecord | undefined, base: number, o: VersionWishes): string {
  // `ifVersion: 0` says that there never was a version, so it can't mean CredStash's version 0.
  const number = base === 0 ? undefined : base;
  checkWishes(newest, newest === undefined ? 0 : number, o);
  const exact = o.version === undefined ? undefined : Number(o.version);
  if (exact !== undefined && exact <= base) throw notAfter(exact, String(base));
  if (base >= MAX_VERSION) throw new LazycredError('ERR_USAGE', `there is no version after ${base}`);
  return String(exact ?? base + 1);
}

/**
 * The same where versions are texts, as in CredStash's format: the next number, padded, or the text
 * that is asked for, which may also lie below the newest where `backfill` says so.
 */
export function nextText(name: SecretName, newest: StoredRecord | undefined, o: VersionWishes): string {
  checkWishes(newest, newest === undefined ? 0 : numberOf(newest.version), o);
  if (o.version === undefined) return nextCredstashVersion(name, newest?.version);
  const exact = padCredstashVersion(String(o.version));
  const follows = newest === undefined || compareCredstashVersions(exact, newest.version) > 0;
  if (!follows && o.backfill !== true) throw notAfter(exact, newest.version);
  return exact;
}

/** The version of a format without versions, '', if the wishes hold. */
export function noVersion(newest: StoredRecord | undefined, o: VersionWishes): '' {
  checkWishes(newest, undefined, o);
  return '';
}

// `number` is the newest record's; undefined where that record has none.
function checkWishes(
  newest: StoredRecord | undefined,
  number: number | undefined,
  { ifVersion, ifAbsent }: VersionWishes,
): void {
  const current = number === undefined ? newest?.version : String(number);
  if (ifVersion !== undefined && ifVersion !== number) {
    const is = newest === undefined ? 'there is none yet' : `the newest is ${current}`;
    throw new LazycredError('ERR_CONFLICT', `it is not at version ${ifVersion}: ${is}`, {
      hint: 'read the newest version, and decide again',
    });
  }
  if (ifAbsent !== true || newest === undefined || claimOf(newest.fields)?.state !== undefined) return;
  const at = current === undefined || current === '' ? '' : `, at version ${current}`;
  throw new LazycredError('ERR_CONFLICT', `it exists already${at}`);
}

function notAfter(version: number | string, newest: string): LazycredError {
  return new LazycredError(
    'ERR_CONFLICT',
    `version ${shown(version)} is not after the newest, ${shown(newest)}`,
    {
      hint: 'leave the version out for the next one',
    },
  );
}

// A version for a message. CredStash's is any text that somebody stored, so it is quoted unless it is a number.
function shown(version: number | string): string {
  return typeof version === 'number' || numberOf(version) !== undefined ? String(version) : quote(version);
}
