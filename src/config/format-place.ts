import type { Format } from '../record.js';
import { unfit } from './problems.js';
import type { Location } from './settings.js';

/** Where the tools of an ancestor look for records; native ones lie anywhere. */
const PLACES: Readonly<Partial<Record<Format, { readonly kind: Location['kind']; readonly shown: string }>>> =
  {
    lazycred: { kind: 's3', shown: 's3://BUCKET/PREFIX/' },
    credstash: { kind: 'dynamodb', shown: 'dynamodb://TABLE' },
    cloudchain: { kind: 'dynamodb', shown: 'dynamodb://TABLE' },
  };

/**
 * Refuses an ancestor's format in a store where none of its tools would find a record.
 *
 * @throws ERR_CONFIG
 */
export function refuseMisplaced(format: Format, store: Location): void {
  const place = PLACES[format];
  if (place === undefined || place.kind === store.kind) return;
  unfit(`${format} needs a store such as ${place.shown}`, 'native records lie in a store of any kind');
}
