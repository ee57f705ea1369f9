import { badKey, holdsNul, type Writer } from '../writer.js';

/** Go's `bufio.MaxScanTokenSize`, less the line feed: docker reads the file by `bufio.Scanner`. */
const LONGEST_LINE_BYTES = 64 * 1024 - 1;

/**
 * `KEY=value` for `docker run --env-file`: nothing is quoted or escaped, so what a line can't hold
 * can't be written. Some versions of docker take off a pair of quotes around the value, others keep it.
 */
export const dockerEnvWriter: Writer = {
  refuse: ({ key, text }) => {
    if (/^#|[\s\p{Cc}=]/u.test(key)) return badKey('may not hold blanks or "=", nor begin with "#"');
    if (text.includes('\n')) return 'holds a line break';
    if (text.endsWith('\r')) return 'ends with a carriage return';
    if (/^(['"]).*\1$/su.test(text)) return 'stands in quotes, which some versions of docker take off';
    if (Buffer.byteLength(line(key, text)) > LONGEST_LINE_BYTES) return 'is too long for a line (64 KiB)';
    return holdsNul(text);
  },
  write: (pairs) => pairs.map(({ key, text }) => `${line(key, text)}\n`).join(''),
};

function line(key: string, text: string): string {
  return `${key}=${text}`;
}
