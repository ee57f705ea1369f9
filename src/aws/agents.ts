import { Buffer } from 'node:buffer';
import { request as httpRequest, Agent as HttpAgent, type ClientRequest } from 'node:http';
import { request as httpsRequest, Agent } from 'node:https';
import type { Duplex } from 'node:stream';
import { LazycredError } from '../errors.js';
import type { Target } from './proxy.js';

/** What a connection over TLS is made with. */
export interface AgentOptions {
  /** Certificates of the authorities that count, instead of the well-known ones; PEM. */
  readonly ca: string | undefined;
  readonly proxyFor: (target: Target) => URL | undefined;
}

/** As the SDK's own agents. */
const KEPT = { keepAlive: true, maxSockets: 50 } as const;

interface ConnectOptions {
  readonly host?: string;
  readonly port?: number;
}
type Connected = (e: Error | null, socket?: Duplex) => void;
interface Connecting {
  createConnection(options: object, done?: Connected): Duplex | undefined;
}

/** The agents of one client's request handler. */
export function agentsOf(o: AgentOptions): { readonly httpAgent: HttpAgent; readonly httpsAgent: Agent } {
  const httpsAgent = new Agent({ ...KEPT, ...(o.ca === undefined ? {} : { ca: o.ca }) });
  // Node's declarations leave this method out, which its manual says may be replaced.
  const agent = httpsAgent as unknown as Connecting;
  const direct = agent.createConnection.bind(agent);
  agent.createConnection = (options: ConnectOptions, done) => {
    const { host = '', port = 443 } = options;
    const proxy = o.proxyFor({ protocol: 'https:', hostname: host, port });
    if (proxy === undefined) return direct(options, done);
    tunnel({ proxy, host, port, ca: o.ca }, (e, socket) => {
      if (e === null) done?.(null, direct({ ...options, socket }));
      else done?.(e);
    });
    return undefined;
  };
  return { httpAgent: new HttpAgent(KEPT), httpsAgent };
}

interface Tunnel {
  readonly proxy: URL;
  readonly host: string;
  readonly port: number;
  readonly ca: string | undefined;
}

// RFC 9110, 9.3.6: after a 2xx answer to CONNECT the connection is one to the host itself.
function tunnel({ proxy, host, port, ca }: Tunnel, done: Connected): void {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const options = {
    method: 'CONNECT',
    host: proxy.hostname.replace(/^\[|\]$/gu, ''),
    port: proxy.port === '' ? undefined : Number(proxy.port),
    path: authority,
    headers: { host: authority, ...authorizationOf(proxy) },
    agent: false as const,
  };
  const isTls = proxy.protocol === 'https:';
  const request: ClientRequest = isTls
    ? httpsRequest({ ...options, ...(ca === undefined ? {} : { ca }) })
    : httpRequest(options);
  request.once('connect', ({ statusCode = 0 }, socket) => {
    if (statusCode >= 200 && statusCode < 300) return done(null, socket);
    socket.destroy();
    return done(refusal(proxy, host, statusCode));
  });
  // A proxy that answers with a page instead, as one does that does not know the method.
  request.once('response', ({ statusCode = 0 }) => {
    request.destroy();
    done(refusal(proxy, host, statusCode));
  });
  request.once('error', done);
  request.end();
}

/** The header by which a proxy knows the user that its URL names. */
export function authorizationOf({ username, password }: URL): { 'proxy-authorization'?: string } {
  if (username === '' && password === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

function refusal(proxy: URL, host: string, status: number): LazycredError {
  const code = status === 407 || status === 403 ? 'ERR_ACCESS' : 'ERR_UNAVAILABLE';
  const message = `the proxy ${proxy.host} does not connect to ${host}: status ${status}`;
  const hint =
    status === 407
      ? 'put user and password into the proxy’s URL'
      : 'check the proxy, or name the host in NO_PROXY';
  return new LazycredError(code, message, { hint });
}
