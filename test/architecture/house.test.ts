/** The house's limits: how many files lie loose, what a file is called, where a test lies. */
import { describe, expect, test } from '@jest/globals';
import { join, posix } from 'node:path';
import { repoRoot } from '../emulators/root.js';
import { sourceFiles } from '../support/layers.js';

const sources = sourceFiles().map((f) => f.path);
const isIn = (folder: string) => (path: string) => posix.dirname(path) === folder;

describe('loose files', () => {
  test('src has at most twelve, for the rooms have the rest', () => {
    expect(sources.filter(isIn('.')).length).toBeLessThanOrEqual(12);
  });

  test('src/cli has at most nine', () => {
    expect(sources.filter(isIn('cli')).length).toBeLessThanOrEqual(9);
  });
});

/**
 * The prefixes that do a folder's work: `bucket-policy` and `bucket-state` beside `bucket`, or `read-csv`,
 * `read-json` and `read-yaml` beside nothing of that name. Two alone, as `kms-errors` and `kms-key-id`, are none.
 */
function prefixesOf(paths: readonly string[]): string[] {
  const groups = new Map<string, Set<string>>();
  for (const path of paths) {
    const words = path.split('/').at(-1)?.split('-') ?? [];
    for (let length = 1; length < words.length; length++) {
      const prefix = posix.join(posix.dirname(path), words.slice(0, length).join('-'));
      groups.set(prefix, (groups.get(prefix) ?? new Set()).add(path));
    }
  }
  const isTaken = (prefix: string): boolean =>
    paths.some((path) => path === prefix || path.startsWith(`${prefix}/`));
  return [...groups]
    .filter(([prefix, { size }]) => size >= (isTaken(prefix) ? 2 : 3))
    .map(([prefix]) => prefix);
}

describe('a prefix', () => {
  test('of a sibling, or of three files, is found', () => {
    expect(prefixesOf(['a/b', 'a/b-c', 'a/b-d'])).toEqual(['a/b']);
    expect(prefixesOf(['a/b/x', 'a/b-c', 'a/b-d'])).toEqual(['a/b']);
    expect(prefixesOf(['a/b-c', 'a/b-d', 'a/b-e'])).toEqual(['a/b']);
    expect(prefixesOf(['a/b', 'a/b-c', 'a/e-c', 'a/e-d', 'z/b-d'])).toEqual([]);
  });

  test('does no folder’s work', () => {
    expect(prefixesOf(sources)).toEqual([]);
  });
});

/** Beside what a test is about it needs these: the errors' class, and the package's front door. */
const SURROUNDING: ReadonlySet<string> = new Set(['errors', 'index']);

/** The tests of one source: they bear its path, or run nothing else of `src/`. */
function testsOfOneSource(): { path: string; isBeside: boolean }[] {
  return sourceFiles(join(repoRoot(), 'test'))
    .filter((file) => file.path.endsWith('.test'))
    .flatMap(({ path, imports }) => {
      const run = imports
        .filter((i) => !i.types && i.from.startsWith('.'))
        .map((i) => posix.join('test', posix.dirname(path), i.from))
        .flatMap((target) => (target.startsWith('src/') ? [target.slice(4).replace(/\.js$/, '')] : []));
      const subjects = new Set(run.filter((source) => !SURROUNDING.has(source)));
      const isBeside = sources.includes(path.replace(/\.test$/, ''));
      return isBeside || subjects.size === 1 ? [{ path, isBeside }] : [];
    });
}

test('two thirds of the tests of one source bear its path', () => {
  const tests = testsOfOneSource();
  const beside = tests.filter((t) => t.isBeside);
  const share = beside.length / tests.length;
  const elsewhere = tests.filter((t) => !t.isBeside).map((t) => t.path);
  expect(tests.length).toBeGreaterThan(40);
  // In the failure: how many, and which lie elsewhere.
  expect({ beside: beside.length, of: tests.length, elsewhere, isEnough: share >= 2 / 3 }).toMatchObject({
    isEnough: true,
  });
});
