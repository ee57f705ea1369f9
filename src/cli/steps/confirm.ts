import { isatty } from 'node:tty';
import { quote } from '../../text/printable.js';
import { usage } from '../arguments/parse.js';
import type { Option, CommandArguments } from '../arguments/options.js';
import { promptShown } from '../io/prompt.js';
import type { Session } from '../session.js';

/** The option of every command that asks before it does something. */
export const YES: Option = {
  name: 'yes',
  letter: 'y',
  about: 'do not ask; needed where stdin is no terminal',
  group: 'Other:',
};

/** How many names a question shows: more would push it off the screen. */
const MOST_SHOWN = 20;

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
  const typed = await answerTo(`${what}, for good? Type its name to go on: `, session);
  if (typed === undefined) throw usage('this cannot be undone, and there is no terminal to ask', 'say --yes');
  if (typed !== name) throw usage(`that is not ${quote(name)}: nothing was done`);
}

/**
 * Shows the person at the terminal which secrets a pattern chose, and has their number typed.
 *
 * @param what what will be done: `delete`
 * @throws ERR_USAGE where nobody can be asked, or something else was typed
 */
export async function confirmMany(
  { what, location }: { readonly what: string; readonly location: string },
  names: readonly string[],
  args: CommandArguments,
  session: Session,
): Promise<void> {
  if (args.has('yes')) return;
  const many = `${what} ${names.length} secret${names.length === 1 ? '' : 's'} in ${location}`;
  const more = names.length > MOST_SHOWN ? ` and ${names.length - MOST_SHOWN} more` : '';
  const shown = `${names.slice(0, MOST_SHOWN).map(quote).join(', ')}${more}`;
  const typed = await answerTo(`${many}: ${shown}? Type how many to go on: `, session);
  if (typed === undefined) {
    throw usage(
      `this would ${many}, and there is no terminal to ask`,
      'lazy list shows which; then say --yes',
    );
  }
  if (typed !== String(names.length)) throw usage(`that is not ${names.length}: nothing was done`);
}

/** What is typed; undefined where there is nobody to ask. */
async function answerTo(question: string, session: Session): Promise<string | undefined> {
  return isatty(0) ? promptShown(question, '--yes does not ask', session.signal) : undefined;
}
