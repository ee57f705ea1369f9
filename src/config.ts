import { join } from 'node:path';
import { readEnvironment } from './config/environment.js';
import { readFileLayer } from './config/file-layer.js';
import { merge, type Fallback } from './config/layers.js';
import type { Base } from './config/paths.js';
import { Problems, unfit } from './config/problems.js';
import { readLayer, type Layer } from './config/schema.js';
import type { ConfigInput, LoadedConfig } from './config/settings.js';
import { dataFolder, homeFolder, type Surroundings } from './folders.js';

export type { ConfigInput, KeySpec, LoadedConfig, Location, Origin, Settings } from './config/settings.js';
export { trust, type TrustNote } from './config/trust.js';
export { cacheFolder, dataFolder, homeFolder, type Surroundings } from './folders.js';
export { FORMATS, type Format } from './record.js';

/** What {@link loadConfig} goes by. */
export interface LoadOptions extends Surroundings {
  /** Settings above all others: flags, or a library's own. */
  readonly inline?: ConfigInput | undefined;
  /** How messages call the inline keys: `{ store: '--store' }`. */
  readonly inlineNames?: Readonly<Record<string, string>> | undefined;
  /** The config file (`--config`), instead of searching; `none` for no file at all. */
  readonly file?: string | undefined;
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
 * `.lazycred`, `package.json` (its `lazycred` member).
 *
 * @throws ERR_CONFIG with every problem of every source in one message
 */
export async function loadConfig(o: LoadOptions): Promise<LoadedConfig> {
  const problems = new Problems();
  const home = homeFolder(o);
  const base: Base = { folder: o.cwd, home, data: () => dataFolder(o) };
  const layers = [inlineLayer(o.inline ?? {}, o.inlineNames ?? {}, base, problems)];
  const file = await readFileLayer(
    { ...o, fileName: o.inlineNames?.['config'] ?? '--config' },
    base,
    problems,
  );
  if (file !== undefined && file !== 'broken') layers.push(file.layer);
  const environment = readEnvironment(o.env, base, problems);
  layers.push(environment.layer);
  // What a file would have said is unknown: no more can be told.
  if (file === 'broken') throw problems.error();

  const guess = o.allowDefault === true && !isAutomated(o.env);
  const merged = merge(layers, {
    problems,
    fallback: guess ? () => fallback(o) : undefined,
    hint:
      o.allowDefault === true && !guess
        ? 'set store in .lazycredrc or LAZYCRED_STORE: with CI or NODE_ENV=production set, no local store is assumed'
        : 'set store in .lazycredrc or LAZYCRED_STORE, such as s3://bucket/prefix/',
    lenient: o.lenient,
  });
  const files = file === undefined ? [] : [file.file];
  return { ...merged, overridden: [...merged.overridden, ...environment.shadowed], files };
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

function isAutomated(env: Surroundings['env']): boolean {
  const ci = env['CI'] ?? '';
  return (ci !== '' && ci !== '0' && ci !== 'false') || env['NODE_ENV'] === 'production';
}

function fallback(o: Surroundings): Fallback {
  const data = dataFolder(o);
  return {
    store: { kind: 'file', dir: join(data, 'store') },
    key: { kind: 'local', file: join(data, 'local.key') },
  };
}
