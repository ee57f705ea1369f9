/** What is installed for users of the package: all that the shipped files import, and nothing else. */
import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { repoRoot } from '../emulators/root.js';
import { lockedForUsers, readRoot } from './consumer.js';

const { dependencies } = readRoot('package.json');
// As tsc and rolldown print them: a statement on one line. A message of the SDK has "[require('…');]" in it.
const IMPORT = /(?:^(?:import|export)\b[^'"\n]*\bfrom |^import |\bimport\()['"]([^'".][^'"]*)['"]/gmu;
const REQUIRE = /(?<!\[)\brequire\(['"]([^'".][^'"]*)['"]\)/gu;
const COMMENT = /^\s*(?:\/?\*|\/\/).*$/gmu;

/** The packages that a folder's files import, Node's own apart, each once and without a path inside of it. */
function imported(folder: string, suffix: RegExp, except?: string): string[] {
  const files = readdirSync(join(repoRoot(), folder), { recursive: true, encoding: 'utf8' }).filter(
    (file) => suffix.test(file) && (except === undefined || !file.startsWith(except)),
  );
  expect(files.length).toBeGreaterThan(0);
  const names = files.flatMap((file) => {
    const text = readFileSync(join(repoRoot(), folder, file), 'utf8').replace(COMMENT, '');
    return [...text.matchAll(IMPORT), ...text.matchAll(REQUIRE)].map(
      ([, from = '']) => /^(?:@[^/]+\/)?[^/]+/u.exec(from)?.[0] ?? from,
    );
  });
  return [...new Set(names)].filter((name) => !isBuiltin(name)).sort();
}

describe('dependencies', () => {
  test.each([
    ['ES modules', 'dist/src', 'cli'],
    ['CommonJS', 'dist/commonjs', undefined],
  ])('are what the library imports, as %s', (_, folder, except) => {
    expect(imported(folder, /\.js$/u, except)).toEqual(Object.keys(dependencies).sort());
    const ofTypes = imported(folder, /\.d\.ts$/u, except);
    expect(Object.keys(dependencies)).toEqual(expect.arrayContaining(ofTypes));
  });

  test('the command imports none: it is bundled whole', () => {
    expect(imported('dist/bin', /\.cjs$/u)).toEqual([]);
  });
});

describe('the AWS SDK', () => {
  const clients = Object.entries(dependencies).filter(([name]) => name.startsWith('@aws-sdk/'));
  const minor = (version: string): number => Number(/^3\.(\d+)\./u.exec(version)?.[1]);

  // docs/adr/0013: releases of 2027 need Node 22.
  test('is taken from one range, which ends below releases that were not looked at', () => {
    const ranges = [...new Set(clients.map(([, range]) => range))];
    expect(ranges).toEqual([expect.stringMatching(/^>=3\.\d+\.0 <3\.\d+\.0$/u)]);
    const [from = NaN, to = NaN] = (ranges[0] ?? '')
      .split(' ')
      .map((bound) => minor(bound.replace(/^[<>=]+/u, '')));
    for (const [name] of clients) {
      const locked = minor(lockedForUsers()[`node_modules/${name}`]?.version ?? '');
      expect({ name, within: locked >= from && locked < to }).toEqual({ name, within: true });
    }
  });

  test('runs on Node 20 in every part that is locked', () => {
    const parts = Object.entries(lockedForUsers()).filter(([path]) =>
      /\/@(?:aws-sdk|smithy|aws)\//u.test(path),
    );
    expect(parts.length).toBeGreaterThan(clients.length);
    const newer = parts.filter(([, p]) => !(Number(/^>=\s*(\d+)/u.exec(p.engines?.node ?? '')?.[1]) <= 20));
    expect(newer.map(([path]) => path)).toEqual([]);
  });
});
