import { LazycredError } from '../../errors.js';
import { SCHEME } from '../../references/reference.js';
import { printable, quote } from '../../text/printable.js';
import { decodeUtf8 } from '../../text/utf8.js';

/** Never handed on: it opens every secret that a passphrase seals. */
const OWN = ['LAZYCRED_PASSPHRASE'];

/** What `--pristine` leaves of the inherited environment. */
const PRISTINE = ['PATH', 'TERM'];

/** Longest `NAME=VALUE` that Linux passes to a program, in bytes, its final NUL included (execve(2), MAX_ARG_STRLEN). */
const LONGEST_ON_LINUX = 131_072;

/** A fetched variable: bytes, since a value need not be text. */
export interface Variable {
  readonly name: string;
  readonly value: Uint8Array;
}

/** What an environment is made of. */
export interface EnvironmentParts {
  readonly inherited: NodeJS.ProcessEnv;
  /** Nothing is inherited but PATH, TERM and `keep`. */
  readonly pristine: boolean;
  /** Inherited variables that stay as they are. */
  readonly keep: readonly string[];
  /** Later ones win over earlier ones, and all over inherited ones. */
  readonly variables: readonly Variable[];
}

/** The environment of a program, and which inherited variables are other in it. */
export interface MadeEnvironment {
  readonly env: Record<string, string>;
  readonly replaced: readonly string[];
}

/**
 * Puts an environment together.
 *
 * @throws ERR_USAGE naming every variable that the system can't pass on, never anything of a value
 */
export function makeEnvironment(parts: EnvironmentParts): MadeEnvironment {
  const kept = new Set(parts.keep);
  const stays = (name: string): boolean => !parts.pristine || PRISTINE.includes(name) || kept.has(name);
  const env = new Map<string, string>();
  for (const [name, value] of Object.entries(parts.inherited)) {
    if (value !== undefined && stays(name) && !OWN.includes(name)) env.set(name, value);
  }
  const problems: string[] = [];
  const replaced = new Set<string>();
  for (const { name, value } of parts.variables) {
    if (kept.has(name) && parts.inherited[name] !== undefined) continue;
    const text = decodeUtf8(value);
    const why = text === undefined ? 'is not UTF-8' : unpassable(name, text);
    if (why !== undefined) problems.push(`${printable(name)} ${why}`);
    // A reference was there to be replaced.
    const old = env.has(name) ? parts.inherited[name] : undefined;
    if (old !== undefined && old !== text && !old.startsWith(SCHEME)) replaced.add(name);
    env.set(name, text ?? '');
  }
  if (problems.length > 0) {
    throw new LazycredError('ERR_USAGE', `cannot pass on ${problems.join('; ')}`, {
      hint: '--file NAME=SECRET hands a value over as a file, whatever it holds',
    });
  }
  return { env: Object.fromEntries(env), replaced: [...replaced] };
}

function unpassable(name: string, text: string): string | undefined {
  if (text.includes('\0')) return 'holds a NUL';
  const length = Buffer.byteLength(name) + Buffer.byteLength(text) + 2;
  if (process.platform === 'linux' && length > LONGEST_ON_LINUX) return 'is longer than 128 KiB';
  return undefined;
}

/**
 * The name of a variable that a person typed.
 *
 * @throws ERR_USAGE
 */
export function variableName(text: string, option: string): string {
  if (/^[^\s=\p{Cc}]+$/u.test(text)) return text;
  throw new LazycredError('ERR_USAGE', `--${option}: ${quote(text)} is not the name of a variable`, {
    hint: `--${option} NAME=SECRET`,
  });
}
