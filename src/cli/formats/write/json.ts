import type { Writer } from '../writer.js';

// What JSON lets stand but a terminal or a YAML 1.1 reader takes for a control, a line break or a byte order mark.
const RAW_IN_JSON = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/gu;

/**
 * A JSON string (RFC 8259) that is also a YAML double-quoted scalar: what isn't printable is escaped;
 * characters beyond the BMP stand as they are, since YAML reads a pair of escapes as two characters.
 */
export function jsonString(text: string): string {
  return JSON.stringify(text).replace(
    RAW_IN_JSON,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** One object, key → value, written by hand: an object of the language would reorder keys like `1` and lose `__proto__`. */
export const jsonWriter: Writer = {
  refuse: () => undefined,
  write: (pairs) => {
    const members = pairs.map(({ key, text }) => `  ${jsonString(key)}: ${jsonString(text)}`);
    return members.length === 0 ? '{}\n' : `{\n${members.join(',\n')}\n}\n`;
  },
};
