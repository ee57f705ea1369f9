import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ScriptRecord } from './record-scripts.js';

/** The folder of the built command, beside the compiled tests. */
export const BIN = resolve(import.meta.dirname, '../../bin');

/** What a run of the command printed, and the chunks that it evaluated. */
export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly scripts: readonly ScriptRecord[];
}

/** How to run the command. */
export interface RunOptions {
  /** The whole environment: nothing of the test's own leaks in. */
  readonly env: Readonly<Record<string, string>>;
  /** A folder for the record of scripts. */
  readonly work: string;
  readonly cwd?: string;
  /** Options for Node itself. */
  readonly node?: readonly string[];
}

/** Runs a bundle's loader in a process of its own. */
export function runBundle(loader: string, args: readonly string[], o: RunOptions): Run {
  const record = join(o.work, 'scripts.jsonl');
  rmSync(record, { force: true });
  const preload = join(import.meta.dirname, 'record-scripts.js');
  const child = spawnSync(process.execPath, [...(o.node ?? []), '--import', preload, loader, ...args], {
    cwd: o.cwd ?? o.work,
    env: { ...o.env, RECORD_SCRIPTS: record },
    encoding: 'utf8',
    input: '',
    timeout: 30_000,
  });
  const lines = existsSync(record) ? readFileSync(record, 'utf8').trimEnd().split('\n') : [];
  const scripts = lines.map((line) => JSON.parse(line) as ScriptRecord);
  return { status: child.status, stdout: child.stdout, stderr: child.stderr, scripts };
}
