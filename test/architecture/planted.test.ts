/** A breach planted in every room: lint and the function that the architecture test asks refuse each. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repoRoot } from '../emulators/root.js';
import { layers, type ImportKind, type Room } from '../support/layers.js';
import { tempDir } from '../support/temp-dir.js';

const { ROOMS, importBreach } = layers;

interface Breach {
  readonly path: string;
  readonly from: string;
  readonly kind: ImportKind;
  /** A line of the planted file. */
  readonly line: string;
}

/** A path in the room: a new file where a pattern has a star, else the room's own. */
const pathIn = (room: Room): string => {
  const pattern = room.files.find((file) => file.endsWith('*')) ?? room.files[0] ?? 'none';
  return pattern.replace('*', pattern.endsWith('/*') ? 'planted' : '-planted');
};

const specifier = (from: string, to: string): string =>
  `${'../'.repeat(from.split('/').length - 1) || './'}${to}.js`;

/** An import of each kind that the room may not make of that file or package. */
function breachesOf(path: string, from: string, room: Room, name: string): Breach[] {
  const isLater = [...(room.later ?? []), ...(room.laterPackages ?? [])].includes(name);
  const isTypes = isLater || room.types?.includes(name) === true;
  const id = `x${name.replaceAll(/\W/g, '_')}`;
  return [
    { path, from, kind: 'run', line: `import '${from}';` },
    ...(isLater
      ? []
      : [{ path, from, kind: 'later' as const, line: `export const ${id} = import('${from}');` }]),
    ...(isTypes
      ? []
      : [{ path, from, kind: 'types' as const, line: `export type { A as A${id} } from '${from}';` }]),
  ];
}

/** Every room's breaches of the rooms and packages that are not its own. */
const planted = ROOMS.flatMap((room) => {
  const path = pathIn(room);
  const others = ROOMS.filter((o) => o !== room && room.imports?.includes(o.room) !== true);
  const packages = ['@aws-sdk/client-s3', 'pino', 'yargs', 'left-pad'].filter(
    (name) => room.packages?.includes(name) !== true,
  );
  return [
    ...others.flatMap((o) => breachesOf(path, specifier(path, pathIn(o)), room, o.room)),
    ...packages.flatMap((name) => breachesOf(path, name, room, name)),
    ...(room.process === true
      ? []
      : [
          {
            path,
            from: 'node:process',
            kind: 'run' as const,
            line: `import 'node:process'; export const env: unknown = process.env; env.exit();`,
          },
        ]),
  ];
});

describe('a planted breach', () => {
  /** Messages of lint's own rules of layers, by file and line. */
  const reported = new Map<string, string[]>();

  beforeAll(() => {
    const root = tempDir();
    for (const name of ['.oxlintrc.json', 'tsconfig.json', 'package.json', 'tools']) {
      cpSync(join(repoRoot(), name), join(root, name), { recursive: true });
    }
    symlinkSync(join(repoRoot(), 'node_modules'), join(root, 'node_modules'), 'junction');
    for (const path of new Set(planted.map((b) => b.path))) {
      const file = join(root, 'src', `${path}.ts`);
      mkdirSync(dirname(file), { recursive: true });
      const lines = planted.filter((b) => b.path === path).map((b) => b.line);
      writeFileSync(file, `${lines.join('\n')}\n`);
    }
    const oxlint = join(root, 'node_modules/oxlint/bin/oxlint');
    const run = spawnSync(process.execPath, [oxlint, '--format=json', 'src'], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    expect(run.stderr).toBe('');
    const { diagnostics } = JSON.parse(run.stdout) as { diagnostics: Diagnostic[] };
    for (const { code, filename, message, labels } of diagnostics) {
      if (code?.startsWith('layers(') !== true) continue;
      const key = `${filename.replaceAll('\\', '/')}:${labels[0]?.span.line ?? 0}`;
      reported.set(key, [...(reported.get(key) ?? []), message]);
    }
  });

  test.each(ROOMS.map((r) => r.room))(
    'in %s is refused by the function and by lint, in the same words',
    (name) => {
      const room = ROOMS.find((r) => r.room === name);
      const path = room === undefined ? 'none' : pathIn(room);
      const here = planted.filter((b) => b.path === path);
      expect(here.length).toBeGreaterThan(10);
      for (const [i, breach] of here.entries()) {
        const told = importBreach(path, breach);
        expect({ breach, told }).toEqual({ breach, told: expect.any(String) as unknown });
        expect({ breach, told: reported.get(`src/${path}.ts:${i + 1}`) }).toEqual({
          breach,
          told: expect.arrayContaining([told]) as unknown,
        });
      }
      const last = reported.get(`src/${path}.ts:${here.length}`) ?? [];
      // The import, the global, the exit.
      expect(last.length).toBe(room?.process === true ? 1 : 3);
    },
  );
});

interface Diagnostic {
  /** None for a file that can't be parsed. */
  readonly code?: string;
  readonly filename: string;
  readonly message: string;
  readonly labels: readonly { readonly span: { readonly line: number } }[];
}
