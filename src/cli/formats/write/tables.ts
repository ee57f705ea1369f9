import { badKey, holdsNul, type Writer } from '../writer.js';

/** RFC 4180: every field in quotes (some readers trim others), lines ending in CRLF, a header. NUL ends the text for some readers. */
export const csvWriter: Writer = {
  refuse: ({ key, text }) => (holdsNul(key) === undefined ? holdsNul(text) : badKey('holds a NUL')),
  write: (pairs) =>
    ['name,value', ...pairs.map(({ key, text }) => `${csvField(key)},${csvField(text)}`)]
      .map((row) => `${row}\r\n`)
      .join(''),
};

function csvField(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/**
 * IANA's text/tab-separated-values, which has no quotes: tabs and line breaks can't be written. Nor
 * can a field that begins with a quote: Excel's and Python's readers would take it for one.
 */
export const tsvWriter: Writer = {
  refuse: ({ key, text }) => {
    const inKey = tsvProblem(key);
    return inKey === undefined ? tsvProblem(text) : badKey(inKey);
  },
  write: (pairs) =>
    ['name\tvalue', ...pairs.map(({ key, text }) => `${key}\t${text}`)].map((r) => `${r}\n`).join(''),
};

function tsvProblem(text: string): string | undefined {
  if (/[\t\n\r]/u.test(text)) return 'holds a tab or line break';
  if (text.startsWith('"')) return 'begins with a quote, which some readers take off';
  return holdsNul(text);
}
