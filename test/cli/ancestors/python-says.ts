import { join } from 'node:path';
import { installReaders } from '../../emulators/install.js';
import { findPython } from '../../emulators/python.js';
import { repoRoot } from '../../emulators/root.js';
import { run } from '../../support/run.js';

/** What to ask Python: how it writes pairs, reads YAML, or which names a wildcard matches (null: a bad one). */
export type Question =
  | readonly ['json' | 'csv' | 'yaml', readonly (readonly [string, string])[]]
  | readonly ['yaml-read', string]
  | readonly ['wildcard', readonly [string, readonly string[]]];

/** Asks all of it in one process. */
export async function pythonSays(questions: readonly Question[]): Promise<readonly unknown[]> {
  const python = findPython();
  const script = join(repoRoot(), 'test/cli/ancestors/python-says.py');
  const { code, stdout, stderr } = await run([python.executable, script], {
    input: JSON.stringify(questions),
    env: { PYTHONPATH: installReaders(python), PYTHONDONTWRITEBYTECODE: '1' },
    stdoutIsData: true,
  });
  if (code !== 0) throw new Error(`Python failed (${String(code)}): ${stderr}`);
  return JSON.parse(stdout) as unknown[];
}
