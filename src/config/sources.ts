import type { Format } from '../record.js';
import { readCchainrc } from './sources/cchainrc.js';
import { lazycredVariables, readEnvironment, type Environment } from './sources/environment.js';
import { namedFile, readFileLayer, type FileChoice } from './sources/file-layer.js';
import type { Base } from '../text/paths.js';
import { isRemote } from './key-spec.js';
import type { Problems } from './problems.js';
import type { Layer } from './schema.js';

/** An ancestor whose command line is run: its settings stand where its own tool looks for them, and nowhere else. */
export type Ancestor = Extract<Format, 'lazycred' | 'cloudchain'>;

/** Where to look, beside {@link FileChoice}. */
export interface SourceChoice extends FileChoice {
  readonly ancestor?: Ancestor | undefined;
}

/** What stands beside the inline settings, in the order in which it counts. */
export interface Sources {
  readonly layers: readonly Layer[];
  readonly files: readonly string[];
  readonly shadowed: Environment['shadowed'];
}

/**
 * Reads the config file and the environment; cloudchain's file, too, where nothing else says which store.
 *
 * @throws ERR_CONFIG when a file is there and can't be used: what it would have said is unknown
 */
export async function readSources(
  inline: Layer,
  o: SourceChoice,
  base: Base,
  problems: Problems,
): Promise<Sources> {
  switch (o.ancestor) {
    case 'lazycred':
      return lazycredSources(o, base, problems);
    case 'cloudchain':
      return only(await readCchainrc(o, base, problems), problems);
    case undefined:
      return ownSources(inline, o, base, problems);
  }
}

async function ownSources(inline: Layer, o: FileChoice, base: Base, problems: Problems): Promise<Sources> {
  const file = await readFileLayer(o, base, problems);
  const environment = readEnvironment(o.env, base, problems);
  const { layers, files } = only(file, problems);
  const known = [inline, ...layers, environment.layer];
  const last =
    namedFile(o) === undefined && known.every(leavesStoreOpen)
      ? only(await readCchainrc(o, base, problems), problems)
      : NOTHING;
  return {
    // cloudchain's file goes before the environment, as every file does: its region comes from nowhere else.
    layers: [...layers, ...last.layers, environment.layer],
    files: [...files, ...last.files],
    shadowed: environment.shadowed,
  };
}

// Whether cloudchain's table may be meant: not where there are stores to choose from, or a key that isn't KMS's.
function leavesStoreOpen(layer: Layer): boolean {
  const keys = layer.values.key ?? [];
  return !layer.given.has('store') && layer.stores.size === 0 && keys.every(isRemote);
}

// LazyCred reads its file or the environment, never both: the file could be one team's, the variables another's.
async function lazycredSources(o: FileChoice, base: Base, problems: Problems): Promise<Sources> {
  const file = await readFileLayer({ ...o, lazycredOnly: true }, base, problems);
  if (file !== undefined) return only(file, problems);
  const { layer, shadowed } = readEnvironment(lazycredVariables(o.env), base, problems);
  return { layers: [layer], files: [], shadowed };
}

const NOTHING: Sources = { layers: [], files: [], shadowed: [] };

function only(
  found: { readonly layer: Layer; readonly file: string } | 'broken' | undefined,
  problems: Problems,
): Sources {
  if (found === 'broken') throw problems.error();
  return found === undefined ? NOTHING : { ...NOTHING, layers: [found.layer], files: [found.file] };
}
