import { decodeHeader } from '../codec/header.js';
import { decodeStub } from '../codec/stub.js';
import { HEADER_FIELD, isOfNative } from '../record/claims.js';
import type { Listed } from '../record.js';
import type { VersionInfo } from './options.js';

/** What a listing tells of one version; nothing is opened. */
export function versionInfo({ version = '', fields = {}, state = undefined, modified }: Listed): VersionInfo {
  const header = decodeHeader(fields[HEADER_FIELD] ?? '');
  const stub = decodeStub(fields);
  const created = header === undefined ? (stub?.at ?? modified) : new Date(header.created);
  const comment = header?.comment ?? (isOfNative(fields) ? undefined : fields['comment']);
  return { version, created, by: header?.by ?? stub?.by, comment, state: state ?? 'value' };
}

/** Whether a version's value is gone for good. */
export function isGone({ state }: Listed): boolean {
  return state === 'destroyed' || state === 'pruned';
}
