// Controls, line separators and the marks that reorder text: what could rewrite a terminal's line.
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** Text from outside made safe to print on one line: control and reordering characters become `\uXXXX`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * JSON text made safe to print, line breaks left as they are: JSON allows C1 controls and the marks that reorder
 * text as they are, which a terminal would obey.
 */
export function printableJson(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** Text from outside in quotes, for a message: {@link printable}, cut at 80 characters. */
export function quote(text: string): string {
  const shown = text.length > 80 ? `${text.slice(0, 79)}…` : text;
  return `"${printable(shown)}"`;
}

/** A path as one word of a shell's command line. */
export function shellWord(path: string): string {
  return /^[A-Za-z0-9_./~+:@%-]+$/u.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
