import type { Watchable } from './requests.js';
import { Readable } from 'node:stream';

const MEBIBYTE = 1024 * 1024;

/**
 * Most bytes of an answer that is read: a page of S3's has 1,000 keys of at most 1,024 bytes, which XML may
 * write six times as long; one of DynamoDB's has 1 MB of items, as JSON writes them. An object's own body is
 * counted where it is read.
 */
export const MAX_ANSWER_BYTES = 16 * MEBIBYTE;

/** The same for a failure's, which has a sentence. */
export const MAX_FAILURE_BYTES = MEBIBYTE;

/** An answer that was longer than any of the service's. */
export class AnswerTooLong extends Error {
  override readonly name = 'AnswerTooLong';
}

/** A client whose answers are bounded: once an attempt, before each is parsed. */
type Bounded = Watchable<'deserialize'>;

/**
 * Bounds what a client collects of each answer, a failure's too: beyond that the stream is destroyed and the
 * request fails with {@link AnswerTooLong}, which is not sent again.
 */
export function boundAnswers(client: Bounded): void {
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const result = await next(args);
        const { response } = result as { response?: { body?: unknown; statusCode?: unknown } };
        if (!(response?.body instanceof Readable)) return result;
        const failed = typeof response.statusCode === 'number' && response.statusCode >= 300;
        if (failed || commandName !== 'GetObjectCommand') {
          response.body = bounded(response.body, failed ? MAX_FAILURE_BYTES : MAX_ANSWER_BYTES);
        }
        return result;
      },
    // Next to the connection: inside of what parses answers.
    { step: 'deserialize', name: 'lazycredBoundAnswers', priority: 'low', override: true },
  );
}

function bounded(body: Readable, most: number): Readable {
  return Readable.from(count(body, most), { objectMode: false });
}

async function* count(body: Readable, most: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  // Leaving the loop early destroys the stream, so that the rest isn't fetched.
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > most) {
      throw new AnswerTooLong(`the answer is longer than ${most / MEBIBYTE} MiB: no such service answers so`);
    }
    yield chunk;
  }
}
