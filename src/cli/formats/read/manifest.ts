import { decodeBase64 } from '../../../text/base64.js';
import { quote } from '../../../text/printable.js';
import type { ImportedEntry } from '../entry.js';
import { badFile, Found } from '../problems.js';

type Map = Readonly<Record<string, unknown>>;

/** Whether a file's outermost value is a manifest of Kubernetes; no plain file holds these and a map. */
export function isManifest(value: object): value is Map {
  const { apiVersion, kind, data, stringData, items } = value as Map;
  const holds = [data, stringData, items].some((one) => typeof one === 'object');
  return typeof apiVersion === 'string' && typeof kind === 'string' && holds;
}

/**
 * The values of a Kubernetes Secret: `data` in base64, `stringData` as text; names as they are there.
 *
 * @throws ERR_USAGE for another kind, what isn't base64, a name in both
 */
export function readManifest(format: string, manifest: Map): readonly ImportedEntry[] {
  const { apiVersion, kind } = manifest;
  if (apiVersion !== 'v1' || kind !== 'Secret') {
    throw badFile(format, `a manifest of kind ${quote(String(kind))}`, 'one Secret of apiVersion v1 a file');
  }
  const found = new Found(format);
  for (const [name, text] of membersOf(format, manifest, 'data')) {
    // Go's decoder, which Kubernetes takes, passes over line breaks.
    const value = typeof text === 'string' ? decodeBase64(text.replace(/[\r\n]/gu, '')) : undefined;
    if (value === undefined)
      found.refuse(`${quote(name)} in data is not base64`, undefined, 'text goes to stringData');
    else found.addVersion({ name, value }, () => 'data');
  }
  for (const [name, text] of membersOf(format, manifest, 'stringData')) {
    if (typeof text === 'string') found.add(name, text, () => 'stringData');
    else found.refuse(`${quote(name)} in stringData is not text`, undefined, 'write it as text in quotes');
  }
  return found.all();
}

function membersOf(format: string, manifest: Map, member: string): readonly (readonly [string, unknown])[] {
  const map = manifest[member];
  if (map === undefined || map === null || Object.prototype.toString.call(map) === '[object Nothing]')
    return [];
  if (typeof map !== 'object' || Array.isArray(map)) throw badFile(format, `its ${member} is not a map`);
  return Object.entries(map);
}
