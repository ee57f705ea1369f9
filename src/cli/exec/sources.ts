import { parseReference, SCHEME, type Reference } from '../../references/reference.js';
import { quote } from '../../text/printable.js';
import { readAt } from '../../text/read-at.js';
import type { CommandArguments } from '../arguments/options.js';
import { usage } from '../arguments/parse.js';
import { importEntries, MAX_IMPORT_BYTES } from '../formats/import.js';
import { pathOf, readFileUpTo } from '../io/files.js';
import { variableName } from './environment.js';

/** A variable and the secret that it gets; or its value, where an env file says one. */
export interface Source {
  readonly variable: string;
  readonly from: Reference | Uint8Array;
}

/**
 * What `--env NAME=SECRET` or `--file NAME=SECRET` say.
 *
 * @throws ERR_USAGE
 */
export function sourcesOf(
  option: 'env' | 'file',
  args: CommandArguments,
): { variable: string; from: Reference }[] {
  const sources = args.all(option).map((text) => {
    const equals = text.indexOf('=');
    if (equals < 1) throw usage(`--${option} takes NAME=SECRET`, `--${option} DB_PASSWORD=prod/db#password`);
    const name = text.slice(0, equals);
    if (option === 'file' && /\/|^\.{1,2}$/u.test(name)) {
      throw usage(`--file: ${quote(name)} is a path, not the name of a variable`, FILE_HINT);
    }
    return {
      variable: variableName(name, option),
      from: secretOf(text.slice(equals + 1), option),
    };
  });
  const names = sources.map((s) => s.variable);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw usage(`--${option} ${quote(twice)} is given twice`);
  return sources;
}

const FILE_HINT = '--file KEY_FILE=SECRET: the variable KEY_FILE holds the path of a private file';

/** `NAME`, `NAME#FIELD`, or a reference, which can also name a version. */
function secretOf(text: string, option: string): Reference {
  if (text.startsWith(SCHEME)) return parseReference(text);
  const hash = text.indexOf('#');
  const [name, field] = hash < 0 ? [text, undefined] : [text.slice(0, hash), text.slice(hash + 1)];
  if (name === '' || field === '') throw usage(`--${option}: ${quote(text)} is not NAME or NAME#FIELD`);
  return field === undefined ? { name } : { name, field };
}

/**
 * The variables of dotenv files, in their order: values as they stand there, and references for those that begin
 * with `lazy://`. Nothing is expanded or run.
 *
 * @throws ERR_USAGE naming file and line
 */
export async function envFileSources(paths: readonly string[], cwd: string): Promise<Source[]> {
  const sources: Source[] = [];
  for (const path of paths) {
    const shown = quote(path);
    const file = await readFileUpTo(pathOf(path, cwd), MAX_IMPORT_BYTES, shown);
    const entries = readAt(
      () => `${shown}: `,
      () => importEntries(file, 'dotenv'),
    );
    for (const { name, value } of entries) {
      const text = Buffer.from(value).toString();
      const reference = (): Reference =>
        readAt(
          () => `${shown}: ${name}: `,
          () => parseReference(text),
        );
      sources.push({ variable: name, from: text.startsWith(SCHEME) ? reference() : value });
    }
  }
  return sources;
}
