import type { Writer } from '../writer.js';

/**
 * What `java.util.Properties.load` reads from a stream: ISO 8859-1, here printable ASCII alone, the
 * rest as `\uXXXX`, one for each UTF-16 unit.
 */
export const javaPropertiesWriter: Writer = {
  refuse: () => undefined,
  write: (pairs) =>
    pairs
      .map(
        ({ key, text }) =>
          `${escape(key).replace(/[ :=#!]/gu, '\\$&')}=${escape(text).replace(/^ /u, '\\ ')}\n`,
      )
      .join(''),
};

const NAMED: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\f': '\\f',
};

// By UTF-16 unit: no `u` flag.
const SPECIAL = /[^ -~]|\\/g;

function escape(text: string): string {
  return text.replace(
    SPECIAL,
    (c) => NAMED[c] ?? `\\u${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
  );
}
