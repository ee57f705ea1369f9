/** One secret on its way out: its stored name, and its value's bytes. */
export interface Entry {
  readonly name: string;
  readonly value: Uint8Array;
}

/** One secret on its way in, as a file names it. */
export interface ImportedEntry extends Entry {
  /** A CSV file's third column, where it has one and it isn't empty. */
  readonly comment?: string;
}
