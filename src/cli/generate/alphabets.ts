import { quote } from '../../text/printable.js';
import { usage } from '../arguments/parse.js';

const DIGITS = '0123456789';
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const ALNUM = `${DIGITS}${LETTERS}${LETTERS.toUpperCase()}`;

/** The characters of ASCII that show, from `!` to `~`: no space, which a line's end would lose. */
const PRINTABLE = String.fromCharCode(...Array.from({ length: 0x7f - 0x21 }, (_, i) => 0x21 + i));

/** The alphabets that have a name. */
const ALPHABETS: ReadonlyMap<string, string> = new Map([
  ['alnum', ALNUM],
  ['hex', `${DIGITS}abcdef`],
  ['base64url', `${ALNUM}-_`],
  ['digits', DIGITS],
  ['printable', PRINTABLE],
]);

/**
 * The characters of an alphabet: one that has a name, or those that stand there.
 *
 * @throws ERR_USAGE for one character, or one that stands there twice and would come twice as often
 */
export function alphabetOf(text: string): readonly string[] {
  const characters = [...(ALPHABETS.get(text) ?? text)];
  const twice = characters.find((c, i) => characters.indexOf(c) !== i);
  const names = [...ALPHABETS.keys()].join(', ');
  const hint = `${names}, or the characters themselves, each once`;
  if (twice !== undefined) throw usage(`--alphabet ${quote(text)} holds ${quote(twice)} twice`, hint);
  if (characters.length < 2) throw usage('--alphabet needs two characters at least', hint);
  return characters;
}
