import { randomBytes } from 'node:crypto';
import { badKey, holdsNul, keptKey, type Writer } from '../writer.js';

// The runner splits a line at its first `=` or `<<`, so `a<` would end one character early.
const NO_KEY = /[\s\p{Cc}=<]/u;

/** "Workflow commands for GitHub Actions": neither the defaults nor NODE_OPTIONS can be set so; without case, as on Windows. */
const RESERVED = /^(?:GITHUB_.*|RUNNER_.*|NODE_OPTIONS)$/iu;

/**
 * The lines to append to `$GITHUB_ENV`: `KEY<<delimiter`, the value, the delimiter, as GitHub
 * documents under "Multiline strings". The delimiter is random, so that no value can end itself and
 * set further variables.
 */
export const githubEnvWriter: Writer = {
  refuse: ({ key, text }) => {
    if (NO_KEY.test(key)) return badKey('may not hold blanks, "=" or "<"');
    if (RESERVED.test(key)) return keptKey('GitHub');
    // A runner on Windows takes it as a part of the line's end.
    if (text.endsWith('\r')) return 'ends with a carriage return';
    return holdsNul(text);
  },
  write: (pairs) =>
    pairs
      .map(({ key, text }) => {
        const end = delimiterFor(text);
        return `${key}<<${end}\n${text}\n${end}\n`;
      })
      .join(''),
};

function delimiterFor(text: string): string {
  let delimiter: string;
  do delimiter = `LAZYCRED_${randomBytes(16).toString('hex')}`;
  while (text.includes(delimiter));
  return delimiter;
}
