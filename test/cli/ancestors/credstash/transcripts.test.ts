/** The frozen command lines of CredStash 1.17.1, run here. */
import { beforeAll, expect, test } from '@jest/globals';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../../../codec/vector-files.js';
import { repoRoot } from '../../../emulators/root.js';
import { makeTable, motoUrl } from '../../../emulators/servers.js';
import { LAZY, newUser } from '../../../support/lazy.js';
import { run, type RunOptions, type RunResult } from '../../../support/run.js';
import { CREDSTASH_REGION, makeCredstashKeys, moveRow, versionsIn, type Place } from './table.js';
import { CREDSTASH_DIFFERENCES } from '../differences-credstash.js';
import { expectAsFrozen, expectInGuide, frozenSteps, type FrozenStep } from '../frozen.js';

interface Scenario {
  readonly id: string;
  readonly steps: readonly FrozenStep[];
  readonly itemsAfter: readonly Place[];
}

const { cases } = readJson<{ cases: readonly Scenario[] }>('credstash', 'transcripts.json');
/** Each with the number of its first step among all. */
const SCENARIOS = cases.map((scenario, i) => ({
  ...scenario,
  first: cases.slice(0, i).reduce((n, { steps }) => n + steps.length, 0),
}));

/** What -a of the original leaves below the newest version, and ours doesn't. */
const NOT_STORED: readonly Place[] = [{ name: 'm', version: '100000000000000000000' }];

type Play = (argv: readonly string[], o?: RunOptions) => Promise<RunResult>;

beforeAll(makeCredstashKeys);

/** What release 1.6 had left in the table of one scenario: unpadded versions. */
async function fill(scenario: string, table: string, play: Play): Promise<void> {
  if (scenario !== 'cs-cli-unpadded') return;
  for (const version of ['1', '2', '9', '10']) {
    await play(['put', 'legacy', `value ${version}`, '-v', version]);
    const padded = { name: 'legacy', version: version.padStart(19, '0') };
    await moveRow(table, padded, { ...padded, version });
  }
}

test.concurrent.each(SCENARIOS)(
  '$id: prints, exits and stores as the original, but for the differences',
  async ({ id, steps, first, itemsAfter }) => {
    const table = await makeTable(motoUrl(), CREDSTASH_REGION);
    const { work, env } = newUser();
    const play: Play = (argv, o = {}) =>
      run([process.execPath, LAZY, 'credstash', ...(o.env === undefined ? ['-t', table] : []), ...argv], {
        ...o,
        cwd: work,
        env: { ...env, AWS_ENDPOINT_URL: motoUrl(), AWS_DEFAULT_REGION: CREDSTASH_REGION, ...o.env },
      });
    await fill(id, table, play);
    const files = new Set<string>();
    for (const [i, step] of steps.entries()) {
      for (const [name, text] of Object.entries(step.files ?? {})) {
        writeFileSync(join(work, name), text);
        files.add(name);
      }
      const named = step.env === undefined ? {} : { env: { CREDSTASH_DEFAULT_TABLE: table } };
      const said = await play(step.argv, { input: step.stdin, ...named });
      expectAsFrozen(first + i, step, said, CREDSTASH_DIFFERENCES);
    }
    const stored = itemsAfter.filter((at) => !NOT_STORED.some((n) => n.version === at.version));
    expect(await versionsIn(table)).toEqual(stored.map(({ name, version }) => ({ name, version })));
    // No log.
    expect(readdirSync(work).toSorted()).toEqual([...files].toSorted());
  },
  120_000,
);

test('every difference stands in the guide, and the guide has no others', () => {
  expectInGuide(CREDSTASH_DIFFERENCES, frozenSteps('credstash'));
  const guide = readFileSync(join(repoRoot(), 'docs/migrating.md'), 'utf8');
  const [, section = ''] = guide.split(/^## From CredStash$/mu);
  const rows = section.split(/^## /mu)[0]?.match(/^\| .*$/gmu) ?? [];
  const told = rows.slice(2).map((row) => row.split('|')[1]?.trim());
  expect(told).toEqual([...new Set(CREDSTASH_DIFFERENCES.map((d) => d.guide))]);
});
