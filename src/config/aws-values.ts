import { didYouMean } from '../text/did-you-mean.js';
import { quote } from '../text/printable.js';
import { unfit } from '../text/unfit.js';
import type { ServerSideEncryption } from './settings.js';
import { typeName, readText } from './values.js';

// STS API reference, AssumeRole: ExternalId, RoleSessionName and SourceIdentity, SerialNumber,
// DurationSeconds.
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/u;
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/u;
const MFA_SERIAL = /^[\w+=/:,.@-]{9,256}$/u;
const SHORTEST_S = 900;
const LONGEST_S = 43_200;
const UNIT_S: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 };

/** The external id of a role. */
export function readExternalId(raw: unknown): string {
  const text = readText(raw);
  return EXTERNAL_ID.test(text)
    ? text
    : unfit(`${quote(text)} is not 2 to 1224 of letters, digits, +=,.@:/-`);
}

/** The name of a role's session, or a source identity. */
export function readSessionName(raw: unknown): string {
  const text = readText(raw);
  return SESSION_NAME.test(text) ? text : unfit(`${quote(text)} is not 2 to 64 of letters, digits, +=,.@-`);
}

/** An MFA device: its ARN, or the serial number of a piece of hardware. */
export function readMfaSerial(raw: unknown): string {
  const text = readText(raw);
  return MFA_SERIAL.test(text)
    ? text
    : unfit(
        `${quote(text)} is not the ARN or serial number of an MFA device (arn:aws:iam::ACCOUNT:mfa/NAME)`,
      );
}

/** How long a role's credentials last, in seconds. */
export function readRoleDuration(raw: unknown): number {
  const text = typeof raw === 'number' ? String(raw) : readText(raw);
  const [, digits, unit = 's'] = /^([0-9]{1,6})(s|m|h)?$/u.exec(text) ?? [];
  const seconds = Number(digits) * (UNIT_S[unit] ?? 0);
  if (seconds >= SHORTEST_S && seconds <= LONGEST_S) return seconds;
  return unfit(`${quote(text)} is not between 15m and 12h (3600, 60m, 1h)`);
}

const SSE: readonly ServerSideEncryption[] = ['AES256', 'aws:kms', 'aws:kms:dsse'];

/** How S3 encrypts. */
export function readSse(raw: unknown): ServerSideEncryption {
  const text = readText(raw);
  const found = SSE.find((s) => s === text);
  return found ?? unfit(`${quote(text)} is not one of ${SSE.join(', ')}${didYouMean(text, SSE)}`);
}

// KMS API reference, "Key identifiers"; S3 takes them without a scheme before them.
const SSE_KEY =
  /^(?:arn:aws[a-z-]{0,20}:kms:[a-z0-9-]{1,63}:[0-9]{12}:(?:key|alias)\/|alias\/)?[A-Za-z0-9/_-]{1,250}$/u;

/** The KMS key that S3 encrypts with. */
export function readSseKey(raw: unknown): string {
  const text = readText(raw);
  return SSE_KEY.test(text)
    ? text
    : unfit(`${quote(text)} is not an ARN, id or alias of a KMS key (without kms: before it)`);
}

/** The number of an AWS account. */
export function readAccount(raw: unknown): string {
  // Unquoted, YAML takes it for a number, and drops the zeros before it.
  const text = readText(raw);
  return /^[0-9]{12}$/u.test(text) ? text : unfit(`${quote(text)} is not the 12 digits of an account`);
}

/** Yes or no. */
export function readSwitch(raw: unknown): boolean {
  if (raw === true || raw === 'true') return true;
  if (raw === false || raw === 'false') return false;
  return unfit(`must be true or false${typeof raw === 'string' ? '' : `, not ${typeName(raw)}`}`);
}
