import { BlockList, isIP } from 'node:net';
import { LazycredError } from '../errors.js';

/** The value of a variable; undefined for an empty one. */
type Variable = (name: string) => string | undefined;

/** Where a request is to go. */
export interface Target {
  readonly protocol: string;
  readonly hostname: string;
  readonly port: number | undefined;
}

const VARIABLES = ['https_proxy', 'http_proxy', 'all_proxy'] as const;

/** Whether a variable names a proxy at all. */
export function namesProxy(variable: Variable): boolean {
  return VARIABLES.some((name) => read(name, variable) !== undefined);
}

/**
 * The proxy for a request, as curl and the AWS CLI read the variables: `HTTPS_PROXY` or `HTTP_PROXY` by the
 * request's own protocol, else `ALL_PROXY`; not for a host of `NO_PROXY`. In lower case they count first.
 *
 * @throws ERR_CONFIG for a proxy that is no http or https URL
 */
export function proxyFor(target: Target, variable: Variable): URL | undefined {
  const name = target.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const [found] = [name, 'all_proxy'].flatMap((n) => read(n, variable) ?? []);
  if (found === undefined || isExempt(target, read('no_proxy', variable)?.text ?? '')) return undefined;
  const { text, label } = found;
  const url = /^[a-z][a-z0-9+.-]*:\/\//iu.test(text) ? text : `http://${text}`;
  if (URL.canParse(url) && /^https?:/iu.test(url)) return new URL(url);
  // The text is not shown: it could carry a password.
  throw new LazycredError('ERR_CONFIG', `${label} must name a proxy that begins with http:// or https://`, {
    hint: 'SOCKS proxies are not supported; NO_PROXY names hosts that are reached without one',
  });
}

function read(
  name: string,
  variable: Variable,
): { readonly text: string; readonly label: string } | undefined {
  for (const label of [name, name.toUpperCase()]) {
    const text = variable(label);
    if (text !== undefined) return { text, label };
  }
  return undefined;
}

// curl's manual, "no_proxy": names with everything below them, addresses, networks, `*`; a port may follow.
function isExempt({ hostname, port, protocol }: Target, list: string): boolean {
  const host = hostname.replace(/^\[|\]$/gu, '').toLowerCase();
  const at = port ?? (protocol === 'https:' ? 443 : 80);
  return list.split(/[\s,]+/u).some((entry) => {
    if (entry === '*') return true;
    const [, name = entry, wanted] = /^(.*[^:]):(\d+)$/u.exec(entry) ?? [];
    if (wanted !== undefined && Number(wanted) !== at) return false;
    if (name.includes('/')) return isInNetwork(host, name);
    const suffix = name
      .replace(/^\*?\./u, '')
      .replace(/^\[|\]$/gu, '')
      .toLowerCase();
    return suffix !== '' && (host === suffix || host.endsWith(`.${suffix}`));
  });
}

function isInNetwork(host: string, network: string): boolean {
  const [address = '', bits = ''] = network.split('/');
  const family = isIP(address);
  if (family === 0 || family !== isIP(host) || !/^\d{1,3}$/u.test(bits)) return false;
  if (Number(bits) > (family === 4 ? 32 : 128)) return false;
  const block = new BlockList();
  const type = family === 4 ? 'ipv4' : 'ipv6';
  block.addSubnet(address, Number(bits), type);
  return block.check(host, type);
}
