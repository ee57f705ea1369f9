import { canary, registerSecret } from '../canary.js';

/** A value that must come back byte for byte, and what is special about it. */
export interface Value {
  readonly title: string;
  readonly bytes: Buffer;
}

function text(title: string, of: (secret: string) => string): Value {
  return { title, bytes: Buffer.from(of(canary())) };
}

/** Values that every format but cloudchain's holds: UTF-8, the empty one among them. */
export function textValues(largest: number): readonly Value[] {
  return [
    text('a word', (secret) => secret),
    { title: 'nothing', bytes: Buffer.alloc(0) },
    text('lines of every kind', (secret) => `${secret}\r\nb\rc\n\n`),
    text('not only ASCII', (secret) => `${secret} Grüße, 秘密 🔑 \u0000\ufeff`),
    text('large', (secret) => secret.padEnd(largest, 'x')),
  ];
}

/** Also bytes that are no text, for the formats that hold them. */
export function anyValues(largest: number): readonly Value[] {
  const bytes = Buffer.from(Array.from({ length: 512 }, (_, i) => (i * 7) % 256));
  registerSecret(bytes);
  return [...textValues(largest), { title: 'every byte', bytes }];
}
