/**
 * The bytes of RFC 4648 §4 base64, padded and canonical; undefined for anything else. Node's own
 * decoder skips what it doesn't know, so two texts could mean the same bytes: the text must re-encode
 * to itself.
 */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** As {@link decodeBase64} for RFC 4648 §5 (url-safe), padded: Fernet's alphabet. */
export function decodeBase64Url(text: string): Buffer | undefined {
  const standard = text.replaceAll('-', '+').replaceAll('_', '/');
  return decodeBase64(standard);
}

/** How long the padded base64 of so many bytes is. */
export function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

/** RFC 4648 §5 base64 with padding, which Node's `base64url` leaves out. */
export function encodeBase64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}
