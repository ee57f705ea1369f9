import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Fields } from '../../src/record.js';
import { repoRoot } from '../emulators/root.js';

// Not compiled, so they lie in the sources.
const VECTORS = join(repoRoot(), 'test', 'vectors');

/** One file of `test/vectors/native/`; README.md there says what each field means. */
export interface NativeVector {
  readonly file: string;
  readonly title: string;
  readonly must: readonly string[];
  readonly keyHex?: string;
  readonly passphrase?: string;
  readonly name: string;
  readonly version: string;
  readonly context?: Readonly<Record<string, string>>;
  readonly maxValueBytes?: number;
  readonly record: Fields;
  readonly expect: 'open' | 'refuse';
  readonly plaintextB64?: string;
  readonly code?: string;
  readonly steps?: Readonly<Record<string, string>>;
}

export function readJson<T>(...path: readonly string[]): T {
  return JSON.parse(readFileSync(join(VECTORS, ...path), 'utf8')) as T;
}

/** One JSON value a line. */
export function readLines<T>(...path: readonly string[]): T[] {
  const lines = readFileSync(join(VECTORS, ...path), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as T);
}

export function nativeVectors(): NativeVector[] {
  return readdirSync(join(VECTORS, 'native')).map((file) => ({
    ...readJson<Omit<NativeVector, 'file'>>('native', file),
    file: file.replace(/\.json$/u, ''),
  }));
}

/** The value that a vector opens to. */
export function plaintextOf({ plaintextB64 }: { readonly plaintextB64?: string | undefined }): Buffer {
  if (plaintextB64 === undefined) throw new Error('the vector gives no plaintext');
  return Buffer.from(plaintextB64, 'base64');
}
