import { isGlob, parseGlob } from '../text/glob.js';
import { readAt } from '../text/read-at.js';
import { decodeUtf8 } from '../text/utf8.js';
import { LazycredError } from '../errors.js';
import type { Store } from '../store.js';
import { readReferences, type ReadOptions } from './read.js';
import { parseReference, SCHEME, type Reference } from './reference.js';
import { fillTemplate, parseTemplate } from './template.js';

/** Options of {@link resolveReferences} for an environment. */
export interface ResolveOptions extends ReadOptions {
  /**
   * Variables whose references are resolved: names, or globs (`DB_*`, `*` for all). What else holds a reference
   * stays as it is: whoever sets a variable from outside must not choose a secret.
   */
  readonly resolve?: string | readonly string[] | undefined;
}

/** Variables with a reference for their whole value: those to resolve, and the names of the others. */
export interface FoundReferences {
  readonly references: ReadonlyMap<string, Reference>;
  readonly unasked: readonly string[];
}

/**
 * Finds the variables that `resolve` names and that hold a reference.
 *
 * @throws ERR_USAGE for one of them that begins as a reference and is none, and for a bad glob
 */
export function findReferences(
  env: Readonly<Record<string, string | undefined>>,
  resolve: readonly string[],
): FoundReferences {
  const tests = resolve.map((text) =>
    isGlob(text) ? parseGlob(text) : { matches: (n: string) => n === text },
  );
  const references = new Map<string, Reference>();
  const unasked: string[] = [];
  // From JavaScript anything may come as a value: what is no text holds no reference.
  for (const [name, value] of Object.entries(env) as [string, unknown][]) {
    if (typeof value !== 'string' || !value.startsWith(SCHEME)) continue;
    if (tests.some((t) => t.matches(name)))
      references.set(
        name,
        readAt(
          () => `${name}: `,
          () => parseReference(value),
        ),
      );
    else unasked.push(name);
  }
  return { references, unasked };
}

/**
 * The text with the value of each `{{ lazy://NAME[?v=N][#FIELD] }}` in its place; or the environment, an object of
 * variables, with the value of each reference that `resolve` names. Values are never looked into for further
 * references, and nothing else is evaluated. All, or one error that names every failure.
 *
 * @throws ERR_USAGE for a malformed reference, or a value that is not UTF-8 text; what `Store.get` throws
 * @example
 * const yaml = await resolveReferences(store, 'password: {{ lazy://prod/db#password }}');
 * const env = await resolveReferences(store, process.env, { resolve: 'DB_*' });
 */
export function resolveReferences(store: Store, text: string, o?: ResolveOptions): Promise<string>;
export function resolveReferences(
  store: Store,
  env: Readonly<Record<string, string | undefined>>,
  o?: ResolveOptions,
): Promise<Record<string, string | undefined>>;
export async function resolveReferences(
  store: Store,
  input: string | Readonly<Record<string, string | undefined>>,
  o: ResolveOptions = {},
): Promise<string | Record<string, string | undefined>> {
  if (typeof input === 'string') {
    const template = parseTemplate(Buffer.from(input));
    const read = await readReferences(store, template.references, o);
    template.references.forEach((r, i) => textOf(r.name, read[i]?.value));
    return Buffer.from(
      fillTemplate(
        template,
        read.map((r) => r.value),
      ),
    ).toString();
  }
  checkEnvironment(input);
  const { references } = findReferences(input, [o.resolve ?? []].flat());
  const read = await readReferences(store, [...references.values()], o);
  const found = [...references].map(
    ([variable, { name }], i) => [variable, textOf(name, read[i]?.value)] as const,
  );
  return { ...input, ...Object.fromEntries(found) };
}

/** Checks what JavaScript gives as an environment. @throws ERR_USAGE */
export function checkEnvironment(input: unknown): void {
  if (typeof input === 'object' && input !== null && !Array.isArray(input) && !ArrayBuffer.isView(input))
    return;
  throw new LazycredError('ERR_USAGE', 'references are resolved in a text, or in an object of variables');
}

/** A value as text. @throws ERR_USAGE where it is none */
export function textOf(name: string, value: Uint8Array | undefined): string {
  const text = decodeUtf8(value ?? new Uint8Array());
  if (text !== undefined) return text;
  throw new LazycredError('ERR_USAGE', `the value of "${name}" is not UTF-8 text`, { name });
}
