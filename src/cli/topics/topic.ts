/** Words beside what they mean: a variable, a status, a command line. */
export type Terms = readonly (readonly [term: string, meaning: string])[];

/** A subject that several commands share, as `lazy help` and the manual page tell it. */
export interface Topic {
  /** One line for the list of topics. */
  readonly summary: string;
  /** Paragraphs and lists of terms. */
  readonly blocks: readonly (string | Terms)[];
}

/** As wide as a column of terms becomes; the meaning of a longer term stands below it. */
const WIDEST_TERM = 26;

/** A topic as text of at most `columns` columns. */
export function layOut({ blocks }: Topic, columns: number): string {
  return `${blocks.map((block) => (typeof block === 'string' ? fill(block, columns, 0) : listed(block, columns))).join('\n\n')}\n`;
}

function listed(terms: Terms, columns: number): string {
  const fitting = terms.map(([term]) => term.length).filter((length) => length <= WIDEST_TERM);
  const indent = Math.max(0, ...fitting) + 4;
  return terms
    .map(([term, meaning]) => {
      const text = fill(meaning, columns, indent);
      if (term.length > WIDEST_TERM) return `  ${term}\n${text}`;
      return `  ${term}`.padEnd(indent) + text.trimStart();
    })
    .join('\n');
}

/** Breaks a paragraph into lines, each behind so many spaces. */
function fill(text: string, columns: number, indent: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/u)) {
    if (line !== '' && indent + line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].map((l) => ' '.repeat(indent) + l).join('\n');
}
