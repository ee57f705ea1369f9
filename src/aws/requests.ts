/** Told a line of each request to AWS. */
export type Trace = (line: string) => void;

/** AWS's own domains, of every partition (AWS General Reference, "Service endpoints"). */
const AWS_HOST =
  /\.(?:amazonaws\.com(?:\.cn)?|api\.aws|amazonwebservices\.com\.cn|amazonaws\.eu|csp\.hci\.ic\.gov)$/u;

/** Whether a host is AWS's own: another server needs path style, and no checksums that it doesn't know. */
export function isAwsHost(host: string): boolean {
  return AWS_HOST.test(host);
}

/** The part of a client's middleware stack that is added to at one step; by default once an attempt, inside of retries. */
export interface Watchable<Step extends string = 'finalizeRequest'> {
  readonly middlewareStack: {
    add(
      middleware: <A extends object, R>(
        next: (args: A) => Promise<R>,
        context: { readonly commandName?: string },
      ) => (args: A) => Promise<R>,
      options: { step: Step; name: string; priority?: 'low'; override?: true },
    ): void;
  };
}

/** What is known of the server that a client talks to, from its first request on. */
export interface WatchedHost {
  /** Whether it is AWS's own; false before. */
  readonly isAws: () => boolean;
  /** Whether requests go over TLS; true before. */
  readonly isTls: () => boolean;
}

/** Watches which host a client talks to, wherever its endpoint was set (option, environment, profile). */
export function watchHost(client: Watchable): WatchedHost {
  let host = '';
  let protocol = '';
  client.middlewareStack.add(
    (next) => (args) => {
      const { request } = args as { request?: { hostname?: unknown; protocol?: unknown } };
      if (typeof request?.hostname === 'string') host = request.hostname;
      if (typeof request?.protocol === 'string') protocol = request.protocol;
      return next(args);
    },
    { step: 'finalizeRequest', name: 'lazycredWatchHost' },
  );
  return { isAws: () => isAwsHost(host), isTls: () => protocol !== 'http:' };
}

/**
 * Tells `trace` of each attempt of a client's requests, when it has ended: service, operation, host,
 * status (or the failure's name), time, and which attempt it was after the first. Nothing of what was
 * asked or answered.
 */
export function traceRequests(client: Watchable, service: string, trace: Trace | undefined): void {
  if (trace === undefined) return;
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const start = performance.now();
      const tell = (outcome: string | number): void => {
        const operation = context.commandName?.replace(/Command$/u, '') ?? 'request';
        const { host, attempt } = describeRequest(args);
        const ms = Math.round(performance.now() - start);
        trace(`${service} ${operation} ${host} ${outcome} ${ms} ms${attempt}`);
      };
      try {
        const result = await next(args);
        tell((result as { response?: { statusCode?: number } }).response?.statusCode ?? 'done');
        return result;
      } catch (e) {
        const { name, $metadata } = e as { name?: string; $metadata?: { httpStatusCode?: number } };
        tell(`${$metadata?.httpStatusCode ?? 'failed:'} ${name ?? ''}`);
        throw e;
      }
    },
    // The SDK adds its plugins to its client of STS anew for each request.
    { step: 'finalizeRequest', name: 'lazycredTrace', priority: 'low', override: true },
  );
}

function describeRequest(args: object): { readonly host: string; readonly attempt: string } {
  const { request = {} } = args as {
    request?: { hostname?: unknown; headers?: Readonly<Record<string, string>> };
  };
  // The SDK's retry strategy numbers attempts in this header ("attempt=2; max=3").
  const attempt = Number(/attempt=(\d+)/u.exec(request.headers?.['amz-sdk-request'] ?? '')?.[1] ?? 1);
  return {
    host: typeof request.hostname === 'string' ? request.hostname : '',
    attempt: attempt > 1 ? `, attempt ${attempt}` : '',
  };
}
