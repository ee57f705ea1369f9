import { dirname, join } from 'node:path';
import { configFolders, type Surroundings } from '../../files/user-folders.js';
import { LAZYCRED_FILE } from './data.js';
import { variableOf } from './environment.js';
import { pathFrom, type Base } from '../../text/paths.js';
import { unfit } from '../../text/unfit.js';
import { Problems } from '../problems.js';
import { readLayer, type Key, type Layer, type Source } from '../schema.js';
import { liesIn, OWN_FILE, PLACES, readConfigFile, search, type ConfigFile } from './search.js';
import { NEED_TRUST, NEED_TRUST_TO_RESEAL } from '../settings.js';
import { isTrusted } from './trust.js';
import { isMap } from '../values.js';

/** Which file is meant, beside {@link Surroundings}. */
export interface FileChoice extends Surroundings {
  /** As `--config`. */
  readonly file?: string | undefined;
  /** What messages call it. */
  readonly fileName: string;
  /** Search for LazyCred's own file and no other, whatever is named. */
  readonly lazycredOnly?: boolean | undefined;
}

/** What `--config`, or else the variable, says; undefined when neither does. */
export function namedFile(o: FileChoice): string | undefined {
  const variable = o.env[variableOf('config')] ?? '';
  return o.file ?? (variable === '' ? undefined : variable);
}

/** The config file's settings; undefined without a file, `broken` when it is there and can't be used, which is noted. */
export async function readFileLayer(
  o: FileChoice,
  base: Base,
  problems: Problems,
): Promise<{ readonly layer: Layer; readonly file: string } | 'broken' | undefined> {
  const found = await findFile(o, base, problems);
  if (found === undefined) return undefined;
  const { read, explicit } = found;
  if (read === undefined) return 'broken';
  const { file } = read;
  const layer = layerOf(read, base, problems);
  if (explicit || isOwn(file, o, base)) return { layer, file };
  const vouched = o.env['LAZYCRED_TRUST'] === '1' || (await isVouchedFor(layer, read, o, problems));
  return { layer: ofProject(layer, file, vouched), file };
}

const NOT_A_MAP = 'must be a map of settings';

interface FoundFile {
  /** Undefined: it is there and can't be used, which was noted. */
  readonly read: ConfigFile | undefined;
  /** Somebody named it. */
  readonly explicit: boolean;
}

async function findFile(o: FileChoice, base: Base, problems: Problems): Promise<FoundFile | undefined> {
  const named = o.lazycredOnly === true ? undefined : namedFile(o);
  if (named === 'none') return undefined;
  if (named === undefined) {
    const found = await searchFor(o, base);
    if (found === undefined) return undefined;
    if ('problem' in found)
      problems.add(found.file, found.problem.message, found.problem.advice ?? found.problem.hint);
    else if (isMap(found.value)) return { read: found, explicit: false };
    else problems.add(found.file, NOT_A_MAP);
    return { read: undefined, explicit: false };
  }
  const label = o.file === undefined ? variableOf('config') : o.fileName;
  const file = problems.collect(label, () => pathFrom(named, base));
  if (file === undefined) return { read: undefined, explicit: true };
  const read = await problems.collectAsync(file, async () => {
    const missing = `there is no such config file (named by ${label})`;
    const config =
      (await readConfigFile(file, true)) ?? unfit(missing, `${label} takes a file, or none for no file`);
    return isMap(config.value) ? config : unfit(NOT_A_MAP);
  });
  return { read, explicit: true };
}

function searchFor(o: FileChoice, base: Base): ReturnType<typeof search> {
  const sought =
    o.lazycredOnly === true
      ? { places: [LAZYCRED_FILE], own: [] }
      : { places: PLACES, own: configFolders(o) };
  return search(o.cwd, base.home, sought);
}

// The home folder's own file, and the one in the folder for the user's settings.
function isOwn(file: string, o: FileChoice, base: Base): boolean {
  return liesIn(file, base.home) || configFolders(o).some((folder) => file === join(folder, OWN_FILE));
}

function layerOf({ file, value }: ConfigFile, base: Base, problems: Problems): Layer {
  const source: Source = {
    source: 'file',
    where: () => file,
    label: (key) => (key === '' ? file : `${file}: ${key}`),
    base: { ...base, folder: dirname(file) },
  };
  return readLayer(value, source, problems);
}

async function isVouchedFor(
  layer: Layer,
  { file, digest }: ConfigFile,
  o: FileChoice,
  problems: Problems,
): Promise<boolean> {
  const ask = (): Promise<boolean> => isTrusted(file, digest, o);
  if (gives(layer, NEED_TRUST)) return (await problems.collectAsync(file, ask)) === true;
  // Without a home folder, say, there is no trust: only sealing anew will need it.
  if (gives(layer, NEED_TRUST_TO_RESEAL)) return (await new Problems().collectAsync(file, ask)) === true;
  return true;
}

function gives(layer: Layer, keys: readonly Key[]): boolean {
  return keys.some((key) => layer.given.has(key)) || [...layer.stores.values()].some((l) => gives(l, keys));
}

function ofProject(layer: Layer, file: string, vouched: boolean): Layer {
  const stores = new Map(
    [...layer.stores].map(([name, store]) => [name, ofProject(store, file, vouched)] as const),
  );
  const untrusted = vouched ? undefined : file;
  return { ...layer, source: { ...layer.source, project: file, untrusted }, stores };
}
