import { isatty } from 'node:tty';
import { quote } from '../../text/printable.js';
import { usage } from '../arguments/parse.js';
import type { Option, CommandArguments } from '../arguments/options.js';
import { promptShown } from '../io/prompt.js';
import type { Session } from '../session.js';

/** The option of every command that removes values for good. */
export const YES: Option = {
  name: 'yes',
  letter: 'y',
  about: 'do not ask; needed where stdin is no terminal',
  group: 'Other:',
};

/**
 * Has the person at the terminal type the secret's name before something is done that can't be undone.
 *
 * @param what what will be done: `destroy every version of "db" in s3://acme/`
 * @throws ERR_USAGE where nobody can be asked, or something else was typed
 */
export async function confirm(
  what: string,
  name: string,
  args: CommandArguments,
  session: Session,
): Promise<void> {
  if (args.has('yes')) return;
  const typed = isatty(0)
    ? await promptShown(`${what}, for good? Type its name to go on: `, '--yes does not ask', session.signal)
    : undefined;
  if (typed === undefined) throw usage('this cannot be undone, and there is no terminal to ask', 'say --yes');
  if (typed !== name) throw usage(`that is not ${quote(name)}: nothing was done`);
}
