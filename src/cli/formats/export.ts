import { compareUtf8 } from '../../text/utf8-order.js';
import { LazycredError } from '../../errors.js';
import { printable } from '../../text/printable.js';
import { decodeUtf8 } from '../../text/utf8.js';
import type { Entry } from './entry.js';
import { keyOf } from '../../text/key-of.js';
import { dockerEnvWriter } from './write/docker-env.js';
import { dotenvWriter } from './write/dotenv.js';
import { githubEnvWriter } from './write/github-env.js';
import { javaPropertiesWriter } from './write/java-properties.js';
import { jsonWriter } from './write/json.js';
import { shellWriter } from './write/shell.js';
import { csvWriter, tsvWriter } from './write/tables.js';
import { tfvarsWriter } from './write/tfvars.js';
import { yamlWriter } from './write/yaml.js';
import { KEPT_FOR_ITSELF, type Pair, type Writer } from './writer.js';

const WRITERS = {
  json: jsonWriter,
  yaml: yamlWriter,
  dotenv: dotenvWriter,
  shell: shellWriter,
  'github-env': githubEnvWriter,
  'docker-env': dockerEnvWriter,
  csv: csvWriter,
  tsv: tsvWriter,
  'java-properties': javaPropertiesWriter,
  tfvars: tfvarsWriter,
} satisfies Readonly<Record<string, Writer>>;

/** A format that secrets are exported in. */
export type ExportFormat = keyof typeof WRITERS;

/** The formats that secrets are exported in; `docs/formats.md` says what each quotes and refuses. */
export const EXPORT_FORMATS: readonly ExportFormat[] = Object.keys(WRITERS) as ExportFormat[];

/** Whether names stay as they are unless keys are asked for: in data that is read back, not taken for variables. */
export function keepsNames(format: ExportFormat): boolean {
  return format === 'json' || format === 'yaml';
}

/** How names become keys, and of which format. */
export interface ExportOptions {
  readonly format: ExportFormat;
  /** Taken off the names: see {@link keyOf}. */
  readonly prefix?: string | undefined;
  /** The names themselves are the keys, prefix and all. */
  readonly rawNames?: boolean | undefined;
}

/**
 * A whole file that the format's own readers turn back into these bytes, in the order of the keys'
 * bytes. Values and keys are UTF-8.
 *
 * @throws ERR_USAGE naming every secret that the format can't hold, and every two names with one key
 * @example
 * exportEntries([{ name: 'prod/db-user', value: Buffer.from('app') }], { format: 'dotenv', prefix: 'prod/' });
 * // DB_USER='app'
 */
export function exportEntries(entries: readonly Entry[], o: ExportOptions): Uint8Array {
  const writer: Writer = WRITERS[o.format];
  const problems: Problem[] = [];
  const pairs = new Map<string, NamedPair>();
  for (const { name, value } of entries) {
    const key = o.rawNames === true ? name : keyOf(name, o.prefix ?? '');
    if (key === undefined) {
      problems.push({ names: [name], why: 'has no letter or digit for a key', hint: RAW_NAMES });
      continue;
    }
    const other = pairs.get(key)?.name;
    if (other !== undefined) {
      problems.push({ names: [other, name], why: `have one key, ${inQuotes(key)}`, hint: RAW_NAMES });
    }
    const text = decodeUtf8(value);
    const pair = { name, key, text: text ?? '' };
    const why = text === undefined ? 'is not UTF-8' : writer.refuse(pair);
    if (why !== undefined) {
      const isKept = why.endsWith(KEPT_FOR_ITSELF) && keyOf(name, '') !== key && o.rawNames !== true;
      problems.push({
        names: [name],
        why,
        hint: text === undefined ? AS_FILE : isKept ? AS_LONGER : AS_JSON,
      });
    }
    pairs.set(key, pair);
  }
  if (problems.length > 0) throw refusal(o.format, problems);
  return Buffer.from(writer.write([...pairs.values()].sort(byKey)));
}

interface NamedPair extends Pair {
  readonly name: string;
}

interface Problem {
  readonly names: readonly string[];
  readonly why: string;
  readonly hint: string;
}

const RAW_NAMES = '--raw-names keeps the names as they are';
const AS_FILE = 'lazy get NAME -o FILE writes any bytes';
const AS_LONGER = "--prefix '' leaves the prefix on: prod/db is PROD_DB";
const AS_JSON = '--format json holds any text';

function refusal(format: ExportFormat, problems: readonly Problem[]): LazycredError {
  const list = problems.map(({ names, why }) => `${names.map(inQuotes).join(' and ')} ${why}`);
  const [first] = problems;
  return new LazycredError('ERR_USAGE', `cannot write ${format}: ${list.join('; ')}`, { hint: first?.hint });
}

// Not cut, as in other messages: every one that is refused is to be found by its name.
function inQuotes(name: string): string {
  return `"${printable(name)}"`;
}

function byKey(a: Pair, b: Pair): number {
  return compareUtf8(a.key, b.key);
}
