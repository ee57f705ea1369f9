import { LazycredError } from '../errors.js';

/** What a client of one AWS service is told. */
export interface AwsOptions {
  /** Where the service is; the SDK's own chain (environment, profile) by default. */
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  /** A role's ARN to assume for every request. */
  readonly role?: string | undefined;
  /** Another server of the protocol. */
  readonly endpoint?: string | undefined;
  /** Told of each request to STS for credentials, as by {@link traceRequests}. */
  readonly trace?: Trace | undefined;
}

/** Told a line of each request to AWS. */
export type Trace = (line: string) => void;

/** Time to open a connection, in milliseconds. */
const CONNECT_MS = 3_000;

/** Time for one request's answer to begin, in milliseconds. */
const REQUEST_MS = 10_000;

/** The first request and the retries, with the SDK's own exponential back-off. */
const ATTEMPTS = 3;

/** AWS's own domains, of every partition (AWS General Reference, "Service endpoints"). */
const AWS_HOST =
  /\.(?:amazonaws\.com(?:\.cn)?|api\.aws|amazonwebservices\.com\.cn|amazonaws\.eu|csp\.hci\.ic\.gov)$/u;

const silence = (): void => undefined;
const SILENT = { trace: silence, debug: silence, info: silence, warn: silence, error: silence };

/** Settings that every SDK client takes. */
export interface ClientSettings {
  readonly region?: string;
  readonly profile?: string;
  readonly endpoint?: string;
  readonly credentials?: () => Promise<{ accessKeyId: string; secretAccessKey: string }>;
  readonly logger: typeof SILENT;
  readonly maxAttempts: number;
  readonly userAgentAppId: string;
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: boolean;
  };
  readonly requestChecksumCalculation?: 'WHEN_REQUIRED';
  readonly responseChecksumValidation?: 'WHEN_REQUIRED';
}

/**
 * One place for client settings: region, endpoint, credentials, retries, time-outs, user agent.
 * Credentials are what the SDK resolves (environment, SSO, profile, container, instance), or the
 * role assumed with them.
 */
export async function clientSettings(o: AwsOptions): Promise<ClientSettings> {
  return {
    ...(o.region === undefined ? {} : { region: o.region }),
    ...(o.profile === undefined ? {} : { profile: o.profile }),
    // Only to watch it is the SDK's own chain put together here.
    ...(o.role === undefined && o.trace === undefined ? {} : { credentials: await credentialsOf(o) }),
    // The SDK would write to the console otherwise: what is on stderr is ours to say.
    logger: SILENT,
    maxAttempts: ATTEMPTS,
    userAgentAppId: 'lazycred',
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: REQUEST_MS,
      throwOnRequestTimeout: true,
    },
    // Others than AWS often refuse the CRC32 trailers that the SDK sends by default.
    ...(o.endpoint === undefined
      ? {}
      : {
          endpoint: o.endpoint,
          requestChecksumCalculation: 'WHEN_REQUIRED' as const,
          responseChecksumValidation: 'WHEN_REQUIRED' as const,
        }),
  };
}

async function credentialsOf({ role, region, profile, trace }: AwsOptions) {
  const { fromTemporaryCredentials, fromNodeProviderChain } = await import('@aws-sdk/credential-providers');
  const watch = (stack: Watchable['middlewareStack']): void =>
    traceRequests({ middlewareStack: stack }, 'STS', trace);
  const clientPlugins = [{ applyToStack: watch }];
  const own = fromNodeProviderChain({
    logger: SILENT,
    clientPlugins,
    ...(profile === undefined ? {} : { profile }),
  });
  if (role === undefined) return own;
  return fromTemporaryCredentials({
    params: { RoleArn: role, RoleSessionName: 'lazycred' },
    masterCredentials: own,
    clientPlugins,
    ...(region === undefined ? {} : { clientConfig: { region } }),
  });
}

/** The part of a client that {@link regionOf} asks. */
interface RegionalClient {
  readonly config: { region(): Promise<string> };
}

/**
 * The region that a client will use.
 * @throws ERR_CONFIG when nothing names one
 */
export async function regionOf(client: RegionalClient, service: string): Promise<string> {
  try {
    return await client.config.region();
  } catch (e) {
    throw new LazycredError('ERR_CONFIG', `no region for ${service}`, {
      hint: 'set region in the config, or AWS_REGION',
      cause: e,
    });
  }
}

/** The part of a client's middleware stack that is added to here: once an attempt, inside of retries. */
interface Watchable {
  readonly middlewareStack: {
    add(
      middleware: <A extends object, R>(
        next: (args: A) => Promise<R>,
        context: { readonly commandName?: string },
      ) => (args: A) => Promise<R>,
      options: { step: 'finalizeRequest'; name: string; priority?: 'low'; override?: true },
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
  return { isAws: () => AWS_HOST.test(host), isTls: () => protocol !== 'http:' };
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
