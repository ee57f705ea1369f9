import { randomBytes } from 'node:crypto';
import { parseName, type SecretName } from '../../src/record/names.js';
import type { RemovedState, StoredRecord } from '../../src/record.js';

/** A native record's shape with random bytes in it: what a backend is given, though nothing opens it. */
export function fakeRecord(
  name: string,
  version: number | string,
  o: { readonly bytes?: number; readonly comment?: string } = {},
): StoredRecord {
  const header = {
    alg: 'A256GCM-HKDF-SHA512',
    ...(o.comment === undefined ? {} : { comment: o.comment }),
    commit: randomBytes(32).toString('base64'),
    context: {},
    created: new Date().toISOString(),
    keys: [{ id: 'fake', provider: 'local', wrapped: randomBytes(81).toString('base64') }],
    name,
    salt: randomBytes(32).toString('base64'),
    version: String(version),
  };
  const data = randomBytes((o.bytes ?? 20) + 16).toString('base64');
  return {
    name: parseName(name),
    version: String(version),
    fields: { lazycred: '1', header: JSON.stringify(header), data },
  };
}

/** A tombstone or stub: no value, and the state in plain sight. */
export function fakeStub(
  name: string,
  version: number | string,
  state: RemovedState = 'deleted',
  by?: string,
): StoredRecord {
  const fields = {
    lazycred: '1',
    state,
    version: String(version),
    nonce: randomBytes(16).toString('base64'),
    at: new Date().toISOString(),
    ...(by === undefined ? {} : { by }),
  };
  return { name: parseName(name), version: String(version), fields };
}

/** A name that no other test uses. */
export function freshName(stem = 'secret'): SecretName {
  return parseName(`${stem}-${randomBytes(4).toString('hex')}`);
}

/** Names that a file system, a URL, an XML answer or a JavaScript object may spoil. */
export const AWKWARD_NAMES: readonly string[] = [
  // One within another's path; dots; a name that looks like a stored version.
  'a',
  'a/b',
  'a/b/c',
  'a.json',
  'a/0000000000000000001',
  'a/0000000000000000001.json',
  '.hidden',
  'dir/.hidden',
  '...',
  'trailing.',
  'lazycred/x',
  // Case pairs, for case-blind file systems.
  'KEY',
  'Key',
  'key',
  // White space and what URLs, shells and XML treat specially.
  'with space',
  ' leading and trailing ',
  'a%2Fb',
  '%2F',
  '%',
  'a+b',
  'a=b&c=d;e,f:g@h#i$j!',
  `quotes "double" 'single' \`back\``,
  'back\\slash',
  '<xml>&amp;</xml>',
  '{curly}|~^',
  // Names with a meaning elsewhere.
  '__proto__',
  'constructor',
  'CON',
  'nul.txt',
  // Unicode: composed and decomposed are two names; beyond the first plane; right to left.
  'caf\u00e9',
  'cafe\u0301',
  'ключ/密码',
  '\u{1f511}',
  '\u05de\u05e4\u05ea\u05d7',
  // The longest.
  'x'.repeat(512),
  'ü'.repeat(256),
  'ab/'.repeat(170) + 'cd',
];
