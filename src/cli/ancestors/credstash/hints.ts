import type { HintWords } from '../../../hints.js';
import { WITHOUT_OPTIONS } from '../hints.js';

/** CredStash's command line has options of its own, and lazy's commands look where lazy's settings point. */
export const CREDSTASH_HINTS: HintWords = {
  ...WITHOUT_OPTIONS,
  'list-names': () => 'credstash keys lists the names that are there',
  'look-at-history': () => 'credstash list shows the versions',
  'look-whether-written': () => 'see credstash list or get, and write it again if it is not there',
  'look-whether-removed': () => 'see credstash list, and put again if the value is not there',
  'destroy-instead': () => 'credstash delete removes it for good',
  'read-bytes': () => 'credstash get with its whole name writes the bytes as they are',
  'accept-format': () => "lazy's own commands read it: this one knows CredStash's records alone",
  'check-location': () => 'check -t, -r and --kms-region',
  'check-table': () => 'check -t and -r; credstash setup makes the table',
  'check-key': () => 'check -k, -r and --kms-region',
  'same-context': () =>
    'what was put with a context opens with the same one only: KEY=VALUE words behind the name',
  'give-greater-version': () => 'give a version that sorts after it (-v), or delete that row',
};

/** A version that is taken: the library, which was told the version, has no hint for that. */
export const TAKEN = '-v takes a version that is free, -a makes the one after the newest';
