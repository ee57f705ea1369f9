import { badKey, holdsNul, keptKey, type Writer } from '../writer.js';
import { shellThatOwns } from './shell-own.js';

/** A variable's name in a POSIX shell: XBD 3.216. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** `export KEY='value'`: between single quotes a shell leaves everything as it is, line breaks too. */
export const shellWriter: Writer = {
  refuse: ({ key, text }) => {
    if (!NAME.test(key)) return badKey('may hold only letters, digits and "_", no digit first');
    const owner = shellThatOwns(key);
    if (owner !== undefined) return keptKey(owner);
    return holdsNul(text);
  },
  write: (pairs) =>
    pairs.map(({ key, text }) => `export ${key}='${text.replaceAll("'", "'\\''")}'\n`).join(''),
};
