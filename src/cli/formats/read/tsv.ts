import type { ImportedEntry } from '../entry.js';
import { badFile, Found, lineAt } from '../problems.js';

/**
 * IANA's text/tab-separated-values, lines ending in LF or CRLF: first the header `name`, tab, `value` (and
 * `comment`), then a secret a line. There are no quotes: a field that begins with one is refused, since
 * spreadsheets take it off. Empty lines are passed over.
 *
 * @throws ERR_USAGE
 */
export function readTsv(text: string): readonly ImportedEntry[] {
  const found = new Found('tsv');
  let columns = 0;
  let at = 0;
  for (const line of text.split('\n')) {
    const start = at;
    const where = (): string => lineAt(text, start);
    at += line.length + 1;
    const row = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (row === '') continue;
    const fields = row.split('\t');
    if (columns === 0) {
      if (!/^name\tvalue(?:\tcomment)?$/u.test(row)) break;
      columns = fields.length;
    } else if (fields.length !== columns)
      found.refuse(`${fields.length} fields instead of ${columns}`, where);
    else if (row.includes('\r')) found.refuse('a carriage return in the midst of a field', where);
    else if (fields.some((field) => field.startsWith('"'))) {
      found.refuse('a field begins with a quote', where, 'as csv, quotes and line breaks have a place');
    } else found.add(fields[0] ?? '', fields[1] ?? '', where, fields[2]);
  }
  if (columns === 0) throw badFile('tsv', 'it has no header', 'the first line is name, a tab, value');
  return found.all();
}
