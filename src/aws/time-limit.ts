import { StillWaiting } from './service-errors.js';

interface SendOptions {
  readonly abortSignal?: unknown;
}

/** The part of a client that is limited here. */
interface Sender {
  send(command: never, options?: SendOptions): Promise<unknown>;
}

/**
 * Lets an aborted signal end every request at once: the SDK itself looks at it only once a request is on its
 * way, and not while it waits for credentials, whose sources it gives no time limit.
 *
 * @param step what is being waited for, beside the service itself
 */
export function endWhenAborted(client: Sender, step: () => string | undefined): void {
  const send = client.send.bind(client);
  client.send = async (command, options) => {
    const signal = options?.abortSignal;
    if (!(signal instanceof AbortSignal)) return send(command, options);
    let end = (): void => undefined;
    const aborted = new Promise<never>((_, reject) => {
      end = () => reject(new StillWaiting(step()));
      signal.addEventListener('abort', end, { once: true });
    });
    try {
      return await Promise.race([send(command, options), aborted]);
    } finally {
      signal.removeEventListener('abort', end);
    }
  };
}
