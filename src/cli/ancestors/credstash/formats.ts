import { compareUtf8 } from '../../../text/utf8-order.js';
import { pyyamlMap } from '../python/yaml.js';

/** Names and values, in the order of the names' code points. */
type Entries = readonly (readonly [string, string])[];

/** CredStash's output formats: each the whole text. Rows of csv and dotenv, in no order there, are sorted here. */
const FORMATS: Readonly<Record<string, (entries: Entries) => string>> = {
  json: pythonJson,
  csv: (entries) => entries.map((row) => `${row.map(csvField).join(',')}\n`).join(''),
  dotenv: (entries) => entries.map(([name, value]) => `${name.toUpperCase()}='${value}'\n`).join(''),
  yaml: pyyamlMap,
};

/** The credentials as CredStash 1.17.1 prints them. */
export function formatCredentials(format: string, values: ReadonlyMap<string, string>): string {
  const write = FORMATS[format] ?? pythonJson;
  return write([...values].toSorted(([a], [b]) => compareUtf8(a, b)));
}

/**
 * The names whose values no reader of the format gives back as they are: nothing is escaped in dotenv.
 */
export function garbledNames(format: string, values: ReadonlyMap<string, string>): readonly string[] {
  if (format !== 'dotenv') return [];
  return [...values].flatMap(([name, value]) => (value.includes("'") ? [name] : []));
}

/** As json.dumps(…, sort_keys=True, indent=4): all but printable ASCII is escaped. */
function pythonJson(entries: Entries): string {
  if (entries.length === 0) return '{}';
  const members = entries.map(([name, value]) => `    ${jsonString(name)}: ${jsonString(value)}`);
  return `{\n${members.join(',\n')}\n}`;
}

function jsonString(text: string): string {
  // By UTF-16 units: Python, too, writes a pair of escapes for what is beyond them.
  return JSON.stringify(text).replace(
    /[^ -~]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** As csv.writer: in quotes only where it must be, which here includes a carriage return. */
function csvField(text: string): string {
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
