import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repoRoot } from '../emulators/root.js';
import { importsOf, type Import } from './source-scan.js';

/** A row of `tools/layers.js`, which says what each field means. */
export interface Room {
  readonly room: string;
  readonly layer: number;
  readonly files: readonly string[];
  readonly imports?: readonly string[];
  readonly types?: readonly string[];
  readonly later?: readonly string[];
  readonly packages?: readonly string[];
  readonly laterPackages?: readonly string[];
  readonly process?: true;
  readonly prints?: true;
}

/** How an import is written: a plain one, one of types alone, `import()`. */
export type ImportKind = 'run' | 'types' | 'later';

interface Layers {
  readonly ROOMS: readonly Room[];
  roomOf(path: string): Room | undefined;
  targetOf(path: string, from: string): string | undefined;
  importBreach(path: string, imported: { from: string; kind: ImportKind }): string | undefined;
}

/** The rules of layers, from the file that lint reads. */
export const layers = (await import(
  pathToFileURL(join(repoRoot(), 'tools', 'layers.js')).href
)) as unknown as Layers;

/** A file of `src/`. */
export interface SourceFile {
  /** Below `src`, without `.ts`: `backends/s3`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

/** Every file of `src/`, or of another folder of sources. */
export function sourceFiles(root = join(repoRoot(), 'src')): SourceFile[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const text = readFileSync(join(root, name), 'utf8');
      const path = name.replaceAll('\\', '/').replace(/\.ts$/, '');
      return { path, text, imports: importsOf(text) };
    });
}

/** How the rules of layers see an import that the scanner found. */
export function kindOfImport({ types, dynamic }: Import): ImportKind {
  if (types) return 'types';
  return dynamic ? 'later' : 'run';
}
