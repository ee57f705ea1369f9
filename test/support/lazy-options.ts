import { COMMON_OPTIONS, type Option } from '../../src/cli/arguments/options.js';
import { COMMANDS } from '../../src/cli/commands.js';

/** Every option of lazy: the common ones, and each command's. */
export async function lazyOptions(): Promise<Option[]> {
  const options = [...COMMON_OPTIONS];
  // One after the other: Jest's loader of modules fails where two are loaded at once that share one.
  for (const { load } of COMMANDS.values()) options.push(...(await load()).command.options);
  return options;
}
