import { join } from 'node:path';
import { parseKey } from './config/key-spec.js';
import { folder } from './kinds/stores/file.js';
import type { Fallback } from './config/choose/keys.js';
import { merge } from './config/layers.js';
import type { Base } from './text/paths.js';
import { unfit } from './text/unfit.js';
import { refuseStrangeHome } from './config/own-home.js';
import { Problems } from './config/problems.js';
import { readLayer, type Layer } from './config/schema.js';
import type { ConfigInput, LoadedConfig } from './config/settings.js';
import { readSources, type Ancestor } from './config/sources.js';
import { dataFolder, homeFolder, type Surroundings } from './files/user-folders.js';

export type {
  ConfigInput,
  KeySpec,
  LoadedConfig,
  Location,
  Origin,
  ServerSideEncryption,
  Settings,
} from './config/settings.js';
export type { Ancestor } from './config/sources.js';
export { unknownVariables } from './config/sources/environment.js';
export { trust } from './config/sources/trust.js';
export { homeFolder, type Surroundings } from './files/user-folders.js';
export type { Format } from './record.js';

/** What {@link loadConfig} goes by. */
export interface LoadOptions extends Surroundings {
  /** Settings above all others: flags, or a library's own. */
  readonly inline?: ConfigInput | undefined;
  /** How messages call the inline keys: `{ store: '--store' }`. */
  readonly inlineNames?: Readonly<Record<string, string>> | undefined;
  /** The config file (`--config`), instead of searching; `none` for no file at all. */
  readonly file?: string | undefined;
  /**
   * Look only where this ancestor's own tool does. `lazycred`: for `.lazycred` up to the root and in
   * the home folder, else in its three variables. `cloudchain`: for its file.
   */
  readonly ancestor?: Ancestor | undefined;
  /** Without any store: the local one in the user's data folder, unless `CI` or `NODE_ENV=production` is set. */
  readonly allowDefault?: boolean | undefined;
  /** Leave out an untrusted file's endpoints and role (see `ignored`) instead of failing: to show, never to use. */
  readonly lenient?: boolean | undefined;
}

/**
 * Settings from `input` alone: no file, no environment, no guess. `local:` and `passphrase:` need a
 * path; relative paths are relative to the current folder.
 *
 * @throws ERR_CONFIG with every problem in one message
 * @example
 * resolveConfig({ store: 's3://acme/creds/', key: 'kms:alias/acme', region: 'eu-west-1' }).settings
 */
export function resolveConfig(input: ConfigInput): LoadedConfig {
  const problems = new Problems();
  const data = (): string =>
    unfit('needs the path of a file here (local:/path/to/key, passphrase:/path/to/salt)');
  const layer = inlineLayer(input, {}, { folder: undefined, home: undefined, data }, problems);
  return { ...merge([layer], { problems, hint: 'set store, such as s3://bucket/prefix/' }), files: [] };
}

/**
 * Settings from flags, the config file, and the environment, in this order, each key by itself.
 *
 * The file is `file`, else `LAZYCRED_CONFIG`, else the first found from `cwd` up to the root and
 * then in the home folder: `.lazycredrc`, `.lazycredrc.json`, `.lazycredrc.yaml`, `.lazycredrc.yml`,
 * `.lazycred`, `package.json` (its `lazycred` member). Where nothing names a store (nor a file, nor
 * a key outside KMS), cloudchain's file does: `CLOUDCHAIN_CONFIG`, else `~/.cchainrc`.
 *
 * @throws ERR_CONFIG with every problem of every source in one message; where store or key lie in the data folder below
 *   a home folder that isn't there or is another user's
 */
export async function loadConfig(o: LoadOptions): Promise<LoadedConfig> {
  const problems = new Problems();
  const home = homeFolder(o);
  const base: Base = { folder: o.cwd, home, data: () => dataFolder(o) };
  const inline = inlineLayer(o.inline ?? {}, o.inlineNames ?? {}, base, problems);
  const choice = { ...o, fileName: o.inlineNames?.['config'] ?? 'file' };
  const { layers, files, shadowed } = await readSources(inline, choice, base, problems);

  const guess = o.allowDefault === true && !isAutomated(o.env);
  const merged = merge([inline, ...layers], {
    problems,
    fallback: guess ? () => fallback(o) : undefined,
    hint: storeHint(o, o.allowDefault === true && !guess),
    lenient: o.lenient,
  });
  if (o.lenient !== true) await refuseStrangeHome(merged.settings, o);
  return { ...merged, overridden: [...merged.overridden, ...shadowed], files: [...files] };
}

function inlineLayer(
  input: ConfigInput,
  names: Readonly<Record<string, string>>,
  base: Base,
  problems: Problems,
): Layer {
  const name = (key: string): string => (Object.hasOwn(names, key) ? (names[key] ?? key) : key);
  return readLayer(input, { source: 'inline', where: name, label: name, base }, problems);
}

function storeHint({ ancestor }: LoadOptions, isAutomated: boolean): string {
  if (ancestor === 'lazycred') {
    return 'write .lazycred, or set LAZYCRED_S3_PATH, LAZYCRED_KEY_ALIAS and AWS_DEFAULT_REGION';
  }
  if (ancestor === 'cloudchain') return 'write ~/.cchainrc, or name such a file in CLOUDCHAIN_CONFIG';
  return isAutomated
    ? 'set store in .lazycredrc or LAZYCRED_STORE: with CI or NODE_ENV=production set, no local store is assumed'
    : 'set store in .lazycredrc or LAZYCRED_STORE, such as s3://bucket/prefix/';
}

function isAutomated(env: Surroundings['env']): boolean {
  const ci = env['CI'] ?? '';
  return (ci !== '' && ci !== '0' && ci !== 'false') || env['NODE_ENV'] === 'production';
}

function fallback(o: Surroundings): Fallback {
  const data = dataFolder(o);
  return {
    store: folder(join(data, 'store')),
    // The user's own file, as the setting without a path names it.
    key: parseKey('local:', { folder: undefined, home: undefined, data: () => data }),
  };
}
