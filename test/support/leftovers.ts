import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { secretForms, secretsOfRun } from '../canary.js';

/** The files below a folder, links not followed. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** What is wrong with the temporary files that a run left: one line for each that holds one of its secrets. */
export function leakedFiles(folder: string, secrets: readonly Uint8Array[]): string[] {
  return filesBelow(folder).flatMap((file) => {
    const forms = secretForms(readFileSync(file), secrets);
    return forms.length === 0 ? [] : [`${relative(folder, file)}: a secret as ${forms.join(', ')}`];
  });
}

/**
 * A Jest reporter that fails the run when a temporary file is left that holds a secret of any test.
 * At the end rather than after each file: its last hooks have run by then, and so have its children.
 */
export default class LeftoversReporter {
  #error: Error | undefined;

  onRunComplete(): void {
    const { TMPDIR: folder, EMU_SECRETS: secrets } = process.env;
    // Unset only when the global set-up failed, which fails the run by itself.
    if (folder === undefined || secrets === undefined) return;
    const leaked = leakedFiles(folder, secretsOfRun(secrets));
    if (leaked.length === 0) return;
    this.#error = new Error(`temporary files were left with secrets in them:\n${leaked.join('\n')}`);
    process.stderr.write(`${this.#error.message}\n`);
  }

  getLastError(): Error | undefined {
    return this.#error;
  }
}
