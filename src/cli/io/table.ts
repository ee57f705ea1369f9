import { isatty } from 'node:tty';
import { printable } from '../../text/printable.js';

/** How a table is laid out. */
export interface Layout {
  /** Columns of the terminal; unlimited by default. */
  readonly width?: number | undefined;
  /** Set off the headings. */
  readonly color?: boolean | undefined;
}

const GAP = '  ';
/** No column is made narrower, in columns of the terminal. */
const NARROWEST = 4;

/**
 * Rows as columns two spaces apart, safe to print, cut with `…` where they are wider than the
 * terminal: the widest column first.
 *
 * @param headings dim above them
 */
export function table(
  rows: readonly (readonly string[])[],
  headings?: readonly string[],
  o: Layout = terminalLayout(),
): string {
  const all = [...(headings === undefined ? [] : [headings]), ...rows].map((row) => row.map(printable));
  const widths: number[] = [];
  for (const row of all) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, columnsOf(cell))));
  narrow(widths, o.width ?? Infinity);
  const lines = all.map((row) =>
    row
      .map((cell, i) => fit(cell, widths[i] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
  if (headings !== undefined && o.color === true) lines[0] = `\u001b[2m${lines[0] ?? ''}\u001b[22m`;
  return lines.map((line) => `${line}\n`).join('');
}

/** Rows for programs: tabs between cells, which hold none themselves, nor line breaks; else as they are. */
export function tabbed(rows: readonly (readonly string[])[]): string {
  const plain = (cell: string): string => cell.replace(/[\u0000-\u001f\u007f-\u009f]/gu, printable);
  return rows.map((row) => `${row.map(plain).join('\t')}\n`).join('');
}

/** As the terminal on stdout wants it; NO_COLOR as on no-color.org. */
function terminalLayout(): Layout {
  const width = process.stdout.columns;
  const isPlain = (process.env['NO_COLOR'] ?? '') !== '' || process.env['TERM'] === 'dumb';
  return { width: width > 0 ? width : undefined, color: isatty(1) && !isPlain };
}

function narrow(widths: number[], most: number): void {
  for (;;) {
    const excess = widths.reduce((sum, w) => sum + w, GAP.length * (widths.length - 1)) - most;
    const widest = Math.max(...widths);
    if (!(excess > 0) || widest <= NARROWEST) return;
    const next = Math.max(NARROWEST, ...widths.filter((w) => w < widest));
    const at = widths.indexOf(widest);
    // The widest column shrinks to the width of the next widest at most; from there both shrink.
    widths[at] = Math.max(Math.min(next, widest - 1), widest - excess);
  }
}

function fit(cell: string, width: number): string {
  const columns = columnsOf(cell);
  if (columns <= width) return cell + ' '.repeat(width - columns);
  let shown = '';
  let used = 0;
  for (const c of cell) {
    const next = used + columnsOf(c);
    if (next > width - 1) break;
    [shown, used] = [shown + c, next];
  }
  return `${shown}…${' '.repeat(width - 1 - used)}`;
}

// Roughly Unicode's East Asian Width (UAX 11) W and F, emoji, and what takes no room of its own.
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const NO_ROOM = /[\p{Mn}\p{Me}\u200b-\u200f\ufeff]/u;

function columnsOf(text: string): number {
  let columns = 0;
  for (const c of text) columns += c < '\u0300' ? 1 : NO_ROOM.test(c) ? 0 : WIDE.test(c) ? 2 : 1;
  return columns;
}
