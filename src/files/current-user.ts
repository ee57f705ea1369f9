import { statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { codeOf } from './system-errors.js';

/** The user's number; undefined when the system knows no such user, as in some containers; -1 on Windows. */
export function currentUid(): number | undefined {
  try {
    return userInfo().uid;
  } catch (e) {
    // Without an entry in the user database userInfo() fails as a whole, though the number is known.
    if (codeOf(e) === 'ERR_SYSTEM_ERROR') return uidOfSelf();
    throw e;
  }
}

// Linux, where such containers are: the folder of this process belongs to its user.
function uidOfSelf(): number | undefined {
  return statSync('/proc/self', { throwIfNoEntry: false })?.uid;
}
