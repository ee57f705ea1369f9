import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { LazycredError } from '../../errors.js';

/**
 * Largest object that is written or read, in bytes. Ours have less than one MiB; LazyCred set no limit, and a value
 * takes 4/3 of its size there.
 */
export const MAX_BODY_BYTES = 16 * 1024 * 1024;

/**
 * The whole body of an object.
 *
 * @throws ERR_INTEGRITY when it is larger than {@link MAX_BODY_BYTES}; an `Error` when it broke off
 */
export async function readBody(out: GetObjectCommandOutput, name: string | undefined): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  if (out.Body === undefined) return Buffer.alloc(0);
  // Leaving the loop early destroys the stream, so that the rest isn't fetched.
  for await (const chunk of out.Body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) {
      throw new LazycredError('ERR_INTEGRITY', 'the stored object is larger than 16 MiB: no record', {
        name,
      });
    }
    chunks.push(Buffer.from(chunk));
  }
  if (out.ContentLength !== undefined && out.ContentLength !== size) throw new Error('the body broke off');
  return Buffer.concat(chunks, size);
}
