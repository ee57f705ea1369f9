import { isGlob } from '../../text/glob.js';
import type { Secret, Store } from '../../index.js';
import type { CommandArguments } from '../arguments/options.js';
import { nothingMatches } from './nothing-found.js';
import { withProgress } from './progress.js';
import type { Session } from '../session.js';

/** Which secrets are read at once. */
export interface Wanted {
  /** Each must be there. */
  readonly names: readonly string[];
  /** Prefixes or globs; each must match something, unless `allowEmpty`. */
  readonly matches: readonly string[];
  readonly allowEmpty: boolean;
}

/** What the operands of a command name: globs match, anything else is a name, or a prefix where those are taken. */
export function wanted(args: CommandArguments, literals: 'names' | 'prefixes'): Wanted {
  const { operands } = args;
  const allowEmpty = args.has('allow-empty');
  if (literals === 'prefixes') {
    return { names: [], matches: operands.length === 0 ? [''] : operands, allowEmpty };
  }
  if (args.has('literal')) return { names: operands, matches: [], allowEmpty };
  return {
    names: operands.filter((o) => !isGlob(o)),
    matches: operands.filter((o) => isGlob(o)),
    allowEmpty,
  };
}

/**
 * All of the wanted secrets, or one error that names every failure; tells how far it is.
 *
 * @throws ERR_NOT_FOUND for prefixes and globs that match nothing, before any value is read
 */
export function readMany(
  store: Store,
  { names, matches, allowEmpty }: Wanted,
  session: Session,
): Promise<Map<string, Secret>> {
  const { signal } = session;
  return withProgress('reading', session, async (progress) => {
    const [match] = matches;
    if (names.length === 0 && matches.length === 1) {
      const found = await store.getAll({ match, signal, progress });
      if (found.size === 0 && !allowEmpty) throw nothingMatches(matches, store.location);
      return found;
    }
    const all = await namesOf(store, { names, matches, allowEmpty }, session);
    return store.getMany(all, { signal, progress });
  });
}

/**
 * The wanted names, without opening any; globs and prefixes replaced by what they match.
 *
 * @throws ERR_NOT_FOUND for prefixes and globs that match nothing
 */
export async function namesOf(
  store: Store,
  { names, matches, allowEmpty }: Wanted,
  { signal }: Session,
): Promise<string[]> {
  const all = new Set(names);
  const vain: string[] = [];
  for (const match of matches) {
    let isVain = true;
    for await (const { name } of store.list({ match, signal })) {
      all.add(name);
      isVain = false;
    }
    if (isVain) vain.push(match);
  }
  if (vain.length > 0 && !allowEmpty) throw nothingMatches(vain, store.location);
  return [...all];
}
