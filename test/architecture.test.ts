/** The layers of the code, held to what the files import: `tools/layers.js` has the rules, this the teeth. */
import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from './emulators/root.js';
import { circles } from './support/circles.js';
import { kindOfImport, layers, sourceFiles } from './support/layers.js';
import { undocumented, withoutComments } from './support/source-scan.js';

const { ROOMS, roomOf, targetOf, importBreach } = layers;
const files = sourceFiles();

/** Every import of one file of `src/` by another, of whatever kind. */
const edges = files.flatMap(({ path, imports }) =>
  imports.flatMap((i) => {
    const target = i.from.endsWith('.json') ? undefined : targetOf(path, i.from);
    return target === undefined ? [] : [{ path, target }];
  }),
);

describe('the layers', () => {
  test('hold every file', () => {
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((f) => roomOf(f.path) === undefined).map((f) => f.path)).toEqual([]);
  });

  test('every row holds a file, and names rooms that are there and not above', () => {
    const held = new Set(files.map((f) => roomOf(f.path)?.room));
    expect(ROOMS.filter((r) => !held.has(r.room)).map((r) => r.room)).toEqual([]);
    const wrong = ROOMS.flatMap((r) =>
      [...(r.imports ?? []), ...(r.types ?? []), ...(r.later ?? [])]
        .filter((name) => !((ROOMS.find((o) => o.room === name)?.layer ?? Infinity) <= r.layer))
        .map((name) => `${r.room} -> ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  test('every import names a file that is there', () => {
    const known = new Set(files.map((f) => f.path));
    expect(edges.filter((e) => !known.has(e.target))).toEqual([]);
  });

  test('no import breaks a rule', () => {
    const broken = files.flatMap(({ path, imports }) =>
      imports.flatMap((i) => {
        const breach = importBreach(path, { from: i.from, kind: kindOfImport(i) });
        return breach === undefined ? [] : [`${path}: ${breach}`];
      }),
    );
    expect(broken).toEqual([]);
  });

  test('no circle of files, types and import() counted', () => {
    expect(circles(edges.map((e) => [e.path, e.target]))).toEqual([]);
  });

  test('no circle of rooms', () => {
    const roomOfFile = (path: string): string => roomOf(path)?.room ?? path;
    const arrows = edges.map((e) => [roomOfFile(e.path), roomOfFile(e.target)] as const);
    expect(circles(arrows.filter(([from, to]) => from !== to))).toEqual([]);
  });

  test('the process belongs to the command and the null-or-false surface', () => {
    const users = files.filter((f) => /\bprocess\s*[.[?]/.test(withoutComments(f.text)));
    expect(users.map((f) => f.path).filter((path) => roomOf(path)?.process !== true)).toEqual([]);
  });

  test('only the command prints or exits', () => {
    const printers = files.filter((f) =>
      /\bconsole\.|\.exit\(|std(out|err)\.write/.test(withoutComments(f.text)),
    );
    expect(printers.map((f) => f.path).filter((path) => roomOf(path)?.prints !== true)).toEqual([]);
  });
});

describe('what the package exports', () => {
  const manifest = JSON.parse(readFileSync(join(repoRoot(), 'package.json'), 'utf8')) as {
    exports: Record<string, string | { default: string }>;
  };
  const entries = Object.values(manifest.exports).flatMap((e) => (typeof e === 'string' ? [] : [e.default]));
  const paths = entries.map((file) => file.replace(/^\.\/dist\/src\/(.*)\.js$/, '$1'));

  test('index re-exports and does nothing else', () => {
    const text = withoutComments(files.find((f) => f.path === 'index')?.text ?? 'none');
    expect(text.replace(/export (type )?\{[^}]*\} from '[^']+';/g, '').trim()).toBe('');
  });

  test.each(paths)('%s: every export has a doc comment', (path) => {
    expect(files.map((f) => f.path)).toContain(path);
    const seen = new Set<string>();
    const missing = (p: string, only?: ReadonlySet<string>): string[] => {
      const file = files.find((f) => f.path === p);
      if (file === undefined) return [`${p} is missing`];
      seen.add(p);
      const own = undocumented(file.text).filter((name) => only?.has(name) ?? true);
      const passed = file.imports.filter((i) => i.exported && i.from.startsWith('.'));
      return [
        ...own.map((name) => `${p}: ${name}`),
        ...passed.flatMap((i) => missing(targetOf(p, i.from) ?? i.from, new Set(i.names))),
      ];
    };
    expect(missing(path)).toEqual([]);
    expect(seen.size).toBeGreaterThan(0);
  });
});
