import type { Removed } from '../../index.js';
import { quote } from '../../text/printable.js';
import type { Session } from '../session.js';

/**
 * Says which versions are gone for good, and what the service keeps of them for a while all the same, such
 * as older versions of an object in a bucket with versioning.
 *
 * @param did what was done: `destroyed`
 */
export function tellRemoved(
  did: string,
  { name, location }: { readonly name: string; readonly location: string },
  { versions, remains }: Removed,
  session: Session,
): void {
  const which = versions.length === 1 ? 'version' : 'versions';
  const what = `${quote(name)} in ${location}`;
  if (versions.length === 0) session.talk(`${did} nothing of ${what}: no such value is left`);
  // LazyCred's format keeps one record and no versions: its number is empty.
  else if (versions[0] === '') session.talk(`${did} ${what}`);
  else session.talk(`${did} ${which} ${versions.join(', ')} of ${what}`);
  if (remains !== undefined) session.talk(remains);
}
