import { LazycredError } from '../errors.js';
import { quote } from '../text/printable.js';
import { keyOf } from '../text/key-of.js';
import { runsCode } from './code-variables.js';
import type { Reference } from './reference.js';

/** The names of secrets, by the prefix that they were found below. */
export type NamesBelow = readonly (readonly [prefix: string, names: readonly string[]])[];

/**
 * The secrets below prefixes, each under the variable of its name.
 *
 * @throws ERR_USAGE naming every secret without a variable, every two with one variable, and every variable by which
 *   programs run code
 */
export function variablesBelow(found: NamesBelow): Map<string, Reference> {
  const variables = new Map<string, Reference>();
  const problems: string[] = [];
  for (const [prefix, names] of found) {
    for (const name of names) {
      const variable = keyOf(name, prefix);
      const other = variables.get(variable ?? '')?.name;
      if (variable === undefined) problems.push(`${quote(name)} has no letter or digit for a variable`);
      else if (other !== undefined && other !== name)
        problems.push(`${quote(other)} and ${quote(name)} have one variable, ${variable}`);
      else if (runsCode(variable))
        problems.push(
          `${quote(name)} would set ${variable}, by which programs run code or reach other services`,
        );
      else variables.set(variable, { name });
    }
  }
  if (problems.length > 0) throw new LazycredError('ERR_USAGE', problems.join('; '));
  return variables;
}
