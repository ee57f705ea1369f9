import { allOrError, forEach } from '../../store/bulk.js';
import { quote } from '../../text/printable.js';
import type { Store } from '../../index.js';
import { usage } from '../arguments/parse.js';
import type { Session } from '../session.js';

/** What was done to a name: as a line, or where a value was sealed (see `Session.tellSealed`). */
type Done = string | { readonly sealed: string; readonly store: Store };

/**
 * Does something to each name and says what, in their order. One failure doesn't spare the others; the
 * error names each that failed.
 *
 * @throws ERR_USAGE for a name given twice
 */
export async function forEachName(
  names: readonly string[],
  action: string,
  session: Session,
  work: (name: string) => Promise<Done>,
): Promise<void> {
  const [name = ''] = names;
  if (names.length === 1) {
    session.doing = `${action} ${quote(name)}`;
    return tell(await work(name), session);
  }
  const twice = names.find((one, i) => names.indexOf(one) !== i);
  if (twice !== undefined) throw usage(`${quote(twice)} is given twice`);
  const outcomes = await forEach(names, work);
  for (const outcome of outcomes) if ('value' in outcome) await tell(outcome.value, session);
  allOrError(outcomes, action);
}

async function tell(done: Done, session: Session): Promise<void> {
  if (typeof done === 'string') session.talk(done);
  else await session.tellSealed(done.sealed, done.store);
}
