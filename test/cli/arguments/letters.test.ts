import { expect, test } from '@jest/globals';
import { COMMON_OPTIONS } from '../../../src/cli/arguments/options.js';
import { COMMANDS } from '../../../src/cli/commands.js';

test('-f and every other letter mean the same option in every command', async () => {
  const loaded = [];
  // One after another: Jest links no two modules at once.
  for (const entry of COMMANDS.values()) loaded.push(await entry.load());
  const options = [...COMMON_OPTIONS, ...loaded.flatMap(({ command }) => command.options)];
  const meanings = new Map<string, Set<string>>();
  for (const { letter, name } of options) {
    if (letter !== undefined) meanings.set(letter, (meanings.get(letter) ?? new Set()).add(name));
  }
  expect([...(meanings.get('f') ?? [])]).toEqual(['file']);
  for (const [letter, names] of meanings) expect({ letter, names: names.size }).toEqual({ letter, names: 1 });
  const takesFile = loaded.filter(({ command }) => command.options.some((o) => o.letter === 'f'));
  expect(takesFile.map(({ command }) => command.usage)).toEqual(['put NAME [VALUE]', 'import FILE|-']);
});
