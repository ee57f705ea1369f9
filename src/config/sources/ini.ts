import { unfit } from '../../text/unfit.js';

/** Sections by name, as written; in each, options by name in lower case, with every value given to them. */
export type Ini = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

/**
 * Reads an INI file as Python's ConfigParser does: `[section]`, `option = value` or `option: value`, a
 * line that is indented deeper goes on with the value, `#` and `;` begin a comment line. As in Python 2
 * a `;` after a blank begins a comment, too; Python 3 takes it for part of the value.
 *
 * @throws ERR_CONFIG with the line, never with its text
 */
export function parseIni(text: string): Ini {
  const sections = new Map<string, Map<string, string[]>>();
  let section: Map<string, string[]> | undefined;
  let last: { readonly values: string[]; readonly indent: number } | undefined;
  for (const [i, line] of text.split(/\r\n|\r|\n/u).entries()) {
    const content = line.trim();
    if (content === '' || content.startsWith('#') || content.startsWith(';')) continue;
    const indent = line.length - line.trimStart().length;
    if (last !== undefined && indent > last.indent) {
      last.values.push(`${last.values.pop() ?? ''}\n${content}`);
      continue;
    }
    const header = /^\[([^\]]+)\]/u.exec(content)?.[1];
    if (header !== undefined) {
      section = sections.get(header) ?? new Map<string, string[]>();
      sections.set(header, section);
      last = undefined;
      continue;
    }
    const [, option, value = ''] = /^([^:=\s][^:=]*)[:=](.*)$/su.exec(content) ?? [];
    if (section === undefined) return unfit(`line ${i + 1} stands before the first [section]`);
    if (option === undefined) return unfit(`line ${i + 1} is neither [section] nor option = value`);
    const name = option.trimEnd().toLowerCase();
    const values = section.get(name) ?? [];
    section.set(name, values);
    values.push(value.replace(/\s;.*$/su, '').trim());
    last = { values, indent };
  }
  return sections;
}
