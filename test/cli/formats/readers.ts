import { parse as parseCsv } from 'csv-parse/sync';
import { parseLines } from 'dot-properties';
import dotenv from 'dotenv';
import { load as loadYaml } from 'js-yaml';
import { join } from 'node:path';
import type { ExportFormat } from '../../../src/cli/formats/export.js';
import { installReaders } from '../../emulators/install.js';
import { findPython, type Python } from '../../emulators/python.js';
import { repoRoot } from '../../emulators/root.js';
import { run } from '../../support/run.js';
import { readDockerEnv, readGithubEnv, readTfvars } from './grammars.js';
import { runScript, SHELLS_HERE, type Shell } from './shells.js';

/** What a file says, key → value. */
export type Read = ReadonlyMap<string, string>;

/** A format's reader: many files at once, since some are processes. */
export interface Reader {
  readonly format: ExportFormat;
  readonly name: string;
  readonly read: (
    files: readonly Uint8Array[],
    keys: readonly (readonly string[])[],
  ) => Promise<readonly Read[]>;
}

/** Every reader that an exported file must satisfy. */
export const READERS: readonly Reader[] = [
  each('json', 'JSON.parse', (text) => mapOf(JSON.parse(text))),
  python('json', 'Python'),
  each('yaml', 'js-yaml', (text) => mapOf(loadYaml(text))),
  python('yaml', 'PyYAML'),
  each('dotenv', 'npm dotenv', (text) => mapOf(dotenv.parse(text))),
  each('dotenv', 'npm dotenv, fast', (text) => mapOf(dotenv.parse(text, { fast: true }))),
  python('dotenv', 'python-dotenv'),
  ...SHELLS_HERE.map((shell) => ({
    format: 'shell' as const,
    name: shell.name,
    read: (files: readonly Uint8Array[], keys: readonly (readonly string[])[]) =>
      readWithShell(shell, files, keys),
  })),
  each('github-env', 'a runner', (text) => readGithubEnv(text, false)),
  each('github-env', 'a runner on Windows', (text) => readGithubEnv(text, true)),
  each('docker-env', 'docker', (text) => readDockerEnv(text, false)),
  each('docker-env', 'docker that unquotes', (text) => readDockerEnv(text, true)),
  each('csv', 'csv-parse', (text) => table(parseCsv(text, { record_delimiter: '\r\n' }))),
  python('csv', 'Python'),
  each('tsv', 'csv-parse', (text) =>
    table(parseCsv(text, { delimiter: '\t', quote: null, record_delimiter: '\n' })),
  ),
  python('tsv', 'Python'),
  // By the file's bytes as Java reads a stream.
  {
    ...each('java-properties', 'dot-properties', () => new Map()),
    read: (files) => Promise.resolve(files.map(properties)),
  },
  each('tfvars', 'HCL', readTfvars),
];

function each(format: ExportFormat, name: string, read: (text: string) => Read): Reader {
  const decode = (file: Uint8Array): string => new TextDecoder('utf-8', { fatal: true }).decode(file);
  return { format, name, read: (files) => Promise.resolve(files.map((file) => read(decode(file)))) };
}

function python(format: ExportFormat, name: string): Reader {
  return { format, name, read: (files) => readWithPython(format, files) };
}

function mapOf(value: unknown): Read {
  return new Map(Object.entries(value as Record<string, string>));
}

function table(rows: readonly (readonly string[])[]): Read {
  const [header, ...rest] = rows;
  if (header?.join() !== 'name,value') throw new Error('no header');
  return new Map(rest.map(([name = '', value = '']) => [name, value]));
}

function properties(file: Uint8Array): Read {
  // By line: its object would lose `__proto__`.
  const lines = parseLines(Buffer.from(file).toString('latin1')) as readonly string[][];
  return new Map(lines.map(([key = '', value = '']) => [key, value]));
}

let python3: Python | undefined;

/** Reads the files in one Python. */
export async function readWithPython(reader: string, files: readonly Uint8Array[]): Promise<readonly Read[]> {
  python3 ??= findPython();
  const script = join(repoRoot(), 'test', 'cli', 'formats', 'readers.py');
  const { code, stdout, stderr } = await run([python3.executable, script], {
    input: JSON.stringify(files.map((file) => [reader, Buffer.from(file).toString('base64')])),
    env: { PYTHONPATH: installReaders(python3), PYTHONDONTWRITEBYTECODE: '1' },
    stdoutIsData: true,
  });
  // python-dotenv only warns of what it can't read.
  if (code !== 0 || stderr !== '') throw new Error(`Python failed (${String(code)}): ${stderr}`);
  return (JSON.parse(stdout) as unknown[]).map(mapOf);
}

/** Runs the files in one shell, each in a subshell that then prints its variables. */
async function readWithShell(
  shell: Shell,
  files: readonly Uint8Array[],
  keys: readonly (readonly string[])[],
): Promise<readonly Read[]> {
  const parts = files.flatMap((file, i) => [
    Buffer.from('(\n:\n'),
    file,
    ...(keys[i] ?? []).map((key) => Buffer.from(`printf '%s\\0' "$${key}"\n`)),
    Buffer.from(') || exit 1\n'),
  ]);
  const { code, stderr, stdoutBytes } = await runScript(shell, Buffer.concat(parts));
  if (code !== 0 || stderr !== '') throw new Error(`${shell.name} failed (${String(code)}): ${stderr}`);
  const values = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(stdoutBytes).split('\0');
  return keys.map((of) => new Map(of.map((key) => [key, values.shift() ?? ''])));
}
