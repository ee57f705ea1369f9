/** `lazy help TOPIC` and the manual page say what is so, in the same words. */
import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMANDS } from '../../../src/cli/commands.js';
import { EXPORT_FORMATS } from '../../../src/cli/formats/export.js';
import { IMPORT_FORMATS } from '../../../src/cli/formats/import.js';
import { TOPICS } from '../../../src/cli/topics/topics.js';
import { layOut, type Terms } from '../../../src/cli/topics/topic.js';
import { unknownVariables } from '../../../src/config.js';
import { EXIT_STATUS } from '../../../src/errors.js';
import { repoRoot } from '../../emulators/root.js';
import { lazyOptions } from '../../support/lazy-options.js';
import { LAZY } from '../../support/lazy.js';
import { run } from '../../support/run.js';

const MANUAL = join(repoRoot(), 'dist/man/lazy.1');

function textOf(topic: string): string {
  const found = TOPICS.get(topic);
  return found === undefined ? '' : layOut(found, 80);
}

function termsOf(topic: string): string[] {
  const blocks = TOPICS.get(topic)?.blocks ?? [];
  return blocks
    .filter((block): block is Terms => typeof block !== 'string')
    .flatMap((terms) => terms.map(([term]) => term));
}

describe('a topic', () => {
  test.each([...TOPICS.keys()])('%s is shown, within 80 columns, and is no command', async (topic) => {
    const { code, stdout, stderr } = await run([process.execPath, LAZY, 'help', topic]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(textOf(topic));
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(COMMANDS.has(topic)).toBe(false);
  });

  test('exit-status has every code with its status', () => {
    const told = termsOf('exit-status').filter((term) => term.includes('ERR_'));
    expect(told).toEqual(Object.entries(EXIT_STATUS).map(([code, status]) => `${status}  ${code}`));
  });

  test('environment names variables that are read, and no other', () => {
    const named = termsOf('environment').filter((term) => term.startsWith('LAZYCRED_'));
    expect(named.length).toBeGreaterThan(10);
    expect(unknownVariables(Object.fromEntries(named.map((name) => [name, 'x'])))).toEqual([]);
  });

  test('formats names every format that is written or read', () => {
    expect(termsOf('formats')).toEqual([...EXPORT_FORMATS]);
    for (const format of IMPORT_FORMATS) expect(textOf('formats')).toContain(format);
  });
});

describe('the manual page', () => {
  test('holds every command, option and topic', async () => {
    const page = readFileSync(MANUAL, 'utf8');
    const options = await lazyOptions();
    expect(options.length).toBeGreaterThan(40);
    for (const { name } of options) expect(page).toContain(`\\-\\-${name.replaceAll('-', '\\-')}`);
    for (const name of COMMANDS.keys()) expect(page).toMatch(new RegExp(`^\\.SS "lazy ${name}\\b`, 'mu'));
    for (const name of TOPICS.keys()) {
      expect(page).toContain(`.SH "${name.toUpperCase().replaceAll('-', '\\-')}"`);
    }
    expect(page).toMatch(/^[\n -~]*$/u);
  });

  test('is named in package.json', () => {
    const { man, files } = JSON.parse(readFileSync(join(repoRoot(), 'package.json'), 'utf8')) as {
      man: string;
      files: string[];
    };
    expect(join(repoRoot(), man)).toBe(MANUAL);
    expect(files).toContain('dist/man');
  });

  test('is roff that groff takes without a warning, where that is installed', () => {
    const { error, status, stdout, stderr } = spawnSync(
      'groff',
      ['-man', '-Tutf8', '-ww', '-P-cbou', MANUAL],
      {
        encoding: 'utf8',
      },
    );
    if (error !== undefined) {
      process.stderr.write('\nTHE MANUAL PAGE WAS not read by groff: not installed\n');
      return;
    }
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain("lazy get 'prod/*'");
    expect(stdout).toContain('LAZYCRED_STORE');
  });
});
