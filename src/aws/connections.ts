import { readFile } from 'node:fs/promises';
import { LazycredError } from '../errors.js';
import { printable } from '../text/printable.js';
import { namesProxy, proxyFor, type Target } from './proxy.js';
import type { Watchable } from './requests.js';
import type { AwsSurroundings } from './surroundings.js';

/** How connections are made where a proxy or authorities of one's own are named. */
export interface Connections {
  /** For the SDK's request handler; none where nothing is named, and nothing is loaded then. */
  readonly agents: Partial<ReturnType<typeof import('./agents.js').agentsOf>>;
  /** Sends a client's plain HTTP requests by way of the proxy. */
  readonly route: (client: Watchable) => void;
}

/**
 * Reads `HTTPS_PROXY` and its like, `AWS_CA_BUNDLE` and the profile's `ca_bundle`.
 *
 * @throws ERR_CONFIG for a bundle that can't be read, and a proxy that is no URL
 */
export async function connectionsOf(around: AwsSurroundings): Promise<Connections> {
  const bundle = around.variable('AWS_CA_BUNDLE') ?? around.setting('ca_bundle');
  const variable = (name: string): string | undefined => around.variable(name);
  if (bundle === undefined && !namesProxy(variable)) return { agents: {}, route: () => undefined };
  const find = (target: Target): URL | undefined => proxyFor(target, variable);
  // Looked at here, so that a wrong one is told of before the first request.
  for (const protocol of ['http:', 'https:']) find({ protocol, hostname: 'amazonaws.com', port: undefined });
  const { agentsOf, authorizationOf } = await import('./agents.js');
  const ca = bundle === undefined ? undefined : await readBundle(bundle);
  return {
    agents: agentsOf({ ca, proxyFor: find }),
    route: (client) => routePlain(client, find, authorizationOf),
  };
}

async function readBundle(file: string): Promise<string> {
  const where = `the CA bundle ${printable(file)} (AWS_CA_BUNDLE, ca_bundle)`;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (e) {
    throw new LazycredError('ERR_CONFIG', `${where} can not be read`, { location: file, cause: e });
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new LazycredError('ERR_CONFIG', `${where} holds no certificate in PEM`, { location: file });
}

interface HttpRequest {
  protocol: string;
  hostname: string;
  port: number | undefined;
  path: string;
  headers: Record<string, string>;
}

// RFC 9112, 3.2.2: a proxy is sent the whole URL. After signing, which goes by the true path and host.
function routePlain(
  client: Watchable,
  find: (target: Target) => URL | undefined,
  authorizationOf: (proxy: URL) => Record<string, string>,
): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const { request } = args as { request?: HttpRequest };
      const proxy = request?.protocol === 'http:' ? find(request) : undefined;
      if (request === undefined || proxy === undefined) return next(args);
      const { hostname, port, path } = request;
      const routed = Object.assign(
        Object.create(Object.getPrototypeOf(request) as object) as HttpRequest,
        request,
        {
          hostname: proxy.hostname,
          protocol: proxy.protocol,
          port: proxy.port === '' ? undefined : Number(proxy.port),
          path: `http://${hostname}${port === undefined ? '' : `:${port}`}${path}`,
          headers: { ...request.headers, ...authorizationOf(proxy) },
        },
      );
      return next({ ...args, request: routed });
    },
    { step: 'finalizeRequest', name: 'lazycredProxy', priority: 'low' },
  );
}
