import type { Fields, Format } from '../record.js';
import { DATA_FIELD } from './claims.js';

/** An ancestor's record, as it is stored. */
export interface AncestorFields {
  /** The fields by which its record is known: it has all of them, and no other format's record has. */
  readonly marks: readonly string[];
  /** The field that holds the value. */
  readonly value: string;
}

/** What each ancestor's record looks like. */
export const ANCESTORS: Readonly<Record<Exclude<Format, 'native'>, AncestorFields>> = {
  lazycred: { marks: [DATA_FIELD, 'key'], value: DATA_FIELD },
  credstash: { marks: ['contents', 'hmac', 'key'], value: 'contents' },
  cloudchain: { marks: ['Secret'], value: 'Secret' },
};

/** The fields that hold a value, in every format; what listings leave out. */
const VALUE_FIELDS: readonly string[] = [DATA_FIELD, ...Object.values(ANCESTORS).map(({ value }) => value)];

/** The fields without the value. */
export function withoutValue(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([field]) => !VALUE_FIELDS.includes(field)));
}
