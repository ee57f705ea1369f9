import { randomBytes } from 'node:crypto';
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// Shorter ones turn up by chance.
const SHORTEST_SECRET = 12;

const secrets = new Map<string, Uint8Array>();

/**
 * A fresh random plaintext, registered: from here on it must turn up nowhere but where a value is
 * meant to come out.
 */
export function canary(): string {
  const text = `canary-${randomBytes(18).toString('base64url')}`;
  registerSecret(text);
  return text;
}

/**
 * Registers a plaintext or key of a test, at least 12 bytes: searched for in what this test file and
 * its children print, and at the end of the run in every temporary file that was left.
 */
export function registerSecret(secret: string | Uint8Array): void {
  const bytes = Buffer.from(secret);
  if (bytes.length < SHORTEST_SECRET) throw new Error(`a secret of ${bytes.length} bytes turns up by chance`);
  const key = bytes.toString('base64');
  if (secrets.has(key)) return;
  secrets.set(key, bytes);
  // For the search at the end of the run, which is another process.
  const folder = process.env['EMU_SECRETS'];
  if (folder !== undefined) appendFileSync(join(folder, String(process.pid)), `${key}\n`);
}

/** Every secret that the run's processes have registered, from the folder that they share. */
export function secretsOfRun(folder: string): Uint8Array[] {
  const lines = readdirSync(folder).flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'));
  return lines.filter((line) => line !== '').map((line) => Buffer.from(line, 'base64'));
}

/**
 * Throws when a registered secret is in `text` in any form that {@link formsOf} knows; the message
 * says where and in which form, not what.
 */
export function assertNoSecretIn(text: string | Uint8Array, where: string): void {
  const found = secretForms(text, secrets.values());
  if (found.length > 0) throw new Error(`a secret is in ${where}, as ${found.join(', ')}`);
}

/** In which forms any of `candidates` is in `text`; empty when none is. */
export function secretForms(text: string | Uint8Array, candidates: Iterable<Uint8Array>): string[] {
  const whole = latin1(text);
  // Line breaks of base64, blanks of a hex dump.
  const dense = whole.replace(/\s+/gu, '');
  const found = new Set<string>();
  for (const secret of candidates) {
    for (const [needle, form] of formsOf(secret)) {
      if (whole.includes(needle) || dense.includes(needle)) found.add(form);
    }
  }
  return [...found];
}

/** How a secret may look in print: the text to search for (bytes as Latin-1), and what that form is called. */
function formsOf(secret: Uint8Array): ReadonlyMap<string, string> {
  const bytes = Buffer.from(secret);
  const text = bytes.toString('utf8');
  const hex = bytes.toString('hex');
  const forms = new Map<string, string>();
  // A form that looks like an earlier one is that one.
  const add = (form: string, needle: string): void => {
    if (!forms.has(needle)) forms.set(needle, form);
  };
  add('it is', bytes.toString('latin1'));
  add('hex', hex);
  add('hex', hex.toUpperCase());
  add('a list of bytes', bytes.join(','));
  add('JSON', latin1(JSON.stringify(text).slice(1, -1)));
  add('JSON', asciiJson(text));
  add('a URL', encodeURIComponent(text));
  add('a URL', new URLSearchParams({ '': text }).toString().slice(1));
  // As part of something longer that was encoded, the secret begins at any of three places in a group.
  for (const offset of [0, 1, 2]) {
    add('base64', encodedWithin(bytes, offset, 'base64'));
    add('base64url', encodedWithin(bytes, offset, 'base64url'));
  }
  return forms;
}

function encodedWithin(secret: Buffer, offset: number, encoding: 'base64' | 'base64url'): string {
  const encoded = Buffer.concat([Buffer.alloc(offset), secret]).toString(encoding);
  // Whole sextets of the secret's own bits only: its neighbours decide the others.
  return encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + secret.length) * 8) / 6));
}

function asciiJson(text: string): string {
  const escape = (c: string): string => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(text)
    .slice(1, -1)
    .replace(/[^ -~]/gu, (c) => [...Array(c.length).keys()].map((i) => escape(c.charAt(i))).join(''));
}

function latin1(text: string | Uint8Array): string {
  return Buffer.from(text).toString('latin1');
}
