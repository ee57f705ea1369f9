import { hash } from 'node:crypto';
import { loadConfig, type LoadedConfig } from '../../config.js';
import { openStore } from '../../connect.js';
import { printable } from '../../text/printable.js';
import { inlineConfig, OPTION_NAMES, type Given } from '../arguments/options.js';
import { openCacheFolder } from '../boot/cache-folder.js';
import { currentFolder } from '../current-folder.js';
import { namesCache, type NamesCache } from './names-cache.js';

/** AWS's variables that are secrets: even a digest needs none of them, since the key's id tells whose they are. */
const SECRET_VARIABLES: ReadonlySet<string> = new Set(['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']);

/** Which names are looked for. */
export interface Sought {
  /** What they begin with. */
  readonly begun: string;
  readonly deleted: boolean;
  /** The options on the command line. */
  readonly given: Given;
}

/**
 * The names in the configured store that begin with `begun`, but for those that a terminal can't show as they are.
 * Asks for nothing, no passphrase and no MFA code; opens no secret.
 *
 * @throws LazycredError where the store doesn't answer, or the configuration is wrong
 */
export async function namesBeginning(sought: Sought, signal: AbortSignal): Promise<string[]> {
  const { begun, deleted, given } = sought;
  const around = { cwd: currentFolder(), env: process.env };
  const config = await loadConfig({
    ...around,
    inline: inlineConfig(given),
    inlineNames: OPTION_NAMES,
    file: given.text('config'),
    allowDefault: true,
  });
  const uid = process.getuid?.();
  const folder = uid === undefined ? undefined : openCacheFolder(process.env, uid);
  const cache = uid === undefined || folder === undefined ? undefined : namesCache(folder, uid);
  const keyOf = (prefix: string): string => JSON.stringify([identityOf(config), deleted, prefix]);
  const kept = cache === undefined ? undefined : keptFor(begun, cache, keyOf);
  const names = kept ?? (await listed(config, { begun, deleted }, signal));
  if (kept === undefined) cache?.write(keyOf(begun), names);
  return names.filter((name) => name.startsWith(begun));
}

/** A listing of a shorter beginning holds the longer one's names. */
function keptFor(
  begun: string,
  cache: NamesCache,
  keyOf: (prefix: string) => string,
): readonly string[] | undefined {
  for (let length = begun.length; length >= 0; length--) {
    const names = cache.read(keyOf(begun.slice(0, length)));
    if (names !== undefined) return names;
  }
  return undefined;
}

async function listed(
  config: LoadedConfig,
  { begun, deleted }: Omit<Sought, 'given'>,
  signal: AbortSignal,
): Promise<string[]> {
  const store = await openStore(config);
  try {
    const names: string[] = [];
    // A beginning is a text, and must not be taken for a pattern.
    const match = begun.replace(/[*?[\]].*$/su, '');
    for await (const { name } of store.list({ match: match === '' ? undefined : match, deleted, signal })) {
      if (name.startsWith(begun) && printable(name) === name) names.push(name);
    }
    return names;
  } finally {
    await store.close();
  }
}

/** Store and identity, as a digest: what one identity may list, another may not see. */
function identityOf({ settings }: LoadedConfig): string {
  const aws = Object.entries(process.env)
    .filter(([name]) => name.startsWith('AWS_') && !SECRET_VARIABLES.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return hash('sha256', JSON.stringify([settings, aws, process.getuid?.()]));
}
