import type { Removed } from '../../index.js';
import { quote } from '../../text/printable.js';
import type { Session } from '../session.js';

/** Says what is gone for good, and what the service keeps for a while all the same. */
export function tellRemoved(
  did: string,
  name: string,
  { versions, remains }: Removed,
  location: string,
  session: Session,
): void {
  const which = versions.length === 1 ? 'version' : 'versions';
  const what = `${quote(name)} in ${location}`;
  if (versions.length === 0) session.talk(`${did} nothing of ${what}: no such value is left`);
  // The one record of a format that keeps no versions.
  else if (versions[0] === '') session.talk(`${did} ${what}`);
  else session.talk(`${did} ${which} ${versions.join(', ')} of ${what}`);
  if (remains !== undefined) session.talk(remains);
}
