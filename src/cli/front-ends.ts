import type { FrontEnd } from './ancestors/front-end.js';

/** A front end as the help shows it; the rest is loaded when it is called. */
export interface FrontEndEntry {
  readonly summary: string;
  readonly load: () => Promise<{ readonly frontEnd: FrontEnd }>;
}

/** The front ends, by the name of the original's command. */
export const FRONT_ENDS: ReadonlyMap<string, FrontEndEntry> = new Map([
  ['credstash', { summary: 'CredStash’s own command line', load: () => import('./ancestors/credstash.js') }],
  ['cchain', { summary: 'cloudchain’s own command line', load: () => import('./ancestors/cchain.js') }],
  ['lazycred', { summary: 'LazyCred’s own command line', load: () => import('./ancestors/lazycred.js') }],
]);
