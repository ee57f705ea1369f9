import { beforeAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { exportEntries } from '../../../src/cli/formats/export.js';
import { isLazycredError } from '../../../src/errors.js';
import { runScript, SHELLS_HERE, tellAbsentShells, type Shell } from './shells.js';

// Where a shell takes a value for arithmetic, it runs this.
const COMMAND = 'path[$(echo it was run >&2)]';

beforeAll(tellAbsentShells);

/** The file that exports this key; undefined when the key is refused. */
function exported(name: string, text = COMMAND): string | undefined {
  try {
    const entry = { name, value: Buffer.from(text) };
    return Buffer.from(exportEntries([entry], { format: 'shell', rawNames: true })).toString();
  } catch (e) {
    if (!isLazycredError(e, 'ERR_USAGE')) throw e;
    return undefined;
  }
}

test.each(['COLUMNS', 'USERNAME', 'TMOUT', 'LINES', 'PROMPT_COMMAND', 'status', 'PS1', 'ENV'])(
  'a key that some shell evaluates or keeps is refused: %s',
  (key) => {
    expect(exported(key, '1')).toBeUndefined();
  },
);

test('the refusal names the shell, and says how to come by another key', () => {
  const entries = [{ name: 'prod/columns', value: Buffer.from('1') }];
  const attempt = (): unknown => exportEntries(entries, { format: 'shell', prefix: 'prod/' });
  expect(attempt).toThrow('cannot write shell: "prod/columns" has a key that zsh keeps for itself');
  expect(attempt).toThrow(
    expect.objectContaining({ hint: "--prefix '' leaves the prefix on: prod/db is PROD_DB" }),
  );
});

const NAMES = [...new Set(SHELLS_HERE.flatMap(namesIn))];

describe.each(SHELLS_HERE)('$name', (shell) => {
  test('what it declares integer, read-only, array or special is refused', async () => {
    const { stdout } = await runScript(shell, shell.lists);
    const names = [...stdout.matchAll(/^(?:\w+ -\w+ )?([A-Za-z_]\w*)(?=[=[]|$)/gmu)].map(
      ([, name = '']) => name,
    );
    if (shell.name !== 'dash' && shell.name !== 'busybox') expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => exported(name) !== undefined)).toEqual([]);
  });

  test('no key that is written makes it run a value, or keep another: every name in any shell tried', async () => {
    const files = new Map(
      NAMES.flatMap((name) => {
        const file = exported(name);
        return file === undefined ? [] : [[name, file] as const];
      }),
    );
    expect(files.size).toBeGreaterThan(100);
    const tries = [...files].map(
      ([name, file]) =>
        `( ${file}[ "$${name}" = '${COMMAND}' ] || echo ${name} is another ) 2>&1 || echo ${name} fails\n`,
    );
    const { stdout, stderr } = await runScript(shell, tries.join(''));
    expect([stdout, stderr]).toEqual(['', '']);
  });
});

/** What may be a variable's name among the words of a shell's own program, where it keeps its variables' names. */
function namesIn(shell: Shell): readonly string[] {
  const [command = ''] = shell.start;
  const path = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', command], { encoding: 'utf8' }).stdout.trim();
  const words = readFileSync(path, 'latin1').match(/(?<!\w)[A-Z_][A-Z0-9_]{2,30}(?=[\0=])/gu) ?? [];
  // ld.so takes these, in the children of every program alike; docs/formats.md says so.
  return [...new Set(words)].filter((word) => !word.startsWith('LD_'));
}
