import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { AnswerTooLong, MAX_FAILURE_BYTES } from './bounded.js';

// Node's own, told of each request that this process begins (manual, "Built-in Channels").
const STARTED = 'http.client.request.start';

/** One search for credentials. */
interface Search {
  isTooLong: boolean;
}

const searches = new AsyncLocalStorage<Search>();

/**
 * Runs a search for credentials in which no answer is read beyond 1 MiB, whoever asks: the SDK's clients of STS and
 * SSO take no settings of ours, and what it asks of containers and instances goes through no client. Real
 * answers have some kilobytes.
 *
 * @param failed the failure to throw where the search failed for such an answer, which the SDK may have hidden
 *   behind one of its own
 */
export async function withBoundedAnswers<T>(
  run: () => Promise<T>,
  failed: (tooLong: AnswerTooLong) => Error,
): Promise<T> {
  const search: Search = { isTooLong: false };
  const started = (message: unknown): void => {
    // Requests of this search alone: others are under way beside it.
    if (searches.getStore() === search) boundAnswer((message as { request: ClientRequest }).request, search);
  };
  subscribe(STARTED, started);
  try {
    return await searches.run(search, run);
  } catch (e) {
    throw search.isTooLong ? failed(tooLong()) : e;
  } finally {
    unsubscribe(STARTED, started);
  }
}

function boundAnswer(request: ClientRequest, search: Search): void {
  request.prependOnceListener('response', (response: IncomingMessage) => {
    let size = 0;
    const push = response.push.bind(response);
    // Where Node hands over what came: to listen for it here would take it from whoever reads it.
    response.push = (chunk: Uint8Array | null, encoding?: BufferEncoding): boolean => {
      size += chunk?.length ?? 0;
      if (size <= MAX_FAILURE_BYTES) return push(chunk, encoding);
      if (response.destroyed) return false;
      search.isTooLong = true;
      response.destroy(tooLong());
      // Who collects the answer by hand listens on the request alone.
      if (request.listenerCount('error') > 0) request.emit('error', tooLong());
      return false;
    };
  });
}

function tooLong(): AnswerTooLong {
  return new AnswerTooLong('the answer is longer than 1 MiB: no such service answers so');
}
