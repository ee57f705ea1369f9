import { linesToMask, SHORTEST_MASK } from '../formats/mask-lines.js';

/** What is looked for in a program's output: the bytes of secrets in the forms in which programs print them. */
export interface Masks {
  readonly patterns: readonly Uint8Array[];
  /** The names of what is too short to be looked for: it would hide half of every word. */
  readonly tooShort: readonly string[];
}

/**
 * Longest pattern, in bytes. What is longer is looked for piece by piece, so that never more than this is held
 * back, and a part of a secret is found, too. base64(1) breaks its lines after 76 characters, PEM after 64.
 */
const PIECES = [1024, 76, 64];

/**
 * The forms of each value: as it is, line by line where it has several, in base64 (both alphabets, at each of the
 * three offsets, since `Basic` credentials put a name before the value), URL-encoded, and escaped as in JSON.
 */
export function masksOf(values: readonly { readonly name: string; readonly value: Uint8Array }[]): Masks {
  const patterns = new Map<string, Uint8Array>();
  const tooShort = new Set<string>();
  for (const { name, value } of values) {
    if (value.length < SHORTEST_MASK) {
      if (value.length > 0) tooShort.add(name);
      continue;
    }
    for (const form of formsOf(Buffer.from(value))) {
      for (const piece of piecesOf(form)) patterns.set(piece.toString('latin1'), piece);
    }
  }
  return { patterns: [...patterns.values()], tooShort: [...tooShort] };
}

function formsOf(value: Buffer): Buffer[] {
  const forms = [value, ...linesOf(value)].flatMap((part) => [part, ...base64Of(part), ...urlOf(part)]);
  const text = value.toString();
  if (Buffer.from(text).equals(value)) forms.push(Buffer.from(JSON.stringify(text).slice(1, -1)));
  return forms.filter((form) => form.length >= SHORTEST_MASK);
}

function linesOf(value: Buffer): Buffer[] {
  // A character a byte, so that no byte is changed.
  const latin = value.toString('latin1');
  return /[\r\n]/u.test(latin) ? linesToMask(latin).map((line) => Buffer.from(line, 'latin1')) : [];
}

/** What base64 holds of the value alone, whatever stands before it: the characters that all its bits are in. */
function base64Of(value: Buffer): Buffer[] {
  const forms = [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), value]).toString('base64');
    const bits = (offset + value.length) * 8;
    const inner = encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(bits / 6));
    // Where the value is the end, the last character holds its last bits, and padding may follow.
    const whole = encoded.slice(Math.ceil((offset * 8) / 6));
    return [inner, whole.replace(/=+$/u, ''), whole];
  });
  return forms
    .flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')])
    .map((f) => Buffer.from(f));
}

function urlOf(value: Buffer): Buffer[] {
  const encode = (unreserved: RegExp, space: string): string =>
    [...value.toString('latin1')]
      .map((c) => {
        if (unreserved.test(c)) return c;
        return c === ' ' ? space : `%${c.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`;
      })
      .join('');
  // RFC 3986; encodeURIComponent, which leaves more as it is; and forms, with + for a space.
  const texts = [encode(/[\w.~-]/u, '%20'), encode(/[\w.~!'()*-]/u, '%20'), encode(/[\w.*-]/u, '+')];
  const lower = texts.map((t) => t.replace(/%[0-9A-F]{2}/gu, (code) => code.toLowerCase()));
  return [...new Set([...texts, ...lower])].map((t) => Buffer.from(t));
}

function piecesOf(form: Buffer): Buffer[] {
  const sizes = PIECES.filter((size) => form.length > size);
  if (form.length <= (PIECES[0] ?? 0)) sizes.push(form.length);
  return sizes.flatMap((size) => {
    const count = Math.max(1, Math.floor(form.length / size));
    // The last one takes what is left over, so that no piece is too short to be looked for.
    return Array.from({ length: count }, (_, i) =>
      form.subarray(i * size, i === count - 1 ? form.length : (i + 1) * size),
    );
  });
}
