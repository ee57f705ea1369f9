import type { ImportedEntry } from '../entry.js';
import { badFile, Found, lineAt } from '../problems.js';

/**
 * CSV by RFC 4180, lines ending in CRLF or LF, with `;` for the comma where the header has it, as
 * spreadsheets of many countries write: first the header `name,value` or
 * `name,value,comment`, then a secret a record. Empty lines are passed over.
 *
 * @throws ERR_USAGE
 */
export function readCsv(text: string): readonly ImportedEntry[] {
  const found = new Found('csv');
  let columns = 0;
  const comma = /^(?:name|"name");/u.test(text) ? ';' : ',';
  for (const { fields, at } of records(text, comma)) {
    const where = (): string => lineAt(text, at);
    if (columns === 0) {
      if (!isHeader(fields)) break;
      columns = fields.length;
    } else if (fields.length !== columns) {
      found.refuse(`${fields.length} fields instead of ${columns}`, where);
    } else {
      const [name = '', value = '', comment] = fields;
      found.add(name, value, where, comment);
    }
  }
  if (columns === 0)
    throw badFile(
      'csv',
      'it has no header',
      /^\S*\t/u.test(text)
        ? 'tabs between the fields are --format tsv'
        : 'the first line is name,value or name,value,comment',
    );
  return found.all();
}

function isHeader([first, second, third, ...more]: readonly string[]): boolean {
  const isThird = third === undefined || third === 'comment';
  return first === 'name' && second === 'value' && isThird && more.length === 0;
}

interface CsvRecord {
  readonly fields: readonly string[];
  readonly at: number;
}

function* records(text: string, comma: string): Generator<CsvRecord> {
  let fields: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length;) {
    const isQuoted = text.charAt(at) === '"';
    const end = isQuoted ? endOfQuoted(text, at) : endOfPlain(text, at, comma);
    fields.push(isQuoted ? text.slice(at + 1, end - 1).replaceAll('""', '"') : text.slice(at, end));
    at = end;
    const isLast = text.charAt(at) !== comma;
    at += lengthOfEnd(text, at, comma);
    // A comma that ends the text has an empty field after it.
    if (!isLast && at === text.length) fields.push('');
    if (!isLast && at < text.length) continue;
    if (fields.length > 1 || fields[0] !== '' || isQuoted) yield { fields, at: start };
    [fields, start] = [[], at];
  }
}

function endOfQuoted(text: string, start: number): number {
  let end = start + 1;
  for (;;) {
    end = text.indexOf('"', end);
    if (end < 0) {
      throw badFile('csv', `${lineAt(text, start)}: a quote that is not closed`, 'close the quote');
    }
    if (text.charAt(end + 1) !== '"') return end + 1;
    end += 2;
  }
}

const PLAIN_END: Readonly<Record<string, RegExp>> = { ',': /[",\r\n]|$/gu, ';': /[";\r\n]|$/gu };

function endOfPlain(text: string, start: number, comma: string): number {
  const end = PLAIN_END[comma] ?? /$/gu;
  end.lastIndex = start;
  return end.exec(text)?.index ?? text.length;
}

/** Of what stands after a field: a comma, a line's end, or nothing at the text's. */
function lengthOfEnd(text: string, at: number, comma: string): number {
  const c = text.charAt(at);
  if (c === '' || c === comma || c === '\n') return c.length;
  if (text.startsWith('\r\n', at)) return 2;
  throw badFile(
    'csv',
    `${lineAt(text, at)}: a quote or carriage return in the midst of a field`,
    'quotes within a field are doubled, around it too',
  );
}
