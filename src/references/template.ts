import { LazycredError } from '../errors.js';
import { readAt } from '../text/read-at.js';
import { parseReference, SCHEME, type Reference } from './reference.js';

/** A text with places for values: the pieces between them, one more than there are references. */
export interface Template {
  readonly pieces: readonly Uint8Array[];
  readonly references: readonly Reference[];
}

/** What may stand in a place: anything but braces and line breaks, so that a forgotten end is found on its line. */
const PLACE = /\{\{[ \t]*(lazy:\/\/[^{}\r\n]*)(\}\})?/gu;

/**
 * Finds the places `{{ lazy://NAME#FIELD }}` in a text of any encoding that extends ASCII, whose other bytes stay
 * as they are: other braces, a `lazy://` outside of them, line breaks. Nothing is evaluated.
 *
 * @throws ERR_USAGE naming the line of a place that isn't closed, or holds no reference
 */
export function parseTemplate(text: Uint8Array): Template {
  // A byte a character, so that no byte is changed and every offset is one of bytes.
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  const latin = bytes.toString('latin1');
  const pieces: Uint8Array[] = [];
  const references: Reference[] = [];
  let from = 0;
  for (const { 0: place, 1: written = '', 2: close, index } of latin.matchAll(PLACE)) {
    const line = (): number => latin.slice(0, index).split('\n').length;
    if (close === undefined) {
      throw new LazycredError(
        'ERR_USAGE',
        `line ${line()}: "{{ ${SCHEME}" without its "}}" on the same line`,
      );
    }
    const reference = Buffer.from(written.trimEnd(), 'latin1').toString();
    references.push(
      readAt(
        () => `line ${line()}: `,
        () => parseReference(reference),
      ),
    );
    pieces.push(bytes.subarray(from, index));
    from = index + place.length;
  }
  return { pieces: [...pieces, bytes.subarray(from)], references };
}

/** The text with a value in each place, in the order of the references. */
export function fillTemplate({ pieces }: Template, values: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(pieces.flatMap((piece, i) => [piece, values[i] ?? Buffer.alloc(0)]));
}
