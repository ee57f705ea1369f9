import type { Secret } from '../../index.js';
import { isLazycredError } from '../../errors.js';

/** A secret with its value as JSON shows it: `value`, or `base64` where the value is not UTF-8. */
export function plainSecret(secret: Secret): object {
  const { name, version, created, by, comment, tags } = secret;
  const about = { name, version, created: created ?? null, by: by ?? null, comment: comment ?? null, tags };
  try {
    return { ...about, value: secret.text() };
  } catch (e) {
    if (!isLazycredError(e, 'ERR_USAGE')) throw e;
    return { ...about, base64: Buffer.from(secret.bytes()).toString('base64') };
  }
}
