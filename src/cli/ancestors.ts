import type { FrontEnd } from './ancestors/front-end.js';

/** The command line of an ancestor as the help shows it; the rest is loaded when it is called. */
export interface AncestorEntry {
  readonly summary: string;
  readonly load: () => Promise<{ readonly frontEnd: FrontEnd }>;
}

/** The ancestors' command lines, by the name of the original's command: also what `lazy` may be linked as. */
export const ANCESTORS: ReadonlyMap<string, AncestorEntry> = new Map([
  ['credstash', { summary: 'CredStash’s own command line', load: () => import('./ancestors/credstash.js') }],
  ['cchain', { summary: 'cloudchain’s own command line', load: () => import('./ancestors/cchain.js') }],
  ['lazycred', { summary: 'LazyCred’s own command line', load: () => import('./ancestors/lazycred.js') }],
]);
