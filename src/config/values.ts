import { quote } from '../text/printable.js';
import { FORMATS, type Format } from '../record.js';
import { didYouMean } from '../text/did-you-mean.js';
import { unfit } from '../text/unfit.js';

/** Longest text that any setting can need. */
const MAX_TEXT = 4096;

/** Text, not empty, without control characters. */
export function readText(raw: unknown): string {
  if (typeof raw !== 'string') return unfit(`must be text, not ${typeName(raw)}`);
  if (raw === '') unfit('is empty');
  if (raw.length > MAX_TEXT) unfit(`is longer than ${MAX_TEXT} characters`);
  if (/\p{Cc}/u.test(raw) || !raw.isWellFormed()) unfit('holds control characters');
  return raw;
}

/** One text or a list of them, `least` to `most`, none twice. */
export function readTexts(raw: unknown, least: number, most: number): string[] {
  const all = Array.isArray(raw) ? raw.slice(0, most + 1).map(readText) : [readText(raw)];
  if (all.length < least) unfit('the list is empty');
  if (all.length > most) unfit(`more than ${most} in the list`);
  const twice = all.find((t, i) => all.indexOf(t) !== i);
  if (twice !== undefined) unfit(`${quote(twice)} stands in the list twice`);
  return all;
}

// One label of a host name, since regions become part of one: nothing in it may lead to another host.
const REGION = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/iu;

/** A region: `eu-west-1`, or what an S3-compatible service calls its own. */
export function readRegion(raw: unknown): string {
  const text = readText(raw);
  return REGION.test(text) ? text : unfit(`${quote(text)} is not a region (such as eu-west-1)`);
}

/** An http or https URL without credentials, query or fragment. */
export function readEndpoint(raw: unknown): string {
  const text = readText(raw);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // The text is not shown: it could carry a password.
  if (url === undefined || !/^https?:$/u.test(url.protocol) || !/^https?:\/\//iu.test(text)) {
    return unfit('must be a URL that begins with http:// or https://');
  }
  if (url.username !== '' || url.password !== '') unfit('must not hold a user or password');
  if (url.search !== '' || url.hash !== '') unfit('must not hold "?" or "#"');
  return text;
}

// IAM user guide, "IAM identifiers": a role's ARN, with its path.
const ROLE = /^arn:aws[a-z-]{0,20}:iam::[0-9]{12}:role\/[A-Za-z0-9_+=,.@/-]{1,576}$/u;

/** The ARN of an IAM role. */
export function readRole(raw: unknown): string {
  const text = readText(raw);
  return ROLE.test(text)
    ? text
    : unfit(`${quote(text)} is not the ARN of a role (arn:aws:iam::ACCOUNT:role/NAME)`);
}

/** A record format. */
export function readFormat(raw: unknown): Format {
  const text = readText(raw);
  const format = FORMATS.find((f) => f === text);
  return format ?? unfit(`${quote(text)} is not one of ${FORMATS.join(', ')}${didYouMean(text, FORMATS)}`);
}

/** One format or a list of them. */
export function readFormats(raw: unknown): Format[] {
  return readTexts(raw, 1, 8).map(readFormat);
}

const LONGEST_MS = 3_600_000;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

/** A time in milliseconds from seconds or text with a unit; above 0, at most an hour. */
export function readTimeout(raw: unknown): number {
  const text = typeof raw === 'number' ? String(raw) : readText(raw);
  const [, digits, unit] = /^([0-9]+(?:\.[0-9]+)?)(ms|s|m)?$/u.exec(text) ?? [];
  if (digits === undefined) return unfit(`${quote(text)} is not a time (30, 30s, 500ms, 2m)`);
  const ms = Math.round(Number(digits) * (UNIT_MS[unit ?? 's'] ?? 0));
  return ms > 0 && ms <= LONGEST_MS ? ms : unfit(`${quote(text)} is not between 1ms and 60m`);
}

/** An encryption context. KMS has limits of its own; for those of native records see `contextFault`. */
export function readContext(raw: unknown): Record<string, string> {
  if (!isMap(raw)) return unfit(`must be a map of text to text, not ${typeName(raw)}`);
  const context: Record<string, string> = {};
  for (const key of Object.keys(raw)) {
    if (key === '' || key === '__proto__' || !key.isWellFormed()) unfit(`${quote(key)} can not be a key`);
    const value = raw[key];
    if (typeof value !== 'string') return unfit(`${quote(key)} must be text, not ${typeName(value)}`);
    if (!value.isWellFormed()) unfit(`${quote(key)} is not well-formed Unicode`);
    context[key] = value;
  }
  return context;
}

/** Whether `raw` is a plain map, as JSON and YAML make them. */
export function isMap(raw: unknown): raw is Readonly<Record<string, unknown>> {
  if (typeof raw !== 'object' || raw === null) return false;
  const proto: unknown = Object.getPrototypeOf(raw);
  return proto === null || Object.prototype.toString.call(raw) === '[object Object]';
}

/** What a value is, in a person's words. */
export function typeName(raw: unknown): string {
  if (raw === null) return 'nothing';
  if (Array.isArray(raw)) return 'a list';
  if (raw instanceof Date) return 'a date (put it in quotes)';
  if (isMap(raw)) return 'a map';
  if (typeof raw === 'number' || typeof raw === 'boolean') return `a ${typeof raw} (put it in quotes)`;
  return typeof raw === 'object' ? 'an object' : `a ${typeof raw}`;
}
