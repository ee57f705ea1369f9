import { quote } from '../../../text/printable.js';
import type { ImportedEntry } from '../entry.js';
import { Found, lineAt } from '../problems.js';

/**
 * What `java.util.Properties.load` reads: `key=value`, `key: value` or `key value` a line, `#` and `!` for
 * comments, a `\` at the end of a line goes on with the next, escapes by `\`. Characters beyond ASCII are
 * refused unless escaped: Java reads them by one encoding from streams, by another from readers.
 *
 * @throws ERR_USAGE
 */
export function readJavaProperties(text: string): readonly ImportedEntry[] {
  const found = new Found('java-properties');
  for (const { line, at } of logicalLines(text)) {
    const where = (): string => lineAt(text, at);
    const keyEnd = endOfKey(line);
    const key = unescape(line.slice(0, keyEnd));
    const value = unescape(line.slice(keyEnd).replace(/^[ \t\f]*[=:]?[ \t\f]*/u, ''));
    if (/[^\0-\u007f]/u.test(line)) {
      found.refuse(
        'a character beyond ASCII',
        where,
        'write it as \\uXXXX: Java does not always read it alike',
      );
    } else if (key === undefined)
      found.refuse('a key with a \\u that four hexadecimal digits do not follow', where);
    else if (value === undefined) {
      found.refuse(
        `${quote(key)} has a \\u that four hexadecimal digits do not follow`,
        where,
        'a backslash is written \\\\',
      );
    } else found.add(key, value, where);
  }
  return found.all();
}

interface LogicalLine {
  readonly line: string;
  readonly at: number;
}

function* logicalLines(text: string): Generator<LogicalLine> {
  let parts: string[] = [];
  let start = 0;
  for (const { 0: whole, index } of text.matchAll(/[^\r\n]+/gu)) {
    const line = whole.replace(/^[ \t\f]+/u, '');
    if (parts.length === 0) {
      if (line === '' || line.startsWith('#') || line.startsWith('!')) continue;
      start = index;
    }
    const goesOn = endsEscaped(line);
    parts.push(goesOn ? line.slice(0, -1) : line);
    // An empty line ends one that would go on.
    const isNextEmpty = /^(?:\r\n|\r|\n)(?:[\r\n]|$)/u.test(
      text.slice(index + whole.length, index + whole.length + 3),
    );
    if (goesOn && !isNextEmpty) continue;
    yield { line: parts.join(''), at: start };
    parts = [];
  }
  if (parts.length > 0) yield { line: parts.join(''), at: start };
}

/** Where the first `=`, `:` or blank stands that no backslash precedes. */
function endOfKey(line: string): number {
  let at = 0;
  while (at < line.length && !'=: \t\f'.includes(line.charAt(at))) at += line.charAt(at) === '\\' ? 2 : 1;
  return Math.min(at, line.length);
}

const NAMED: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

function unescape(text: string): string | undefined {
  let isBad = false;
  const read = text.replace(/\\(?:u([0-9a-fA-F]{4})|(.)|$)/gsu, (_, hex?: string, c = '') => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (c === 'u') isBad = true;
    return NAMED[c as string] ?? (c as string);
  });
  return isBad ? undefined : read;
}

/** Whether a line ends with an odd number of backslashes. */
function endsEscaped(line: string): boolean {
  let at = line.length;
  while (line.charAt(at - 1) === '\\') at--;
  return (line.length - at) % 2 === 1;
}
