import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { replaceFile } from '../files/durable.js';
import { systemCode } from '../files/system-errors.js';
import { keyFingerprint } from './local-wrap.js';
import { costOf, leadOf, type ScryptCost } from './scrypt-keys.js';

/**
 * What a salt file's passphrase is checked against before anything is sealed under it: beside the salt file,
 * in `<salt file>.check`, one line with the salt (base64), scrypt's cost (`17,8,1`) and the fingerprint that
 * every record made with this salt and cost carries (hex).
 */
export interface PassphraseCheck {
  /** How the checked key is derived. */
  readonly lead: Buffer;
  readonly id: string;
}

const LINE = /^([A-Za-z0-9+/=]+) (\d{1,3}),(\d{1,3}),(\d{1,3}) ([0-9a-f]{32})\n?$/u;
const MOST_BYTES = 256;

/** How long after a salt was made its maker may still be about to write the check. */
const MAKER_MS = 1_000;
const POLL_MS = 25;

/** The check of this salt; undefined for none, which one of another salt counts as, and one that can't be read. */
export async function readCheck(saltFile: string, salt: Buffer): Promise<PassphraseCheck | undefined> {
  let text: string;
  try {
    text = await readFile(fileOf(saltFile), 'latin1');
  } catch (e) {
    if (systemCode(e) === undefined) throw e;
    return undefined;
  }
  const [, base64, log2N, r, p, id] = text.length > MOST_BYTES ? [] : (LINE.exec(text) ?? []);
  if (base64 !== salt.toString('base64') || id === undefined) return undefined;
  const lead = leadOf({ log2N: Number(log2N), r: Number(r), p: Number(p) }, salt);
  return costOf(lead) === undefined ? undefined : { lead, id };
}

/** {@link readCheck}, but waits a moment where the salt was made just now: whoever made it writes the check next. */
export async function awaitCheck(saltFile: string, salt: Buffer): Promise<PassphraseCheck | undefined> {
  for (;;) {
    const check = await readCheck(saltFile, salt);
    if (check !== undefined || !(await isYoung(saltFile))) return check;
    await sleep(POLL_MS);
  }
}

async function isYoung(saltFile: string): Promise<boolean> {
  try {
    const age = Date.now() - (await stat(saltFile)).ctimeMs;
    return age >= 0 && age < MAKER_MS;
  } catch (e) {
    if (systemCode(e) === undefined) throw e;
    return false;
  }
}

/** Writes the check of a salt, in place of another. @throws the system's errors */
export async function writeCheck(
  saltFile: string,
  salt: Buffer,
  { log2N, r, p }: ScryptCost,
  key: Buffer,
): Promise<void> {
  const path = fileOf(saltFile);
  const temporary = `${path}.${randomBytes(8).toString('hex')}.tmp`;
  const body = `${salt.toString('base64')} ${log2N},${r},${p} ${keyFingerprint(key)}\n`;
  await replaceFile({ path, temporary, body });
}

/** Whether the key is the one of the check. */
export function fits({ id }: PassphraseCheck, key: Buffer): boolean {
  return timingSafeEqual(Buffer.from(id), Buffer.from(keyFingerprint(key)));
}

function fileOf(saltFile: string): string {
  return `${saltFile}.check`;
}
