import { allOrError, forEach } from '../../store/bulk.js';
import { quote } from '../../text/printable.js';
import { usage } from '../arguments/parse.js';
import type { Session } from '../session.js';

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
  work: (name: string) => Promise<string>,
): Promise<void> {
  const [name = ''] = names;
  if (names.length === 1) {
    session.doing = `${action} ${quote(name)}`;
    return session.talk(await work(name));
  }
  const twice = names.find((one, i) => names.indexOf(one) !== i);
  if (twice !== undefined) throw usage(`${quote(twice)} is given twice`);
  const outcomes = await forEach(names, work);
  for (const outcome of outcomes) if ('value' in outcome) session.talk(outcome.value);
  allOrError(outcomes, action);
}
