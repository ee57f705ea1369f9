import { LazycredError } from '../errors.js';
import { quote } from '../text/printable.js';
import { storedName, type SecretName } from './names.js';

/** The two keys of cloudchain's rows. */
export interface CloudchainName {
  readonly service: string;
  readonly username: string;
}

// `%2F`, and what stands for it where it is meant literally: `%252F`, and `%25252F` for that. No other
// `%` is special, so that nearly every name is written as it is.
const ESCAPED = /%((?:25)*)2F/giu;

/**
 * The name of a row: `service/username`, where the last `/` separates. A `/` in the user's name
 * becomes `%2F`; in the service's it stays.
 *
 * @throws ERR_USAGE when a part is empty or not well-formed Unicode
 */
export function cloudchainName(service: string, username: string): SecretName {
  const name = `${escaped(service)}/${escaped(username).replaceAll('/', '%2F')}`;
  if (service === '' || username === '') throw badName(name);
  return storedName(name);
}

/**
 * The row of a name: `service/username`, the last `/` separates, and `%2F` (in either case) stands for
 * one inside a part. The inverse of {@link cloudchainName}.
 *
 * @throws ERR_USAGE when there is no `/`, a part is empty, or the name is not well-formed Unicode
 * @example
 * parseCloudchainName('billing/db/ann@example.com'); // { service: 'billing/db', username: 'ann@example.com' }
 */
export function parseCloudchainName(name: string): CloudchainName {
  const at = storedName(name).lastIndexOf('/');
  if (at < 1 || at === name.length - 1) throw badName(name);
  return { service: unescaped(name.slice(0, at)), username: unescaped(name.slice(at + 1)) };
}

function escaped(part: string): string {
  return part.replace(ESCAPED, (found) => `%25${found.slice(1)}`);
}

function unescaped(part: string): string {
  return part.replace(ESCAPED, (found, deeper: string) => (deeper === '' ? '/' : `%${found.slice(3)}`));
}

function badName(name: string): LazycredError {
  return new LazycredError('ERR_USAGE', `bad name ${quote(name)}: cloudchain's are service/username`, {
    name,
    hint: 'the last "/" separates the two; write %2F for one inside the username',
  });
}
