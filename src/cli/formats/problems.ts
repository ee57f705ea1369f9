import { LazycredError } from '../../errors.js';
import { quote } from '../../text/printable.js';
import type { ImportedEntry } from './entry.js';

/** Problems listed in one message at most; a file may hold thousands. */
const MOST_SHOWN = 20;

/** A file that can't be imported: ERR_USAGE. */
export function badFile(format: string, what: string, hint?: string): LazycredError {
  return new LazycredError('ERR_USAGE', `not a ${format} file of secrets: ${what}`, { hint });
}

/** `line N` for a place in a text, counted from 1 by line feeds. */
export function lineAt(text: string, at: number): string {
  let line = 1;
  for (let i = text.indexOf('\n'); i >= 0 && i < at; i = text.indexOf('\n', i + 1)) line++;
  return `line ${line}`;
}

/** Gathers a file's entries, and all that is wrong with them. */
export class Found {
  readonly #format: string;
  readonly #entries = new Map<string, ImportedEntry>();
  readonly #versioned = new Set<string>();
  readonly #shown: (() => string)[] = [];
  #problems = 0;
  #hint: string | undefined;

  constructor(format: string) {
    this.#format = format;
  }

  /**
   * Notes an entry, and that it is wrong when its name is empty or was there before, or its text holds
   * half a surrogate pair.
   *
   * @param where names the place, for messages; asked only when it is shown
   */
  add(name: string, text: string, where?: () => string, comment = ''): void {
    if (name === '') this.refuse('an empty name', where);
    else if (!name.isWellFormed()) this.refuse(`the name ${quote(name)} is not well-formed Unicode`, where);
    else if (this.#entries.has(name)) this.refuse(`${quote(name)} is there twice`, where);
    else if (!text.isWellFormed()) this.refuse(`${quote(name)} is not well-formed Unicode`, where);
    else if (!comment.isWellFormed())
      this.refuse(`the comment of ${quote(name)} is not well-formed Unicode`, where);
    else {
      const value = Buffer.from(text);
      this.#entries.set(name, comment === '' ? { name, value } : { name, value, comment });
    }
  }

  /** As {@link Found.add} for a version with all that goes with it, of which a name may have several. */
  addVersion(entry: ImportedEntry, where: () => string): void {
    const { name, version } = entry;
    const key = version === undefined ? name : `${name}\0${BigInt(version)}`;
    const hasOther = version === undefined ? this.#versioned.has(name) : this.#entries.has(name);
    if (name === '') this.refuse('an empty name', where);
    else if (!name.isWellFormed()) this.refuse(`the name ${quote(name)} is not well-formed Unicode`, where);
    else if (this.#entries.has(key) || hasOther) this.refuse(`${quote(name)} is there twice`, where);
    else {
      if (version !== undefined) this.#versioned.add(name);
      this.#entries.set(key, entry);
    }
  }

  /** Notes something wrong. */
  refuse(what: string, where?: () => string, hint?: string): void {
    if (this.#problems++ < MOST_SHOWN)
      this.#shown.push(() => (where === undefined ? what : `${where()}: ${what}`));
    this.#hint ??= hint;
  }

  /**
   * The entries, in the file's order.
   * @throws ERR_USAGE when anything was wrong, naming all of it (the first 20)
   */
  all(): readonly ImportedEntry[] {
    if (this.#problems === 0) return [...this.#entries.values()];
    const shown = this.#shown.map((problem) => problem());
    const rest = this.#problems - shown.length;
    if (rest > 0) shown.push(`and ${rest} more`);
    throw badFile(this.#format, shown.join('; '), this.#hint);
  }
}
