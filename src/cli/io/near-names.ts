import type { LazycredError } from '../../errors.js';
import { nearestNames } from '../../text/did-you-mean.js';
import { quote, shellWord } from '../../text/printable.js';

/** How many names are proposed for one, and for how many names. */
const MOST = 3;

/** The failures of names that the store doesn't hold, with `e` itself or beneath it. */
export function unknownNames(e: LazycredError): readonly string[] {
  const failures = e.failures.length > 0 ? e.failures : [e];
  return failures.flatMap((f) =>
    f.advice?.code === 'list-names' && f.secret !== undefined ? [f.secret] : [],
  );
}

/**
 * The same failure, whose hint names what may have been meant.
 *
 * @param unknown the names that were asked for in vain
 * @param names what is there, as far as it is known
 * @param verb the command that takes patterns, too: `get`; undefined for one that takes a single name
 */
export function withNearNames(
  e: LazycredError,
  unknown: readonly string[],
  names: readonly string[],
  verb: string | undefined,
): LazycredError {
  const proposals = unknown.flatMap((name) => {
    const folder = name.endsWith('/') ? name : `${name}/`;
    const isFolder = folder === name || names.some((one) => one.startsWith(folder));
    return isFolder ? [wayInto(folder, verb)] : proposed(name, names, unknown.length > 1);
  });
  if (proposals.length === 0) return e;
  return e.with({ hint: proposals.slice(0, MOST).join('; ') });
}

function proposed(name: string, names: readonly string[], isOneOfMany: boolean): string[] {
  const near = nearestNames(name, names, MOST).map(quote).join(' or ');
  if (near === '') return [];
  return [isOneOfMany ? `instead of ${quote(name)} perhaps ${near}` : `did you mean ${near}?`];
}

function wayInto(folder: string, verb: string | undefined): string {
  const all = `all that begin with ${quote(folder)}`;
  return verb === undefined
    ? `lazy list ${shellWord(folder)} shows ${all}`
    : `lazy ${verb} ${shellWord(`${folder}**`)} ${verb}s ${all}`;
}
