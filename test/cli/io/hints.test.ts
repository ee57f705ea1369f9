/** Every hint in the words of each surface: the library, lazy, and the ancestors' command lines. */
import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  LIBRARY_HINTS,
  wordsOf,
  type Hint,
  type HintCode,
  type HintData,
  type HintWords,
} from '../../../src/hints.js';
import { ANCESTORS } from '../../../src/cli/ancestors.js';
import { GRAMMAR } from '../../../src/cli/ancestors/cchain.js';
import { CCHAIN_HINTS } from '../../../src/cli/ancestors/cchain/hints.js';
import { ACTIONS, PROGRAM } from '../../../src/cli/ancestors/credstash/grammar.js';
import { CREDSTASH_HINTS } from '../../../src/cli/ancestors/credstash/hints.js';
import { LAZYCRED_HINTS } from '../../../src/cli/ancestors/lazycred/hints.js';
import { HELP } from '../../../src/cli/ancestors/python/argparse/grammar.js';
import { COMMANDS } from '../../../src/cli/commands.js';
import { COMMAND_HINTS } from '../../../src/cli/io/hints.js';
import { repoRoot } from '../../emulators/root.js';
import { lazyOptions } from '../../support/lazy-options.js';
import { sourceFiles } from '../../support/layers.js';
import { withoutComments } from '../../support/source-scan.js';

const GOLDEN = join(repoRoot(), 'test/cli/io/hints.txt');

/** Every code with its data: the type misses none. */
const DATA: { readonly [C in HintCode]: HintData[C] } = {
  'list-names': {},
  'look-at-history': {},
  undelete: {},
  'look-whether-written': {},
  'look-whether-removed': {},
  'destroy-instead': {},
  'destroy-as-native': {},
  'destroy-lost': {},
  'accept-format': { accept: ['native', 'credstash'] },
  'more-time': {},
  'read-bytes': {},
  'check-location': {},
  'check-bucket': {},
  'bucket-without-lock': {},
  'check-table': {},
  'check-key': { setUpMakesIt: true },
  'set-up-folder': {},
  'same-context': {},
  'give-greater-version': {},
  'other-config-file': {},
  'foreign-file': { file: '/project/.lazycredrc', chown: 'chown 1000 /project/.lazycredrc' },
  'trust-file': { file: "/it's/.lazycredrc" },
  'trust-key': { file: '/project/.lazycredrc' },
};
const HINTS: readonly Hint[] = [
  ...(Object.keys(DATA) as HintCode[]).map((code) => ({ code, ...DATA[code] }) as Hint),
  { code: 'check-key', setUpMakesIt: false },
];

interface Flag {
  readonly name: string;
  readonly letter?: string;
}

const spelled = (options: readonly Flag[]) =>
  new Set(
    options.flatMap(({ name, letter }) => [`--${name}`, ...(letter === undefined ? [] : [`-${letter}`])]),
  );

/** The command lines: their words, and the options that each grammar has. */
const COMMAND_LINES: readonly (readonly [string, HintWords, ReadonlySet<string>])[] = [
  ['lazy', COMMAND_HINTS, spelled(await lazyOptions())],
  ['lazycred', LAZYCRED_HINTS, spelled([HELP])],
  [
    'credstash',
    CREDSTASH_HINTS,
    spelled([HELP, ...PROGRAM.options, ...Object.values(ACTIONS).flatMap((a) => a.options)]),
  ],
  ['cchain', CCHAIN_HINTS, spelled([HELP, ...GRAMMAR.options])],
];
const SURFACES = [['library', LIBRARY_HINTS], ...COMMAND_LINES] as const;

const optionsIn = (text: string) => [...text.matchAll(/(?<![\w-])--?[a-z][\w-]*/gu)].map(([word]) => word);

test('every command line has words', () => {
  expect(COMMAND_LINES.map(([name]) => name).sort()).toEqual(['lazy', ...ANCESTORS.keys()].sort());
});

test('are those of hints.txt', () => {
  const all = HINTS.map((hint) =>
    [hint.code, ...SURFACES.map(([name, words]) => `  ${name.padEnd(9)}  ${wordsOf(hint, words)}`)].join(
      '\n',
    ),
  );
  // A change of words is copied from what this test then shows.
  expect(`${all.join('\n\n')}\n`).toBe(readFileSync(GOLDEN, 'utf8'));
});

test('each is given somewhere', () => {
  const code = sourceFiles().map(({ text }) => withoutComments(text));
  const given = (hint: Hint) => code.some((text) => text.includes(`code: '${hint.code}'`));
  expect(HINTS.filter((hint) => !given(hint)).map((hint) => hint.code)).toEqual([]);
});

test("the library's name no command and no option", () => {
  for (const hint of HINTS) {
    const text = wordsOf(hint, LIBRARY_HINTS);
    expect(text).not.toMatch(/\b(?:lazy|credstash|cchain) [a-z]|on the command line/u);
    expect(optionsIn(text)).toEqual([]);
  }
});

describe.each(COMMAND_LINES)('%s', (name, words, options) => {
  test('names only options of its grammar, and nothing of the library alone', () => {
    for (const hint of HINTS) {
      const text = wordsOf(hint, words);
      expect(optionsIn(text).filter((option) => !options.has(option))).toEqual([]);
      if (name !== 'lazy') expect(text).not.toMatch(/\w\(/u);
    }
  });

  test("names only lazy's commands that there are", () => {
    const named = HINTS.flatMap((hint) =>
      [...wordsOf(hint, words).matchAll(/\blazy ([a-z]+)/gu)].map((m) => m[1]),
    );
    expect(named.filter((command) => !COMMANDS.has(command ?? ''))).toEqual([]);
  });
});
