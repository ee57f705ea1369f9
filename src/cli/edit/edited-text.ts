/** What a text became in an editor. */
export interface EditedText {
  readonly text: Uint8Array;
  /** The line break at its end was the editor's, and is not in `text`. */
  readonly lostBreak: boolean;
}

const [LF, CR] = [0x0a, 0x0d];

/**
 * The text as the user meant it. Editors end every text with a line break: where the value had none and the text now
 * ends in exactly one, as `hunter2` becomes `hunter3\n`, that is taken off. Nothing else is changed.
 */
export function withoutAddedBreak(before: Uint8Array, after: Uint8Array): EditedText {
  const rest = withoutBreak(after);
  const isAdded =
    withoutBreak(before) === undefined && rest !== undefined && withoutBreak(rest) === undefined;
  return isAdded ? { text: rest, lostBreak: true } : { text: after, lostBreak: false };
}

/** Without the one line break at its end, `\n` or `\r\n`; undefined where there is none. */
function withoutBreak(text: Uint8Array): Uint8Array | undefined {
  if (text.at(-1) !== LF) return undefined;
  return text.subarray(0, text.at(-2) === CR ? -2 : -1);
}
