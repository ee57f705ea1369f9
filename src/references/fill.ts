import { LazycredError } from '../errors.js';
import type { Store } from '../store.js';
import { variablesBelow, type NamesBelow } from './below.js';
import { readReferences, type ReadOptions } from './read.js';
import type { Reference } from './reference.js';
import { checkEnvironment, findReferences, textOf } from './resolve.js';

/** What {@link fillEnvironment} fills an environment with. */
export interface FillOptions extends ReadOptions {
  /** Variables whose references are resolved: names, or globs (`DB_*`, `*` for all). */
  readonly resolve?: string | readonly string[] | undefined;
  /** Every secret below these is put into the variable of its name: `prod/db-user` under `prod/` into `DB_USER`. */
  readonly prefixes?: string | readonly string[] | undefined;
  /** Secrets below prefixes also replace what is set already; false by default. */
  readonly override?: boolean | undefined;
}

/** What became of an environment: names of variables, never a value. */
export interface FilledEnvironment {
  readonly filled: readonly string[];
  /** Were set already, and stayed as they were. */
  readonly kept: readonly string[];
  /** Hold a reference that `resolve` doesn't name, and stayed as they were. */
  readonly unresolved: readonly string[];
}

/**
 * Puts secrets into an environment, such as `process.env`, in the place of references and under the names of
 * variables below prefixes: all of them, or none and one error that names every failure.
 *
 * @throws ERR_USAGE for a malformed reference, a value that no variable can hold, two secrets with one variable, and a
 *   secret below a prefix whose variable makes programs run code (`NODE_OPTIONS`, `PATH` …); ERR_NOT_FOUND, also
 *   for a prefix with nothing below it; what `Store.get` throws
 * @example
 * await fillEnvironment(store, process.env, { resolve: 'DB_*', prefixes: 'prod/' });
 */
export async function fillEnvironment(
  store: Store,
  env: Record<string, string | undefined>,
  o: FillOptions = {},
): Promise<FilledEnvironment> {
  checkEnvironment(env);
  const { references, unasked } = findReferences(env, [o.resolve ?? []].flat());
  const below = variablesBelow(await namesBelow(store, [o.prefixes ?? []].flat(), o));
  const wanted = new Map(references);
  const kept: string[] = [];
  for (const [variable, reference] of below) {
    // A reference was put there to be replaced by what it names.
    if (references.has(variable)) continue;
    if (env[variable] !== undefined && o.override !== true) kept.push(variable);
    else wanted.set(variable, reference);
  }
  const read = await readReferences(store, [...wanted.values()], o);
  const values = [...wanted].map(([variable, reference], i) => {
    return [variable, passable(variable, reference, read[i]?.value)] as const;
  });
  for (const [variable, value] of values) env[variable] = value;
  const filled = [...wanted.keys()];
  return { filled, kept, unresolved: unasked.filter((variable) => !wanted.has(variable)) };
}

async function namesBelow(store: Store, prefixes: readonly string[], o: ReadOptions): Promise<NamesBelow> {
  const found: [string, string[]][] = [];
  for (const match of prefixes) {
    const names: string[] = [];
    for await (const { name } of store.list({ match, signal: o.signal })) names.push(name);
    if (names.length === 0) {
      throw new LazycredError('ERR_NOT_FOUND', `nothing matches "${match}"`, {
        location: store.location,
        hint: { code: 'list-names' },
      });
    }
    found.push([match, names]);
  }
  return found;
}

function passable(variable: string, { name }: Reference, value: Uint8Array | undefined): string {
  const text = textOf(name, value);
  // The system ends a variable at its first NUL.
  if (!text.includes('\0')) return text;
  throw new LazycredError('ERR_USAGE', `the value of "${name}" holds a NUL, which ${variable} cannot`, {
    name,
  });
}
