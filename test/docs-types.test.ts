import { afterAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { repoRoot } from './emulators/root.js';

const root = repoRoot();
/** The compiled tree that this test is part of. */
const dist = dirname(dirname(fileURLToPath(import.meta.url)));
// Inside the repository, so that the examples' own imports (the SDK, pino, Node's types) are found.
const work = mkdtempSync(join(dist, 'examples-'));

afterAll(() => {
  rmSync(work, { recursive: true, force: true });
});

/** What an example takes from the ones before it. */
const BEFORE = "declare const store: import('lazycred').Store;\n";

function examples(page: string): string[] {
  const blocks = readFileSync(join(root, page), 'utf8').matchAll(/^```ts\n(.*?)^```$/gmsu);
  return [...blocks].map(([, code = '']) =>
    code.includes('import ') ? code : `${BEFORE}${code}export {};\n`,
  );
}

/** The package as its users import it: by `exports`, from the tree under test. */
function importPaths(): Record<string, string[]> {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, { default?: string }>;
  };
  const paths = Object.entries(exports).map(([key, { default: file }]) =>
    file === undefined
      ? []
      : [[`lazycred${key.slice(1)}`, [file.replace('./dist', dist).replace(/js$/u, 'd.ts')]]],
  );
  return Object.fromEntries(paths.flat()) as Record<string, string[]>;
}

function compile(files: Record<string, string>): string {
  for (const [name, code] of Object.entries(files)) writeFileSync(join(work, name), code);
  const compilerOptions = {
    target: 'es2023',
    module: 'nodenext',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
    paths: importPaths(),
  };
  writeFileSync(join(work, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: Object.keys(files) }));
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  return spawnSync(process.execPath, [tsc, '-p', work], { encoding: 'utf8' }).stdout;
}

describe("the pages' library examples", () => {
  test.each(['README.md', 'docs/library.md', 'docs/migrating.md'])(
    '%s compiles strictly as a user would',
    (page) => {
      const codes = examples(page);
      expect(codes.length).toBeGreaterThan(1);
      const prefix = page.replace(/\W/gu, '-');
      expect(compile(Object.fromEntries(codes.map((code, i) => [`${prefix}-${i}.mts`, code])))).toBe('');
    },
  );

  test('one that is wrong is told', () => {
    const code = "import { openStore } from 'lazycred';\n(await openStore({ store: 1 })).nothing();\n";
    expect(compile({ 'wrong.mts': code })).toMatch(/wrong\.mts\(2,.*TS2322/su);
  });
});
