import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { readJson } from '../../codec/vector-files.js';
import { repoRoot } from '../../emulators/root.js';
import type { RunResult } from '../../support/run.js';

/** One command line of an original, as it was run once, and what it did. */
export interface FrozenStep {
  readonly argv: readonly string[];
  readonly stdin?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly exit: number;
  readonly stdout: string;
}

/** Where ours does something else than the original, on purpose. */
export interface Difference {
  /** The steps of the transcript, from 0. */
  readonly steps: readonly number[];
  /** Ours; as the original's where it isn't given. */
  readonly exit?: number;
  readonly stdout?: string;
  /** Words of docs/migrating.md that say so. */
  readonly guide: string;
}

/** An ancestor's transcript: what was run, and in between checks of what lies in the store. */
export function frozenSteps<Check>(ancestor: string): (FrozenStep | Check)[] {
  const { cases } = readJson<{ cases: { steps: (FrozenStep | Check)[] }[] }>(ancestor, 'transcripts.json');
  return cases.flatMap((c) => c.steps);
}

/** Holds what ours did against what the original did, but for the differences. */
export function expectAsFrozen(
  index: number,
  frozen: FrozenStep,
  ours: RunResult,
  differences: readonly Difference[],
): void {
  const { exit = frozen.exit, stdout = frozen.stdout } =
    differences.find((d) => d.steps.includes(index)) ?? {};
  // What was written is told of with one line that the original doesn't have.
  const error = ours.stderr.replace(/^note: .*\n/u, '');
  expect({ index, exit: ours.code, stdout: ours.stdout, failed: error !== '' }).toEqual({
    index,
    exit,
    stdout,
    failed: exit !== 0,
  });
}

/** Every difference is one, and stands in the guide. */
export function expectInGuide(
  differences: readonly Difference[],
  steps: readonly (FrozenStep | object)[],
): void {
  // Without the line breaks and the padding of tables.
  const guide = readFileSync(join(repoRoot(), 'docs/migrating.md'), 'utf8').replace(/\s+/gu, ' ');
  for (const { steps: places, exit, stdout, guide: words } of differences) {
    expect(guide).toContain(words);
    for (const place of places) {
      const { exit: before, stdout: printed } = steps[place] as FrozenStep;
      expect({ exit: exit ?? before, stdout: stdout ?? printed }).not.toEqual({
        exit: before,
        stdout: printed,
      });
    }
  }
}
