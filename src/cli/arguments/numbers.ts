import { versionNumber } from '../../record/versions.js';
import { usage } from './parse.js';
import type { CommandArguments } from './options.js';

/**
 * Reads an option whose value is an integer from 1: a version, or how many.
 *
 * @param takes what the option takes, for the message
 * @returns undefined where the option is not given
 * @throws ERR_USAGE
 */
export function readPositiveInteger(
  args: CommandArguments,
  option: string,
  takes = 'a version, an integer from 1',
): number | undefined {
  const text = args.text(option);
  if (text === undefined) return undefined;
  const n = versionNumber(text);
  if (n === undefined) throw usage(`--${option} takes ${takes}`);
  return n;
}

const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const AGE = /^([0-9]{1,6})([smhdw])$/u;
const DAY = /^\d{4}-\d\d-\d\d$/u;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/u;

/**
 * Reads a time as people give it: an age before now (`90d`, `12h`), a day (its beginning in UTC), or a
 * time with its zone (RFC 3339).
 *
 * @throws ERR_USAGE
 */
export function readTime(option: string, text: string, now: Date): Date {
  const [, count = '', unit = ''] = AGE.exec(text) ?? [];
  const age = Number(count) * (UNITS_MS[unit] ?? NaN);
  const time = DAY.test(text) || TIME.test(text) ? Date.parse(text) : now.getTime() - age;
  // Date.parse takes 2026-02-30 for the 2nd of March.
  const isDay = !DAY.test(text) || new Date(time || 0).toISOString().startsWith(text);
  if (Number.isNaN(time) || !isDay) {
    throw usage(`--${option} takes an age (90d, 12h) or a time (2026-01-01, 2026-01-01T12:00:00Z)`);
  }
  return new Date(time);
}
