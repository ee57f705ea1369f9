/** One secret on its way out: its stored name, and its value's bytes. */
export interface Entry {
  readonly name: string;
  readonly value: Uint8Array;
}

/** What goes with a value, besides its name. */
export interface Notes {
  readonly comment?: string | undefined;
  readonly by?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Of which version it is, where a file holds several of one name. */
  readonly version?: string | undefined;
}

/** One version on its way out with all that goes with it. */
export interface FullEntry extends Entry, Notes {
  readonly created?: Date | undefined;
}

/** One secret on its way in, as a file names it. */
export interface ImportedEntry extends Entry, Notes {}
