/** `docs/architecture.md` is held to what is there: its table of layers, and every path that it names. */
import { expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repoRoot } from '../emulators/root.js';
import { layers } from '../support/layers.js';

const PAGE = readFileSync(join(repoRoot(), 'docs/architecture.md'), 'utf8');
const { layersTable } = (await import(
  pathToFileURL(join(repoRoot(), 'tools/layers-table.js')).href
)) as unknown as { layersTable: () => string };

test('its table says what the rules of layers say: node tools/layers-table.js writes it anew', () => {
  const told = /```layers\n(.*?)\n```/s.exec(PAGE)?.[1];
  expect(told).toBe(layersTable());
  const rooms = [...(told ?? '').matchAll(/^ *\d+ {2}(\S+)/gm)].map(([, room]) => room);
  expect(rooms).toEqual(layers.ROOMS.map((r) => r.room));
});

test('every file and folder that it names is there', () => {
  const named = [...PAGE.matchAll(/`([\w.-]+\/[\w./-]*)`/g)].map(([, path = '']) => path);
  expect(named.length).toBeGreaterThan(30);
  const isThere = (path: string): boolean =>
    [path, join('src', path), join('src', `${path}.ts`)].some((p) => existsSync(join(repoRoot(), p)));
  expect(named.filter((path) => !isThere(path))).toEqual([]);
});
