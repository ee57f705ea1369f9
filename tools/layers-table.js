/** `node tools/layers-table.js` writes the table of `docs/architecture.md` anew from the rules of layers. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LEAVES, ROOMS } from './layers.js';

const MOST_COLUMNS = 110;

/** @param {readonly string[]} names */
const list = (names) => {
  const hasLeaves = LEAVES.every((leaf) => names.includes(leaf));
  const rest = hasLeaves ? names.filter((name) => !LEAVES.includes(name)) : names;
  return [...(hasLeaves ? ['leaves'] : []), ...rest].join(' ');
};

/**
 * Words in lines, each after the first indented like the first word's column.
 * @param {string} text
 * @param {number} indent
 */
const wrap = (text, indent) => {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && indent + line.length + 1 + word.length > MOST_COLUMNS) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join(`\n${' '.repeat(indent)}`);
};

/** A row a room: its layer, its name, and what it may import. */
export function layersTable() {
  const width = Math.max(...ROOMS.map(({ room }) => room.length)) + 2;
  const rows = ROOMS.map(({ room, layer, imports = [], types = [], later = [], ...o }) => {
    /** @param {string} word @param {readonly string[]} names */
    const part = (word, names) => (names.length === 0 ? [] : [word + list(names)]);
    const told = [
      ...part('', [...imports, ...(o.packages ?? [])]),
      ...part('types: ', types),
      ...part('later: ', [...later, ...(o.laterPackages ?? [])]),
    ];
    const start = `${String(layer).padStart(2)}  ${room.padEnd(width)}`;
    return `${start}${wrap(told.join('; '), start.length)}`.trimEnd();
  });
  return rows.join('\n');
}

if (process.argv[1] === import.meta.filename) {
  const page = join(import.meta.dirname, '../docs/architecture.md');
  const text = readFileSync(page, 'utf8');
  // Through a function: a `$` of the table is no pattern of replace.
  writeFileSync(
    page,
    text.replace(/(?<=```layers\n).*?(?=\n```)/s, () => layersTable()),
  );
}
