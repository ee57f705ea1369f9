/** How a word that completes what was typed is written, so that the shell takes it literally. */
import { readTypedWord, type TypedWord } from './typed.js';

/** What readline never breaks a word at, though it stands in bash's COMP_WORDBREAKS: blanks end words, quotes are read. */
const NO_BREAKS = /[ \t\n"']/gu;

const PLAIN = /[\p{L}\p{N}_./,:=@%+-]/u;

/**
 * What bash's readline is to put in the place of the end of `typed`, which it cuts at the last of `breaks`,
 * or at an open quote.
 *
 * @param breaks bash's COMP_WORDBREAKS
 * @returns undefined where that can't be said in what is typed already
 */
export function bashReply(word: string, typed: TypedWord, breaks: string): string | undefined {
  if (typed.isUnclear) return undefined;
  const start = typed.open === undefined ? afterBreak(typed, breaks) : typed.open.at + 1;
  if (start === undefined) return undefined;
  const kept = readTypedWord(typed.raw.slice(0, start)).value;
  if (!word.startsWith(kept)) return undefined;
  return quoted(word.slice(kept.length), typed.open?.quote);
}

// Where readline cuts a word with closed quotes differs from release to release: such a word is left alone.
function afterBreak({ raw, hasClosed }: TypedWord, breaks: string): number | undefined {
  if (hasClosed) return undefined;
  const ends = breaks.replace(NO_BREAKS, '');
  let start = 0;
  for (let at = 0; at < raw.length; at++) {
    if (raw.charAt(at) === '\\') at++;
    else if (ends.includes(raw.charAt(at))) start = at + 1;
  }
  return start;
}

function quoted(text: string, quote: '"' | "'" | undefined): string | undefined {
  if (quote === "'") return text.replaceAll("'", "'\\''");
  // Between double quotes an interactive bash replaces "!" from its history, and a backslash would stay.
  if (quote === '"') return text.includes('!') ? undefined : text.replace(/["$\\`]/gu, '\\$&');
  return [...text].map((c) => (PLAIN.test(c) ? c : `\\${c}`)).join('');
}
