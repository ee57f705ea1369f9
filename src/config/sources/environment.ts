import { unfit } from '../../text/unfit.js';
import { didYouMean } from '../../text/did-you-mean.js';
import type { Problems } from '../problems.js';
import { KEYS, readLayer, SPELLINGS, type Key, type Layer } from '../schema.js';
import type { Base } from '../../text/paths.js';

type Env = Readonly<Record<string, string | undefined>>;

/** The values that are lists or maps, written as one text. */
const SPLIT: Readonly<Record<string, (text: string) => unknown>> = {
  key: splitList,
  decryptKeys: splitList,
  accept: splitList,
  context: splitPairs,
  resolve: splitList,
};

/** The variable of a config key: `LAZYCRED_KMS_REGION` for `kmsRegion`, `LAZYCRED_S3_PATH` for `s3_path`. */
export function variableOf(key: string): string {
  return `LAZYCRED_${key.replace(/[A-Z]/gu, '_$&').toUpperCase()}`;
}

/** Variables that are no config key, and mean something to the command or the library. */
const OTHERS = [
  ...['CONFIG', 'TRUST', 'BY', 'PASSPHRASE', 'DEBUG', 'NO_CACHE'],
  ...['ENV_PREFIX', 'ENV_OVERRIDE', 'ENV_ON_FAILURE'],
].map((name) => `LAZYCRED_${name}`);

/** The variables that look like ours and are none, each with what was meant if that can be guessed. */
export function unknownVariables(env: Env): { readonly variable: string; readonly guess: string }[] {
  const known = new Set([...KEYS, ...Object.keys(SPELLINGS)].map(variableOf).concat(OTHERS));
  return Object.keys(env)
    .filter((name) => name.startsWith('LAZYCRED_') && (env[name] ?? '') !== '' && !known.has(name))
    .map((variable) => ({ variable, guess: didYouMean(variable, known) }));
}

/** Settings from the environment, with what loses to another variable. An empty variable counts as unset. */
export interface Environment {
  readonly layer: Layer;
  readonly shadowed: { readonly variable: string; readonly key: Key; readonly by: string }[];
}

/**
 * Reads the variables: `LAZYCRED_<KEY>`, LazyCred's own (`LAZYCRED_S3_PATH`, `LAZYCRED_KEY_ALIAS`),
 * and `AWS_REGION`, `AWS_DEFAULT_REGION`. Where two say the same thing the first of this order counts:
 * unlike a file, the environment has many authors.
 */
export function readEnvironment(env: Env, base: Base, problems: Problems): Environment {
  const raw: Record<string, unknown> = {};
  const variables = new Map<string, string>();
  const shadowed: Environment['shadowed'] = [];
  for (const key of KEYS) {
    const spellings = [key, ...Object.keys(SPELLINGS).filter((s) => SPELLINGS[s] === key)];
    const names = spellings.map((s): [string, string] => [s, variableOf(s)]);
    if (key === 'region') names.push([key, 'AWS_REGION'], [key, 'AWS_DEFAULT_REGION']);
    const [first, ...rest] = names.filter(([, variable]) => (env[variable] ?? '') !== '');
    if (first === undefined) continue;
    const [spelled, variable] = first;
    const text = env[variable] ?? '';
    variables.set(spelled, variable);
    const split = SPLIT[spelled];
    raw[spelled] = split === undefined ? text : problems.collect(variable, () => split(text));
    // AWS's two beside each other are usual, and no setting of ours is lost.
    for (const [, other] of rest)
      if (other.startsWith('LAZYCRED_')) shadowed.push({ variable: other, key, by: variable });
  }
  const name = (key: string): string => variables.get(key) ?? 'environment';
  return {
    layer: readLayer(raw, { source: 'environment', where: name, label: name, base }, problems),
    shadowed,
  };
}

/** The variables that LazyCred reads, out of all. */
export function lazycredVariables(env: Env): Env {
  const names = [...Object.keys(SPELLINGS).map(variableOf), 'AWS_DEFAULT_REGION'];
  return Object.fromEntries(names.map((name) => [name, env[name]]));
}

function splitList(text: string): string[] {
  return text.split(',').map((t) => t.trim());
}

function splitPairs(text: string): Record<string, string> {
  const pairs = new Map<string, string>();
  for (const pair of text.split(',')) {
    const equals = pair.indexOf('=');
    if (equals < 1) unfit('must be pairs name=value with commas between');
    const key = pair.slice(0, equals).trim();
    if (pairs.has(key)) unfit('holds the same name twice');
    pairs.set(key, pair.slice(equals + 1));
  }
  return Object.fromEntries(pairs);
}
