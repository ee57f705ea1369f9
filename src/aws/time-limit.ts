import { StillWaiting } from './service-errors.js';

interface SendOptions {
  readonly abortSignal?: unknown;
}

/** The part of a client that is limited here. */
interface Sender {
  send(command: never, options?: SendOptions): Promise<unknown>;
}

/** Steps on the way to a request. */
interface Stoppable {
  readonly step: string | undefined;
  stop(): void;
}

/**
 * Lets an aborted signal end every request at once: the SDK itself looks at it only once a request is on its
 * way, and not while it waits for credentials, whose sources it gives no time limit.
 *
 * @param waiting what is being waited for, beside the service itself; stopped when no request waits any more
 */
export function endWhenAborted(client: Sender, waiting: Stoppable): void {
  let underWay = 0;
  const send = client.send.bind(client);
  client.send = async (command, options) => {
    const signal = options?.abortSignal;
    if (!(signal instanceof AbortSignal)) return send(command, options);
    let end = (): void => undefined;
    const aborted = new Promise<never>((_, reject) => {
      end = () => reject(new StillWaiting(waiting.step));
      signal.addEventListener('abort', end, { once: true });
    });
    underWay += 1;
    try {
      return await Promise.race([send(command, options), aborted]);
    } finally {
      signal.removeEventListener('abort', end);
      underWay -= 1;
      if (underWay === 0 && signal.aborted) waiting.stop();
    }
  };
}
