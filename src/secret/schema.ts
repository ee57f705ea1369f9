import { LazycredError } from '../errors.js';
import type { SecretName } from '../record/names.js';
import { printable, quote } from '../text/printable.js';

/**
 * A validator of any library that follows Standard Schema, version 1 (https://standardschema.dev): Zod, Valibot,
 * ArkType and others. Nothing of it is imported: what is asked for is the one property `~standard`.
 */
export interface StandardSchema<Output> {
  readonly '~standard': {
    readonly version: 1;
    /** The name of the library. */
    readonly vendor: string;
    /** Gives the checked value, which may be another than it got, or what is wrong with it. */
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
  };
}

/** What a validator says: the value, or what is wrong with it. */
export type SchemaResult<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] };

/** One thing that is wrong with a value. Of it the path alone is ever told: a message may quote the value. */
export interface SchemaIssue {
  readonly message: string;
  /** Where in the value: keys and indices, from the outside inwards; none for the whole of it. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Most places that a message names. */
const MOST_PLACES = 8;

/**
 * The value as the validator gives it.
 *
 * @throws ERR_USAGE naming each place where it doesn't fit, and nothing of the value
 */
export async function checked<T>(value: unknown, schema: StandardSchema<T>, name: SecretName): Promise<T> {
  const result = await resultOf(value, schema, name);
  if (result.issues === undefined) return result.value;
  const places = [...new Set(result.issues.map(placeOf))];
  const shown = places.slice(0, MOST_PLACES).join(', ');
  const more = places.length > MOST_PLACES ? ` and ${places.length - MOST_PLACES} more places` : '';
  throw new LazycredError('ERR_USAGE', `the value of "${name}" does not fit its schema: ${shown}${more}`, {
    name,
  });
}

async function resultOf<T>(
  value: unknown,
  schema: StandardSchema<T>,
  name: SecretName,
): Promise<SchemaResult<T>> {
  // JavaScript gives whatever it likes; ArkType's validators are functions.
  const standard = (schema as Partial<StandardSchema<T>> | null)?.['~standard'];
  if (standard?.version !== 1 || typeof standard.validate !== 'function') {
    throw new LazycredError('ERR_USAGE', 'the schema is no validator of Standard Schema, version 1', {
      hint: 'json() without a schema gives the value unchecked',
    });
  }
  try {
    return await standard.validate(value);
  } catch (e) {
    // Not its message, nor the error as a cause: a validator's own texts may quote the value.
    const kind = e instanceof Error ? printable(e.name) : typeof e;
    throw new LazycredError('ERR_USAGE', `the schema for "${name}" failed by itself, by throwing ${kind}`, {
      name,
    });
  }
}

/** `hosts.0.port`; a key that would be misread in it is in quotes. */
function placeOf({ path = [] }: SchemaIssue): string {
  const keys = path.map((part) => (typeof part === 'object' ? part.key : part));
  if (keys.length === 0) return 'the value as a whole';
  return keys.map((key) => (/^[\w-]{1,80}$/u.test(String(key)) ? String(key) : quote(String(key)))).join('.');
}
