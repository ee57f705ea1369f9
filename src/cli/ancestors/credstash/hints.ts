import { isLazycredError, LazycredError } from '../../../errors.js';

/**
 * What lazy's hints are on CredStash's command line, by what they begin with. As they stand they can't be
 * followed there: it has other options, and lazy's own commands look where lazy's settings point.
 */
const HINTS: readonly (readonly [beginning: string, here: string])[] = [
  ['lazy list ', 'credstash keys lists the names that are there'],
  ['check the table ', 'check -t and -r; credstash setup makes the table'],
  ['to read it, set accept', "lazy's own commands read it: this one knows CredStash's records alone"],
  ['check key ', 'check -k, -r and --kms-region'],
  [
    'what was put with a context ',
    'what was put with a context opens with the same one only: KEY=VALUE words behind the name',
  ],
];

/** A version that is taken; the library, which was told it, has no hint for that. */
const TAKEN = '-v takes a version that is free, -a makes the one after the newest';

/** The same failure with a hint that can be followed here. */
export function withHintOfHere(failure: unknown): unknown {
  if (!isLazycredError(failure)) return failure;
  const { code, message, secret: name, location, hint, cause, failures } = failure;
  const here =
    hint === undefined && code === 'ERR_CONFLICT'
      ? TAKEN
      : HINTS.find(([beginning]) => hint?.startsWith(beginning))?.[1];
  if (here === undefined) return failure;
  return new LazycredError(code, message, { name, location, hint: here, cause, failures });
}
