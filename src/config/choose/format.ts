import { contextFault } from '../../record/context.js';
import type { Format } from '../../record.js';
import { refuseMisplaced } from '../location.js';
import type { Problems } from '../problems.js';
import type { Layer } from '../schema.js';
import type { Location } from '../settings.js';

const DEFAULT_FORMAT: Format = 'native';

/** A setting as a source gives it; `value` undefined for one that could not be read. */
export type Given<T> = { readonly value: T | undefined; readonly layer: Layer } | undefined;

/** Which format is written. */
export interface ChosenFormat {
  readonly format: Format;
  /** Nothing named a format, nor implied one. */
  readonly formatIsDefault: boolean;
}

/**
 * Finds the format that is written; notes an ancestor's in a store where its tools find no record.
 *
 * @param implied the format of the ancestor whose own setting names the store
 */
export function chooseFormat(
  given: Given<Format>,
  implied: Format | undefined,
  store: Location | undefined,
  problems: Problems,
): ChosenFormat {
  const format = given?.value ?? implied ?? DEFAULT_FORMAT;
  if (given !== undefined && store !== undefined) {
    problems.collect(given.layer.source.label('format'), () => refuseMisplaced(format, store));
  }
  return { format, formatIsDefault: given === undefined && implied === undefined };
}

/** Notes a context that no native record can hold, where such records are read or written. */
export function checkContext(
  given: Given<Record<string, string>>,
  formats: readonly Format[],
  problems: Problems,
): void {
  if (given?.value === undefined || !formats.includes('native')) return;
  const fault = contextFault(given.value);
  if (fault !== undefined) problems.add(given.layer.source.label('context'), fault);
}
