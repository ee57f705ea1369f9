import type { Fields, Format } from '../record.js';
import { ANCESTORS, type AncestorFields } from '../record/ancestors.js';
import {
  AT_FIELD,
  DATA_FIELD,
  FORMAT_FIELD,
  FORMAT_NUMBER,
  HEADER_FIELD,
  STATE_FIELD,
} from '../record/claims.js';

/**
 * What a stored record is: a format, a version without a value, another tool's that is known and not read, or
 * nothing that we know.
 */
export type RecordKind = Format | 'stub' | 'newer' | 'credsmash' | 'broken';

// credsmash 3.0.2, `crypto/`: CredStash's table, with how a row is sealed beside it (`aes-ctr`, `aes-gcm`). Without
// these members, or with this algorithm, its rows are CredStash's own.
const CREDSMASH_FIELDS: readonly string[] = ['nonce', 'iv', 'tag'];
const CREDSTASH_ALGORITHM = 'aes-ctr-legacy';

const NEWER = /^[1-9][0-9]{0,8}$/u;

const OF_ANCESTORS = Object.entries(ANCESTORS) as [keyof typeof ANCESTORS, AncestorFields][];

const NATIVE_FIELDS = [
  FORMAT_FIELD,
  HEADER_FIELD,
  DATA_FIELD,
  STATE_FIELD,
  'version',
  'nonce',
  AT_FIELD,
  'by',
];

/** Tells formats apart by their fields; a mixture of two is `broken`. */
export function recordKind(fields: Fields): RecordKind {
  const has = (key: string) => Object.hasOwn(fields, key);
  const number = fields[FORMAT_FIELD];
  if (number !== undefined) {
    if (number !== FORMAT_NUMBER) return NEWER.test(number) && number !== '0' ? 'newer' : 'broken';
    if (!Object.keys(fields).every((key) => NATIVE_FIELDS.includes(key))) return 'broken';
    return has(STATE_FIELD) ? 'stub' : 'native';
  }
  if (has(HEADER_FIELD) || has(STATE_FIELD)) return 'broken';
  if (isCredsmash(fields)) return 'credsmash';
  // A record's own extra members are its writer's business; another format's marks are a mixture.
  const present = new Set(OF_ANCESTORS.flatMap(([, { marks }]) => marks.filter(has)));
  const found = OF_ANCESTORS.find(([, { marks }]) => marks.length === present.size && marks.every(has));
  return found?.[0] ?? 'broken';
}

function isCredsmash(fields: Fields): boolean {
  if (fields['contents'] === undefined || fields['key'] === undefined) return false;
  const { algorithm = CREDSTASH_ALGORITHM } = fields;
  return algorithm !== CREDSTASH_ALGORITHM || CREDSMASH_FIELDS.some((field) => fields[field] !== undefined);
}
