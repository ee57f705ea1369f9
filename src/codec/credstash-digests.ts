import { getHashes } from 'node:crypto';
import { LazycredError } from '../errors.js';
import { quote } from '../text/printable.js';
/** What CredStash takes where a row names no digest, as releases up to 1.11 wrote them. */
export const DEFAULT_CREDSTASH_DIGEST = 'SHA256';

// CredStash's names, which are case-sensitive, with OpenSSL's. A map, not an object: the name comes
// from the row.
const WRITTEN: ReadonlyMap<string, string> = new Map([
  ['SHA', 'sha1'],
  ['SHA224', 'sha224'],
  ['SHA256', 'sha256'],
  ['SHA384', 'sha384'],
  ['SHA512', 'sha512'],
  ['MD5', 'md5'],
]);

// Removed in 1.15. Release 1.12 offered all but WHIRLPOOL, 1.13 and 1.14 RIPEMD and WHIRLPOOL.
const REMOVED: ReadonlyMap<string, string> = new Map([
  ['RIPEMD', 'ripemd160'],
  ['WHIRLPOOL', 'whirlpool'],
  ['MD2', 'md2'],
  ['MD4', 'md4'],
]);

/** The digests that release 1.17.1 writes. */
export const CREDSTASH_DIGESTS: readonly string[] = [...WRITTEN.keys()];

/**
 * The platform's name of the hash that a row's `digest` names.
 *
 * @throws ERR_UNSUPPORTED naming the digest, when CredStash never had it or this platform lacks it
 */
export function hashToOpen(digest: string, name: string): string {
  const hash = WRITTEN.get(digest) ?? REMOVED.get(digest);
  if (hash !== undefined && getHashes().includes(hash)) return hash;
  if (hash === undefined) {
    throw new LazycredError('ERR_UNSUPPORTED', `unknown digest ${quote(digest)} in a CredStash record`, {
      name,
    });
  }
  const message = `the digest ${digest} of a CredStash record is not in this platform's crypto`;
  throw new LazycredError('ERR_UNSUPPORTED', message, {
    name,
    hint: REMOVED.has(digest)
      ? 'the CredStash release that wrote it reads it (1.12 to 1.14); NODE_OPTIONS=--openssl-legacy-provider brings MD4 and WHIRLPOOL'
      : 'use a Node.js whose OpenSSL is not restricted (to FIPS, say)',
  });
}

/**
 * As {@link hashToOpen}, of the digests that release 1.17.1 reads and writes.
 *
 * @throws ERR_UNSUPPORTED naming the digest
 */
export function hashToSeal(digest: string): string {
  const hash = WRITTEN.get(digest);
  if (hash !== undefined && getHashes().includes(hash)) return hash;
  throw new LazycredError(
    'ERR_UNSUPPORTED',
    `cannot write a CredStash record with the digest ${quote(digest)}`,
    {
      hint: `CredStash writes ${CREDSTASH_DIGESTS.join(', ')}`,
    },
  );
}
