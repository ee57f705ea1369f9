import { STORE_KINDS, storeKind, type Location } from '../kinds/stores.js';
import { parseTable } from '../kinds/stores/dynamodb.js';
import { parseS3Path } from '../kinds/stores/s3.js';
import type { Format } from '../record.js';
import type { Base } from '../text/paths.js';
import { unfit } from '../text/unfit.js';

/** A store as configured: a place, or the name of one under `stores`. */
export type StoreChoice =
  /** `implies`: the format of the ancestor whose own setting names it. */
  { readonly location: Location; readonly implies?: Format } | { readonly name: string };

const STORE_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/u;

/** Whether `name` may stand under `stores`: it can't be taken for a location. */
export function isStoreName(name: string): boolean {
  return STORE_NAME.test(name);
}

/** Reads `store`: a location or a store's name. */
export function readStore(text: string, base: Base): StoreChoice {
  return isStoreName(text) ? { name: text } : { location: parseLocation(text, base) };
}

/** Reads LazyCred's `s3_path`. */
export function readS3Path(text: string): StoreChoice {
  return { location: parseS3Path(text), implies: 'lazycred' };
}

/** Reads cloudchain's `tablename`. */
export function readTable(text: string): StoreChoice {
  return { location: parseTable(text), implies: 'cloudchain' };
}

function parseLocation(text: string, base: Base): Location {
  for (const kind of STORE_KINDS) {
    const location = kind.parse(text, base);
    if (location !== undefined) return location;
  }
  // Nothing of an unknown scheme is shown but its name: the rest could hold a password.
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/u.exec(text)?.[1];
  return unfit(
    scheme === undefined
      ? 'it is neither a location nor the name of a store'
      : `unknown kind of store "${scheme}:"`,
    `use one of ${STORE_KINDS.map((k) => k.form).join(', ')}`,
  );
}

/** Whether what is put there is there after the process has ended. */
export function lasts(store: Location): boolean {
  return storeKind(store).withoutKey !== 'throw-away';
}

/** A location as a setting spells it: `s3://acme/creds/`; the opposite of {@link readStore}. */
export function showLocation(store: Location): string {
  return storeKind(store).show(store);
}

/**
 * Refuses an ancestor's format in a store where none of its tools would find a record.
 *
 * @throws ERR_CONFIG
 */
export function refuseMisplaced(format: Format, store: Location): void {
  if (storeKind(store).formats.includes(format)) return;
  const fitting = STORE_KINDS.filter((k) => k.formats.includes(format)).map((k) => k.form);
  unfit(
    `${format} needs a store such as ${fitting.join(' or ')}`,
    'native records lie in a store of any kind',
  );
}
