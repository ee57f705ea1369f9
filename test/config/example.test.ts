import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { variableOf } from '../../src/config/sources/environment.js';
import { KEYS, SPELLINGS } from '../../src/config/schema.js';
import { repoRoot } from '../emulators/root.js';
import { makeFolder, type Folder } from './folder.js';

const EXAMPLE = readFileSync(join(repoRoot(), '.lazycredrc.example'), 'utf8').split('\n');

let folder: Folder;
beforeAll(() => {
  folder = makeFolder();
});
afterAll(() => {
  folder.remove();
});

/** A setting with the lines below it: `[first line, first line after it)`. */
interface Block {
  readonly key: string;
  readonly from: number;
  readonly to: number;
}

function blocks(begin: RegExp, goesOn: RegExp): Block[] {
  return EXAMPLE.flatMap((line, from) => {
    const key = begin.exec(line)?.[1];
    if (key === undefined) return [];
    let to = from + 1;
    while (goesOn.test(EXAMPLE[to] ?? '')) to++;
    return [{ key, from, to }];
  });
}

const ACTIVE = blocks(/^(\w+):/u, /^ {2}/u);
const ALTERNATIVES = blocks(/^#(\w+):/u, /^# {2,}/u);
/** What must give way to a setting, and what must come with it. */
const spelled = (key: string): string => (Object.hasOwn(SPELLINGS, key) ? (SPELLINGS[key] ?? key) : key);

function withAlternative(block: Block): string {
  const out = ACTIVE.find((a) => a.key === spelled(block.key));
  return EXAMPLE.map((line, i) => {
    if (i >= block.from && i < block.to) return line.slice(1);
    return out !== undefined && i >= out.from && i < out.to ? '' : line;
  }).join('\n');
}

const load = (text: string) => folder.load({ file: folder.write('example/.lazycredrc', text) });

describe('.lazycredrc.example', () => {
  test('opens as it is', async () => {
    const { settings } = await load(EXAMPLE.join('\n'));
    expect(settings).toMatchObject({
      store: { bucket: 'acme-secrets' },
      region: 'eu-west-1',
      timeoutMs: 30_000,
    });
  });

  test.each(ALTERNATIVES.map((b) => [EXAMPLE.slice(b.from, b.to).join(' '), b] as const))(
    '%s',
    async (_, block) => {
      const { origins } = await load(withAlternative(block));
      expect(origins[spelled(block.key)]?.source).toBe('file');
    },
  );

  test('shows every key, each below a comment', () => {
    const shown = [...ACTIVE, ...ALTERNATIVES];
    expect(new Set(shown.map((b) => b.key))).toEqual(new Set([...KEYS, ...Object.keys(SPELLINGS), 'stores']));
    for (const key of new Set(shown.map((b) => b.key))) {
      const first = Math.min(...shown.filter((b) => b.key === key).map((b) => b.from));
      const above = EXAMPLE.slice(0, first).findLast((line) => !/^(#?\w+:)/u.test(line));
      expect(above).toMatch(/^# |^ {2}/u);
    }
    expect(ALTERNATIVES.length).toBeGreaterThan(15);
  });
});

test('the configuration page names every key and its variable', () => {
  const page = readFileSync(join(repoRoot(), 'docs/configuration.md'), 'utf8');
  for (const key of [...KEYS, ...Object.keys(SPELLINGS)]) {
    expect(page).toMatch(new RegExp(`^\\| \`${key}\` +\\| \`${variableOf(key)}\``, 'mu'));
  }
});
