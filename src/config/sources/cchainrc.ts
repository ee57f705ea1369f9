import { join } from 'node:path';
import type { Surroundings } from '../../files/user-folders.js';
import { currentUid } from '../../files/current-user.js';
import { MAX_CONFIG_BYTES, readConfigText, refuseForeign } from './file.js';
import { parseIni, type Ini } from './ini.js';
import { parseKeyId } from '../../kinds/keys/kms.js';
import { readTable } from '../location.js';
import { pathFrom, type Base } from '../../text/paths.js';
import { unfit } from '../../text/unfit.js';
import type { Problems } from '../problems.js';
import type { Key, Layer, Source, Values } from '../schema.js';
import { readEndpoint, readRegion, readText } from '../values.js';

/** cloudchain's own file, in the home folder. */
const CCHAINRC_FILE = '.cchainrc';
/** cloudchain's variable that names another. */
const CCHAINRC_VARIABLE = 'CLOUDCHAIN_CONFIG';

/** What cloudchain reads of its file, and which of our settings that is. */
interface Setting {
  readonly section: string;
  readonly option: string;
  readonly key: Key;
  /** Without an endpoint it is AWS's own here; cloudchain wanted it spelled out. */
  readonly optional?: true;
  readonly read: (text: string, into: Partial<Values>) => void;
}

// cloudchain 0.1.7, read_configfile. There are no credentials among them: boto3 found those where the
// SDK does. What else stands in the file (such keys, too) is passed over, as cloudchain did.
const SETTINGS: readonly Setting[] = [
  {
    section: 'dynamo',
    option: 'tablename',
    key: 'store',
    read: (text, into) => void (into.store = readTable(text)),
  },
  {
    section: 'dynamo',
    option: 'region_name',
    key: 'region',
    read: (text, into) => void (into.region = readRegion(text)),
  },
  {
    section: 'dynamo',
    option: 'endpoint_url',
    key: 'endpoint',
    optional: true,
    read: (text, into) => void (into.endpoint = readEndpoint(text)),
  },
  {
    section: 'IAMKMS',
    option: 'keyalias',
    key: 'key',
    read: (text, into) => void (into.key = [parseKeyId(readText(text))]),
  },
];

/**
 * The settings in cloudchain's file: the one that `CLOUDCHAIN_CONFIG` names, else `~/.cchainrc`. Both
 * are the user's own, so its endpoint needs no further trust. Undefined when there is none, `broken`
 * when it can't be read, which is noted; what is wrong with single settings is noted, too.
 */
export async function readCchainrc(
  o: Surroundings,
  base: Base,
  problems: Problems,
): Promise<{ readonly layer: Layer; readonly file: string } | 'broken' | undefined> {
  const named = o.env[CCHAINRC_VARIABLE] ?? '';
  if (named === '' && base.home === undefined) return undefined;
  const file =
    named === ''
      ? join(base.home ?? '', CCHAINRC_FILE)
      : problems.collect(CCHAINRC_VARIABLE, () => pathFrom(named, base));
  if (file === undefined) return 'broken';
  const read = await problems.collectAsync(file, async () => {
    const found = await readConfigText(file, MAX_CONFIG_BYTES);
    if (found === undefined) {
      return named === '' ? 'none' : unfit(`there is no such file (named by ${CCHAINRC_VARIABLE})`);
    }
    refuseForeign(found.stat, file, currentUid());
    return parseIni(found.text);
  });
  if (read === 'none') return undefined;
  return read === undefined ? 'broken' : { layer: layerOf(read, file, base, problems), file };
}

function layerOf(ini: Ini, file: string, base: Base, problems: Problems): Layer {
  const label = (key: string): string => `${file}: ${key}`;
  const source: Source = { source: 'file', where: () => file, label, base };
  const values: Partial<Values> = {};
  const given = new Map<Key, string>();
  for (const { section, option, key, optional, read } of SETTINGS) {
    const spelled = `${section}.${option}`;
    const [text, ...more] = ini.get(section)?.get(option) ?? ini.get('DEFAULT')?.get(option) ?? [];
    if (text === undefined && optional === true) continue;
    given.set(key, spelled);
    if (text === undefined) problems.add(label(spelled), 'is missing');
    // Python 2 took the last, Python 3 none: nobody can have meant either.
    else if (more.length > 0) problems.add(label(spelled), 'stands in the file more than once');
    else problems.collect(label(spelled), () => read(text, values));
  }
  return { source, values, given, stores: new Map() };
}
