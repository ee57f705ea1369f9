import { quote } from '../../text/printable.js';
import type { Secret } from '../../index.js';
import { usage } from '../arguments/parse.js';
import { writePrivateFile } from '../io/files.js';
import {
  EXPORT_FORMATS,
  exportEntries,
  keepsNames,
  type ExportFormat,
  type ExportOptions,
} from '../formats/export.js';
import { writeOut } from '../io/streams.js';
import type { Session } from '../session.js';

/**
 * The format that `--format` names; json without it.
 *
 * @throws ERR_USAGE
 */
export function exportFormat(text = 'json'): ExportFormat {
  const found = EXPORT_FORMATS.find((format) => format === text);
  if (found === undefined) {
    throw usage(`--format is ${quote(text)}, not one of ${EXPORT_FORMATS.join(', ')}`);
  }
  return found;
}

/**
 * Writes secrets in one of the formats, whole or not at all: to a file of mode 0600, or to stdout. Unless
 * `rawNames` says otherwise, data keeps the names, and variables get keys.
 *
 * @throws ERR_USAGE naming every secret that the format can't hold
 */
export async function writeExport(
  secrets: ReadonlyMap<string, Secret>,
  o: ExportOptions,
  path: string | undefined,
  session: Session,
): Promise<void> {
  // Nothing stands before the message of a format, which says by itself what the format can't hold.
  session.doing = undefined;
  const entries = [...secrets].map(([name, secret]) => ({ name, value: secret.bytes() }));
  const text = exportEntries(entries, { ...o, rawNames: o.rawNames ?? keepsNames(o.format) });
  await (path === undefined ? writeOut(text) : writePrivateFile(path, text));
}
