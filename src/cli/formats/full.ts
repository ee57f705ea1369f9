/**
 * The layout of a full export, the same in JSON and YAML (docs/formats.md, "With everything"): this
 * member, whose value is the layout's number, and the list of secrets. No plain file looks like it,
 * since no value there is a list.
 */
export const FULL_MARK = 'lazycred-export';

/** The layout's number; a reader of this one refuses others. */
export const FULL_LAYOUT = '1';

/** The member that holds the secrets, in order. */
export const FULL_LIST = 'secrets';
