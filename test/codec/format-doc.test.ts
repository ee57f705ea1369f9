import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { repoRoot } from '../emulators/root.js';
import { nativeVectors, readJson } from './vector-files.js';

const doc = readFileSync(join(repoRoot(), 'docs', 'format.md'), 'utf8');
const DEFINITION = /^- \*\*\[(F-\d+)\]\*\*/gmu;
const defined = [...doc.matchAll(DEFINITION)].map(([, id]) => id ?? '');

/** What each test and vector cites, by file. */
function citations(): Map<string, readonly string[]> {
  const tests = join(repoRoot(), 'test');
  const cited = new Map<string, readonly string[]>();
  for (const file of readdirSync(tests, { recursive: true, encoding: 'utf8' })) {
    // This file names requirements only as examples.
    if (!file.endsWith('.ts') || file.endsWith('format-doc.test.ts')) continue;
    const ids = [...readFileSync(join(tests, file), 'utf8').matchAll(/\[(F-\d+)\]/gu)].map(
      ([, id]) => id ?? '',
    );
    if (ids.length > 0) cited.set(file, ids);
  }
  for (const { file, must } of nativeVectors()) cited.set(`vectors/native/${file}.json`, must);
  cited.set('vectors/local-names.json', readJson<{ must: string[] }>('local-names.json').must);
  return cited;
}

describe('docs/format.md', () => {
  test('numbers each requirement once, in ascending order', () => {
    expect(defined.length).toBeGreaterThan(40);
    const numbers = defined.map((id) => Number(id.slice('F-'.length)));
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  });

  test('says MUST in numbered requirements alone, and refers to such as exist', () => {
    const paragraphs = doc.split(/\n\n|\n(?=- )/u);
    const outside = paragraphs.filter((p) => /\bMUST\b/u.test(p) && !p.startsWith('- **[F-'));
    // The one that says what the word means.
    expect(outside.map((p) => p.slice(0, 20))).toEqual(['**MUST** is meant as']);
    for (const [id] of doc.matchAll(/\bF-\d+/gu)) expect(defined).toContain(id);
  });

  test('has no requirement that no test cites', () => {
    const cited = new Set([...citations().values()].flat());
    expect(defined.filter((id) => !cited.has(id))).toEqual([]);
  });

  test('has every requirement that a test cites', () => {
    const unknown = [...citations()].flatMap(([file, ids]) =>
      ids.filter((id) => !defined.includes(id)).map((id) => `${file}: ${id}`),
    );
    expect(unknown).toEqual([]);
  });

  // Each vector is about something, and a failing one is named after its one reason.
  test('is what every vector is about', () => {
    for (const { file, must, expect: outcome } of nativeVectors()) {
      expect([file, must.length > 0]).toEqual([file, true]);
      expect([file, file.split('-')[0]]).toEqual([
        file,
        outcome === 'open' ? 'open' : file.startsWith('stub-') ? 'stub' : 'fail',
      ]);
    }
  });
});
