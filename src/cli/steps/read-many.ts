import { isGlob } from '../../text/glob.js';
import type { Secret, Store } from '../../index.js';
import { withProgress } from './progress.js';
import type { Session } from '../session.js';

/** Which secrets are read at once. */
export interface Wanted {
  /** Each must be there. */
  readonly names: readonly string[];
  /** Prefixes or globs; none of them has to match. */
  readonly matches: readonly string[];
}

/** What the operands of a command name: globs match, anything else is a name, or a prefix where those are taken. */
export function wanted(operands: readonly string[], literals: 'names' | 'prefixes'): Wanted {
  if (literals === 'prefixes') return { names: [], matches: operands.length === 0 ? [''] : operands };
  return { names: operands.filter((o) => !isGlob(o)), matches: operands.filter((o) => isGlob(o)) };
}

/**
 * All of the wanted secrets, or one error that names every failure; tells how far it is.
 */
export function readMany(
  store: Store,
  { names, matches }: Wanted,
  session: Session,
): Promise<Map<string, Secret>> {
  const { signal } = session;
  return withProgress('reading', session, async (progress) => {
    const [match] = matches;
    if (names.length === 0 && matches.length === 1) return store.getAll({ match, signal, progress });
    const all = new Set(names);
    for (const one of matches) {
      for await (const { name } of store.list({ match: one, signal })) all.add(name);
    }
    return store.getMany([...all], { signal, progress });
  });
}
