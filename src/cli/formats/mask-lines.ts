/** Fewest characters of a value, or of one of its lines, that are hidden: less would hide half of every word. */
export const SHORTEST_MASK = 4;

/** Lines that many texts hold: hiding them tells nothing, and spoils the rest. */
const USUAL_LINE = /^(?:\s*(?:true|false|null|[{}[\](),;]*)\s*|-----(?:BEGIN|END)[ A-Z0-9]*-----)$/u;

/** The lines of a text that are worth hiding. */
export function linesToMask(text: string): string[] {
  return text.split(/\r\n|\r|\n/u).filter((line) => line.length >= SHORTEST_MASK && !USUAL_LINE.test(line));
}
