/** The layers of the code, held to what the files import: `docs/` has the picture, this has the teeth. */
import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { repoRoot } from './emulators/root.js';
import { importsOf, undocumented, withoutComments, type Import } from './support/source-scan.js';

const SRC = join(repoRoot(), 'src');

interface SourceFile {
  /** Below `src`, without `.ts`: `backends/s3`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

const files: readonly SourceFile[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => {
    const text = readFileSync(join(SRC, name), 'utf8');
    const path = relative('.', name).replaceAll('\\', '/').replace(/\.ts$/, '');
    return { path, text, imports: importsOf(text) };
  });

/** Rooms of layer 2: files of one don't know those of another. */
const ROOMS = ['codec', 'keys', 'backends', 'config', 'aws', 'setup'] as const;

const LAYERS: readonly { readonly layer: number; readonly files: RegExp }[] = [
  {
    layer: 0,
    files:
      /^(errors|record|secret|(text|files|record)\/.*|store\/(bulk|deadline)|aws\/service-errors|setup\/(request|steps)|backends\/dynamodb\/table-keys)$/,
  },
  { layer: 1, files: /^(backend|keys)$/ },
  {
    layer: 2,
    files:
      /^((codec|keys|backends|config|aws)\/.*|config|setup\/(bucket|table|folder|kms-key|forgotten-kms-key).*)$/,
  },
  { layer: 3, files: /^store(\/.*)?$/ },
  { layer: 4, files: /^(connect|simple|setup|setup\/(aws-parts|cloudformation|terraform))$/ },
  { layer: 5, files: /^index$/ },
  { layer: 6, files: /^cli\// },
];

const layerOf = (path: string): number | undefined => LAYERS.find((l) => l.files.test(path))?.layer;
const roomOf = (path: string): string | undefined =>
  layerOf(path) === 2 ? ROOMS.find((room) => path === room || path.startsWith(`${room}/`)) : undefined;
const targetOf = (path: string, from: string): string =>
  posix.join(posix.dirname(path), from).replace(/\.js$/, '');

interface Edge extends Import {
  readonly path: string;
  /** The imported file below `src`, or a package's name. */
  readonly target: string;
  readonly own: boolean;
}

const edges: readonly Edge[] = files.flatMap(({ path, imports }) =>
  imports.map((i) => {
    const own = i.from.startsWith('.');
    return { ...i, path, own, target: own ? targetOf(path, i.from) : i.from };
  }),
);

/** The edges that break a rule, readable in a failure. */
function broken(rule: (edge: Edge) => boolean): string[] {
  return edges.filter(rule).map((e) => `${e.path} -> ${e.target}${e.types ? ' (types)' : ''}`);
}

describe('the layers', () => {
  test('hold every file', () => {
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((f) => layerOf(f.path) === undefined).map((f) => f.path)).toEqual([]);
  });

  test('every import names a file that is there', () => {
    const known = new Set(files.map((f) => f.path));
    expect(broken((e) => e.own && !known.has(e.target) && !e.target.endsWith('.json'))).toEqual([]);
  });

  test('nothing imports what is above it', () => {
    expect(broken((e) => e.own && (layerOf(e.target) ?? 0) > (layerOf(e.path) ?? 0))).toEqual([]);
  });

  test('layer 1 is imported as types, and imports types', () => {
    const isInterface = (path: string): boolean => layerOf(path) === 1;
    expect(broken((e) => e.own && !e.types && (isInterface(e.target) || isInterface(e.path)))).toEqual([]);
  });

  test('layer 0 and 1 need no package', () => {
    expect(broken((e) => (layerOf(e.path) ?? 9) <= 1 && !e.own && !e.from.startsWith('node:'))).toEqual([]);
    expect(broken((e) => e.path === 'errors')).toEqual([]);
  });

  test('rooms of layer 2 do not know each other', () => {
    expect(
      broken(
        (e) =>
          e.own &&
          layerOf(e.target) === 2 &&
          layerOf(e.path) === 2 &&
          roomOf(e.target) !== roomOf(e.path) &&
          roomOf(e.path) !== 'setup',
      ),
    ).toEqual([]);
  });

  test('a backend knows neither keys nor values', () => {
    expect(
      broken((e) => roomOf(e.path) === 'backends' && /^(keys|secret|files\/user-folders)$/.test(e.target)),
    ).toEqual([]);
  });

  test('the store knows codecs, but no backend, key provider, configuration or service', () => {
    expect(
      broken((e) => layerOf(e.path) === 3 && layerOf(e.target) === 2 && roomOf(e.target) !== 'codec'),
    ).toEqual([]);
    expect(broken((e) => layerOf(e.path) === 3 && !e.own && !e.from.startsWith('node:'))).toEqual([]);
  });

  test('concrete classes are named in connect and setup alone, and loaded when they are needed', () => {
    const isConcrete = (e: Edge): boolean => ['backends', 'keys', 'setup'].includes(roomOf(e.target) ?? '');
    const isNaming = (e: Edge): boolean =>
      e.path === 'connect' || e.path === 'setup' || roomOf(e.path) === 'setup';
    expect(broken((e) => isConcrete(e) && roomOf(e.target) !== roomOf(e.path) && !isNaming(e))).toEqual([]);
    expect(
      broken((e) => isConcrete(e) && /^(connect|setup)$/.test(e.path) && !e.types && !e.dynamic),
    ).toEqual([]);
  });

  test('the command stands on the library, never on a backend, key provider or codec', () => {
    // Past index.ts, which loads all of the library: help needs errors and names alone.
    const allowed = ({ target, types }: Edge): boolean =>
      layerOf(target) === 6 ||
      layerOf(target) === 0 ||
      /^(index|connect|setup)$/.test(target) ||
      roomOf(target) === 'config' ||
      (types && target === 'store');
    const isCode = (e: Edge): boolean => e.own && !e.target.endsWith('.json');
    expect(broken((e) => layerOf(e.path) === 6 && isCode(e) && !allowed(e))).toEqual([]);
  });

  test('the null-or-false surface stands on connect', () => {
    expect(broken((e) => e.path === 'simple' && (roomOf(e.target) ?? 'config') !== 'config')).toEqual([]);
  });
});

describe('packages', () => {
  test('each has its place', () => {
    const places: Readonly<Record<string, RegExp>> = {
      '@aws-sdk/client-s3': /^(backends\/s3|setup\/bucket|(connect|setup)$)/,
      '@aws-sdk/client-dynamodb': /^(backends\/dynamodb|setup\/table$|(connect|setup)$)/,
      '@aws-sdk/client-kms': /^(keys\/(aws-)?kms|setup\/(forgotten-)?kms-key$|(connect|setup)$)/,
      '@aws-sdk/credential-providers': /^aws\/client-settings$/,
      cosmiconfig: /^config(\/|$)/,
      'js-yaml': /^cli\/formats\//,
      pino: /^(simple|cli\/.*)$/,
      yargs: /^cli\//,
    };
    const packageOf = (from: string): string =>
      from
        .split('/')
        .slice(0, from.startsWith('@') ? 2 : 1)
        .join('/');
    const isPackage = (e: Edge): boolean => !e.own && !e.from.startsWith('node:');
    expect(broken((e) => isPackage(e) && places[packageOf(e.from)]?.test(e.path) !== true)).toEqual([]);
  });

  test('connect and setup load them when they are needed', () => {
    expect(broken((e) => /^(connect|setup)$/.test(e.path) && !e.own && !e.types && !e.dynamic)).toEqual([]);
  });

  test('the process belongs to the command and the null-or-false surface', () => {
    const users = files.filter((f) => /\bprocess\s*[.[?]/.test(withoutComments(f.text)));
    expect(users.map((f) => f.path).filter((path) => layerOf(path) !== 6 && path !== 'simple')).toEqual([]);
    expect(broken((e) => e.from === 'node:process' && layerOf(e.path) !== 6)).toEqual([]);
  });

  test('only the command prints or exits', () => {
    const printers = files.filter((f) =>
      /\bconsole\.|\.exit\(|std(out|err)\.write/.test(withoutComments(f.text)),
    );
    expect(printers.map((f) => f.path).filter((path) => layerOf(path) !== 6)).toEqual([]);
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
        ...passed.flatMap((i) => missing(targetOf(p, i.from), new Set(i.names))),
      ];
    };
    expect(missing(path)).toEqual([]);
    expect(seen.size).toBeGreaterThan(0);
  });
});
