import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repoRoot } from '../emulators/root.js';
import { tempDir } from '../support/temp-dir.js';

/** What a package says of itself, as package.json and as an entry of a lock file. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly engines: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** One entry of package-lock.json's `packages`. */
export interface Locked {
  readonly version: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly engines?: { readonly node?: string };
}

/** A JSON file in the project's root. */
export function readRoot(file: 'package.json'): Manifest;
export function readRoot(file: 'package-lock.json'): { readonly packages: Readonly<Record<string, Locked>> };
export function readRoot(file: string): unknown {
  return JSON.parse(readFileSync(join(repoRoot(), file), 'utf8')) as unknown;
}

/** What is installed for users of the package alone, as locked: where it lies, and its entry. */
export function lockedForUsers(): Record<string, Locked> {
  const { packages } = readRoot('package-lock.json');
  const used = Object.entries(packages).filter(
    ([path, p]) => path !== '' && p.dev !== true && p.devOptional !== true,
  );
  return Object.fromEntries(used);
}

/** Imports one of the project's tools, which are plain JavaScript. */
export async function importTool(file: string): Promise<unknown> {
  return (await import(pathToFileURL(join(repoRoot(), 'tools', file)).href)) as unknown;
}

/**
 * A folder outside of the repository with the packed tarball installed in it by npm, its `dependencies` as
 * they are locked, and Node's types; nothing else of the project is to be found from there.
 */
export async function installPacked(): Promise<string> {
  const { npm } = (await importTool('npm.js')) as { npm(cwd: string, args: string[]): string };
  const folder = tempDir();
  const [packed] = JSON.parse(npm(repoRoot(), ['pack', '--json', '--pack-destination', folder])) as {
    filename: string;
  }[];
  if (packed === undefined) throw new Error('npm pack made no tarball');
  const { name, version, bin, engines, dependencies, devDependencies } = readRoot('package.json');
  const tarball = `file:${packed.filename}`;
  const types = { '@types/node': devDependencies['@types/node'] };
  const locked = readRoot('package-lock.json').packages;
  const typesLocked = ['node_modules/@types/node', 'node_modules/undici-types'].map((path) => [
    path,
    locked[path],
  ]);
  const wanted = { [name]: tarball, ...types };
  writeJson(join(folder, 'package.json'), { private: true, dependencies: wanted });
  writeJson(join(folder, 'package-lock.json'), {
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': { dependencies: wanted },
      [`node_modules/${name}`]: { version, resolved: tarball, bin, engines, dependencies },
      ...lockedForUsers(),
      ...(Object.fromEntries(typesLocked) as Record<string, Locked>),
    },
  });
  // No package that this Node may not run.
  npm(folder, ['ci', '--engine-strict']);
  return folder;
}

/** Writes a project's files into a folder below, which is made: text as it is, all else as JSON. */
export function writeProject(folder: string, files: Readonly<Record<string, unknown>>): string {
  for (const [file, content] of Object.entries(files)) {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    if (typeof content === 'string') writeFileSync(path, content);
    else writeJson(path, content);
  }
  return folder;
}

function writeJson(path: string, content: unknown): void {
  writeFileSync(path, JSON.stringify(content, null, 2));
}
