import { setTimeout as sleep } from 'node:timers/promises';
import { LazycredError } from '../errors.js';
import { failureShape, serviceError } from '../aws/service-errors.js';

/** What a request of a set-up is about, for its failure. */
export interface SetupCall {
  /** Service and region: `S3 in eu-west-1`. */
  readonly service: string;
  /** The IAM action that it needs: `s3:CreateBucket`. */
  readonly permission: string;
  /** Further actions that this form of it needs, for the hint. */
  readonly also?: string | undefined;
  /** What it is done to: `bucket acme-secrets`. */
  readonly what: string;
  readonly location: string;
  readonly signal?: AbortSignal | undefined;
}

/** Says what a request is about by the permission that it needs: `call('kms:CreateKey')`. */
export type CallFor = (permission: string, also?: string) => SetupCall;

export type SendOptions = { abortSignal?: AbortSignal };

// What the services call a caller who is known but not allowed; a stranger has other names (expired
// token, bad signature), which are not about a permission.
const DENIED: ReadonlySet<string> = new Set(['AccessDenied', 'AccessDeniedException']);

// IAM's own sentence, where the service passes it on.
const NOT_AUTHORIZED = /not authorized to perform: ([a-z0-9-]{1,40}:[A-Za-z]{1,80})/u;

/**
 * Makes one request. A failure whose name is in `expected` is answered with what stands there; one
 * for want of a permission is ERR_ACCESS naming it; all else as `serviceError`.
 *
 * @example
 * const tags = await ask(call, (o) => client.send(command, o), { NoSuchTagSet: 'none' });
 */
export async function ask<T, E extends string = never>(
  call: SetupCall,
  request: (options: SendOptions) => Promise<T>,
  expected: Readonly<Record<string, E>> = {},
): Promise<T | E> {
  const { signal } = call;
  signal?.throwIfAborted();
  try {
    return await request(signal === undefined ? {} : { abortSignal: signal });
  } catch (e) {
    const { name, message } = failureShape(e);
    if (signal?.aborted !== true) {
      const answer = Object.hasOwn(expected, name) ? expected[name] : undefined;
      if (answer !== undefined) return answer;
      if (DENIED.has(name)) throw denied(call, NOT_AUTHORIZED.exec(message)?.[1] ?? call.permission, e);
    }
    throw serviceError(e, { ...call, action: `${call.permission} on ${call.what}` });
  }
}

function denied(call: SetupCall, permission: string, cause: unknown): LazycredError {
  const also = call.also === undefined ? '' : `, which here also needs ${call.also}`;
  return new LazycredError('ERR_ACCESS', `not allowed to ${permission} on ${call.what}`, {
    location: call.location,
    hint: `allow ${permission} for these credentials${also}; aws sts get-caller-identity tells whose they are`,
    cause,
  });
}

/** Time between two attempts of {@link settle}, in milliseconds: the first, and the longest. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 3_000;

/** How long {@link settle} goes on, in milliseconds: a table takes seconds, its first backup a minute or two. */
const SETTLE_MS = 5 * 60_000;

/**
 * Repeats `attempt` while it answers `again`: for what a service needs a while to do, and for changes
 * that its other servers see a moment later.
 *
 * @throws ERR_UNAVAILABLE after five minutes
 */
export async function settle<T>(
  call: Omit<SetupCall, 'permission'>,
  attempt: () => Promise<T | 'again'>,
): Promise<T> {
  const end = performance.now() + SETTLE_MS;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const result = await attempt();
    if (result !== 'again') return result;
    if (performance.now() + pause > end) {
      const { service, what, location } = call;
      const message = `${service} is not done with ${what} after ${SETTLE_MS / 60_000} minutes`;
      throw new LazycredError('ERR_UNAVAILABLE', message, {
        location,
        hint: 'run the set-up again: it goes on where it stopped',
      });
    }
    try {
      await sleep(pause, undefined, { signal: call.signal });
    } catch (e) {
      call.signal?.throwIfAborted();
      throw e;
    }
  }
}
