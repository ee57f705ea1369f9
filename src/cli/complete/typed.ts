/** What somebody has typed of a shell's command line, read without evaluating any of it. */

/** A word as it was typed, quotes and all. */
export interface TypedWord {
  readonly raw: string;
  /** What the shell would make of it. */
  readonly value: string;
  /** The quote that is still open at its end, and where it begins. */
  readonly open: { readonly quote: '"' | "'"; readonly at: number } | undefined;
  /** It holds a quote that was closed again. */
  readonly hasClosed: boolean;
  /** Its value can't be known without running the shell: `$x`, `` `x` ``. */
  readonly isUnclear: boolean;
}

/** A command line up to the cursor. */
export interface TypedLine {
  /** The words before the one at the cursor, the command among them. */
  readonly before: readonly string[];
  /** The word at the cursor; an empty one after a space. */
  readonly current: TypedWord;
  /** The word at the cursor is a file that the shell opens: `> FILE`. */
  readonly isRedirection: boolean;
}

/** Characters that a backslash quotes between double quotes (POSIX.1-2024, 2.2.3). */
const QUOTED_IN_DOUBLE = /["$\\`]/u;

/** Reads a line as a shell of Bourne's kind divides it. */
export function readTypedLine(line: string): TypedLine {
  const before: string[] = [];
  let isRedirection = false;
  for (let at = 0; ;) {
    while (/[ \t\n]/u.test(line.charAt(at))) at++;
    if (/[<>]/u.test(line.charAt(at))) {
      isRedirection = true;
      at++;
      continue;
    }
    const word = readTypedWord(line.slice(at), /[ \t\n<>]/u);
    at += word.raw.length;
    if (at >= line.length) return { before, current: word, isRedirection };
    if (!isRedirection) before.push(word.value);
    isRedirection = false;
  }
}

/** Reads one word: all of the text, or until an unquoted character that `ends` it. */
export function readTypedWord(text: string, ends = /$^/u): TypedWord {
  let [value, at, hasClosed, isUnclear] = ['', 0, false, false];
  let open: TypedWord['open'];
  for (; at < text.length; at++) {
    const c = text.charAt(at);
    if (open === undefined && ends.test(c)) break;
    if (open !== undefined && c === open.quote) {
      [open, hasClosed] = [undefined, true];
    } else if (open === undefined && (c === '"' || c === "'")) {
      open = { quote: c, at };
    } else if (c === '\\' && open?.quote !== "'") {
      const next = text.charAt(at + 1);
      if (open !== undefined && !QUOTED_IN_DOUBLE.test(next)) value += c;
      // A backslash at the very end quotes what is still to be typed.
      value += next;
      at++;
    } else {
      isUnclear ||= open?.quote !== "'" && /[$`]/u.test(c);
      value += c;
    }
  }
  return { raw: text.slice(0, at), value, open, hasClosed, isUnclear };
}
