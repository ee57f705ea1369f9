import { storedName, type SecretName } from '../../record/names.js';
import { unpadVersion, padVersion } from '../../record/versions.js';
// Where the local backend keeps a record: <dir>/<folders of the name>/<19 digits>.json
//
// A name's folder is its UTF-8 bytes: those of a–z, 0–9, `_` and `-` as they are, every other one
// (`.`, `/` and capitals too) as `%xx` with small hexadecimal digits. So the text is ASCII in one
// case, without a dot: what a case-blind or normalising file system does to it changes nothing, and
// no two names meet. Longer than 200 characters, it is split into nested folders: each takes as many
// whole bytes' encodings as fit in 200 characters, and each but the last ends with `+`, which the
// alphabet lacks: a folder that holds versions is never one that holds further parts of names.
// Where a folder would have the name of a Windows device (`con`, `nul`, `com1` …), its first
// character is written as `%xx`, too.
//
//   prod/db_credentials  →  prod%2fdb_credentials
//   Été                  →  %c3%89t%c3%a9
//   con                  →  %63on

/** Longest folder name in characters, without the `+`; file systems stop at 255 bytes. */
const MAX_FOLDER = 200;

/** Ends each folder but the last of a name that is split. */
export const CONTINUES = '+';

const PLAIN = /^[a-z0-9_-]$/u;

// Names that Windows gives to devices in every folder; those with other characters can't arise here.
// Source: Microsoft, "Naming Files, Paths, and Namespaces".
const DEVICE = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])$/u;

function hex(byte: number): string {
  return `%${byte.toString(16).padStart(2, '0')}`;
}

/** The folders of a name under the store's own, outermost first; reversed by {@link decodeName}. */
export function encodeName(name: SecretName): readonly string[] {
  const folders: string[] = [];
  let folder = '';
  for (const byte of Buffer.from(name)) {
    const char = String.fromCharCode(byte);
    const unit = PLAIN.test(char) ? char : hex(byte);
    if (folder.length + unit.length > MAX_FOLDER) {
      folders.push(folder + CONTINUES);
      folder = '';
    }
    folder += unit;
  }
  folders.push(DEVICE.test(folder) ? hex(folder.charCodeAt(0)) + folder.slice(1) : folder);
  return folders;
}

/** The name whose folders these are; undefined for what {@link encodeName} never makes (foreign folders). */
export function decodeName(folders: readonly string[]): SecretName | undefined {
  const text = folders
    .map((f, i) => (i < folders.length - 1 && f.endsWith(CONTINUES) ? f.slice(0, -1) : f))
    .join('');
  if (!/^(?:[a-z0-9_-]|%[0-9a-f]{2})+$/u.test(text)) return undefined;
  const bytes = Buffer.from(
    text.replace(/%(..)/gu, (_, xx: string) => String.fromCharCode(parseInt(xx, 16))),
    'latin1',
  );
  const name = storedName(bytes.toString());
  const again = encodeName(name);
  return again.length === folders.length && again.every((f, i) => f === folders[i]) ? name : undefined;
}

/** The file of a version (canonical decimal) in its name's folder. */
export function fileOf(version: string): string {
  return `${padVersion(version)}.json`;
}

/** The version that a file of this name holds, canonical; undefined for any other file. */
export function versionOf(file: string): string | undefined {
  return file.endsWith('.json') ? unpadVersion(file.slice(0, -'.json'.length)) : undefined;
}
