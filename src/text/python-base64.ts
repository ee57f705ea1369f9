import { decodeBase64 } from './base64.js';

const LETTER = /[A-Za-z0-9+/]/u;

/**
 * The bytes of base64 as Python's `b64decode` reads it, which CredStash and cloudchain read with (and
 * ports of CredStash write with line breaks for): characters outside the alphabet are skipped, the
 * url-safe ones among them, and what follows the padding is, too. Undefined where it raises an error:
 * padding is missing, or a character is not ASCII.
 *
 * Two texts can mean the same bytes: only for what is authenticated below the base64.
 */
export function decodePythonBase64(text: string): Buffer | undefined {
  const canonical = decodeBase64(text);
  if (canonical !== undefined) return canonical;
  if (Buffer.byteLength(text) !== text.length) return undefined;
  // CPython's binascii.a2b_base64, not strict: Modules/binascii.c.
  let letters = '';
  let pads = 0;
  for (const c of text) {
    const inGroup = letters.length % 4;
    if (LETTER.test(c)) {
      letters += c;
      pads = 0;
    } else if (c === '=' && inGroup >= 2 && inGroup + ++pads >= 4) {
      return Buffer.from(letters, 'base64');
    }
  }
  return letters.length % 4 === 0 ? Buffer.from(letters, 'base64') : undefined;
}
