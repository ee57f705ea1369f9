import { basename, extname } from 'node:path';
import type { ImportedEntry } from './entry.js';
import { badFile } from './problems.js';
import { readCsv } from './read/csv.js';
import { readDotenv } from './read/dotenv.js';
import { readJavaProperties } from './read/java-properties.js';
import { readJson } from './read/json.js';
import { readToml } from './read/toml.js';
import { readTsv } from './read/tsv.js';
import { readYaml } from './read/yaml.js';

const READERS = {
  json: readJson,
  yaml: readYaml,
  dotenv: readDotenv,
  csv: readCsv,
  tsv: readTsv,
  'java-properties': readJavaProperties,
  toml: readToml,
} satisfies Readonly<Record<string, (text: string) => readonly ImportedEntry[]>>;

/** A format that secrets are imported from. */
export type ImportFormat = keyof typeof READERS;

/** The formats that secrets are imported from. */
export const IMPORT_FORMATS: readonly ImportFormat[] = Object.keys(READERS) as ImportFormat[];

/** Largest file that is imported, in bytes. */
export const MAX_IMPORT_BYTES = 16 * 1024 * 1024;

/**
 * The secrets in a file's bytes, in its order: UTF-8, with or without a byte order mark. Names are as
 * the file has them; whether they may be stored is for `parseName` to say.
 *
 * @throws ERR_USAGE naming lines and entries (the first 20), never anything of a value: not of the
 *   format, not UTF-8, beyond {@link MAX_IMPORT_BYTES}, a name empty or given twice, a value that isn't text
 * @example
 * importEntries(Buffer.from("DB_USER='app'"), 'dotenv'); // [{ name: 'DB_USER', value: <app> }]
 */
export function importEntries(file: Uint8Array, format: ImportFormat): readonly ImportedEntry[] {
  if (file.length > MAX_IMPORT_BYTES) throw badFile(format, 'it is larger than 16 MiB');
  if (isUtf16(file)) throw badFile(format, 'it is UTF-16', 'save it as UTF-8: iconv -f UTF-16 -t UTF-8 FILE');
  return READERS[format](decode(file, format));
}

// By its byte order mark, or the NUL of a first letter of ASCII.
function isUtf16([first, second]: Uint8Array): boolean {
  if (first === undefined || second === undefined) return false;
  return (
    (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || first === 0 || second === 0
  );
}

function decode(file: Uint8Array, format: ImportFormat): string {
  // Drops a byte order mark.
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    return decoder.decode(file);
  } catch {
    throw badFile(format, `line ${firstBadLine(file)}: it is not UTF-8`, 'save it as UTF-8');
  }
}

// No byte of a longer character is a line feed, so lines can be looked at one by one.
function firstBadLine(file: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  for (let start = 0; start < file.length; line++) {
    const end = file.indexOf(0x0a, start);
    try {
      decoder.decode(file.subarray(start, end < 0 ? file.length : end));
    } catch {
      break;
    }
    start = end < 0 ? file.length : end + 1;
  }
  return line;
}

const EXTENSIONS: Readonly<Record<string, ImportFormat>> = {
  '.json': 'json',
  '.yaml': 'yaml',
  '.yml': 'yaml',
  '.env': 'dotenv',
  '.csv': 'csv',
  '.tsv': 'tsv',
  '.properties': 'java-properties',
  '.toml': 'toml',
};

/** The format that a file's name tells: by extension, in any case; `.env` and `.env.local` are dotenv. */
export function formatOfFile(path: string): ImportFormat | undefined {
  const name = basename(path).toLowerCase();
  return EXTENSIONS[extname(name)] ?? (name === '.env' || name.startsWith('.env.') ? 'dotenv' : undefined);
}
