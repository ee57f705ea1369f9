import { styleOf } from './yaml-style.js';

// As PyYAML 6 writes it (`emitter.py`), which CredStash calls as yaml.dump(…, default_flow_style=False).

/** Beyond this column, a line is broken at the next blank. */
const COLUMNS = 80;

/** A longer key has a line of its own: 128 with the tag `!!str`, which counts though it isn't written. */
const LONGEST_KEY_ON_A_LINE = 122;

/** What ends a line to YAML 1.1. */
const LINE_BREAK = /[\n\u0085\u2028\u2029]/u;

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\u0007': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\u001b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\u0085': '\\N',
  '\u00a0': '\\_',
  '\u2028': '\\L',
  '\u2029': '\\P',
};

/**
 * A YAML map of texts, in the order given, as PyYAML writes it; but that what a reader of YAML 1.2
 * would take for a number (`1e3`) stands in quotes.
 */
export function pyyamlMap(entries: readonly (readonly [string, string])[]): string {
  if (entries.length === 0) return '{}\n';
  return entries.map(([key, value]) => entry(key, value)).join('');
}

function entry(key: string, value: string): string {
  if ([...key].length > LONGEST_KEY_ON_A_LINE || LINE_BREAK.test(key)) {
    return `? ${scalar(key, 2)}\n: ${scalar(value, 2)}\n`;
  }
  const head = `${scalar(key, 'key')}: `;
  return `${head}${scalar(value, head.length)}\n`;
}

/** A scalar that begins at a column, to be broken into lines; or a key, which isn't. */
function scalar(text: string, at: number | 'key'): string {
  const style = styleOf(text);
  const lines = new Lines(at === 'key' ? 0 : at, at !== 'key');
  if (style === 'double') doubleQuoted(text, lines);
  else if (style === 'single') {
    lines.put("'");
    words(text.replaceAll("'", "''"), lines);
    lines.put("'");
  } else words(text, lines);
  return lines.text;
}

/** What has been written, and where that got to. */
class Lines {
  text = '';
  #column: number;
  readonly #breaks: boolean;

  constructor(column: number, breaks: boolean) {
    this.#column = column;
    this.#breaks = breaks;
  }

  /** ASCII without line breaks. */
  put(text: string): void {
    this.text += text;
    this.#column += text.length;
  }

  breakLine(feeds = 1): void {
    this.text += `${'\n'.repeat(feeds)}  `;
    this.#column = 2;
  }

  /** Whether the line is to be broken here, when so much more has been written on it. */
  isFull(more = 0): boolean {
    return this.#breaks && this.#column + more > COLUMNS;
  }
}

/** A line feed within is written as two: readers fold one into a blank. */
function words(text: string, lines: Lines): void {
  const parts = text.match(/\n+| +|[^\n ]+/gu) ?? [];
  for (const [i, part] of parts.entries()) {
    const isInside = i > 0 && i < parts.length - 1;
    if (part.startsWith('\n')) lines.breakLine(part.length + 1);
    else if (part === ' ' && isInside && lines.isFull()) lines.breakLine();
    else lines.put(part);
  }
}

/** A line is broken at a blank or next to an escape, each end marked by a backslash where it must be. */
function doubleQuoted(text: string, lines: Lines): void {
  const characters = [...text];
  let pending = '';
  lines.put('"');
  for (const [i, c] of characters.entries()) {
    const escape = escaped(c);
    if (escape !== undefined) {
      lines.put(pending + escape);
      pending = '';
    }
    const isInside = i > 0 && i < characters.length - 1;
    // PyYAML reckons with one column less behind an escape.
    const more = escape === undefined ? pending.length : -1;
    if (isInside && (c === ' ' || pending === '') && lines.isFull(more)) {
      lines.put(`${pending}\\`);
      pending = '';
      lines.breakLine();
      if ((escape === undefined ? c : characters[i + 1]) === ' ') lines.put('\\');
    }
    if (escape === undefined) pending += c;
  }
  lines.put(`${pending}"`);
}

function escaped(c: string): string | undefined {
  if (Object.hasOwn(ESCAPES, c)) return ESCAPES[c];
  const point = c.codePointAt(0) ?? 0;
  if (point >= 0x20 && point <= 0x7e) return undefined;
  const hex = point.toString(16).toUpperCase();
  if (point <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return point <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
