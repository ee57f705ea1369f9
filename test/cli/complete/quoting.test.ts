/** What bash makes of a completed word is the name, however its beginning was typed. */
import { expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { bashReply } from '../../../src/cli/complete/quoting.js';
import { readTypedLine, readTypedWord } from '../../../src/cli/complete/typed.js';
import { run } from '../../support/run.js';
import { tempDir } from '../../support/temp-dir.js';

const BREAKS = ' \t\n"\'@><=;|&(:';

const STYLES = {
  bare: (text: string) => [...text].map((c) => `\\${c}`).join(''),
  single: (text: string) => `'${text.replaceAll("'", "'\\''")}`,
  double: (text: string) => `"${text.replace(/["$\\`]/gu, '\\$&')}`,
};

/** The line after readline has put the reply in the place of what it cut off, and closed the quote. */
function completed(raw: string, name: string): string | undefined {
  const typed = readTypedWord(raw);
  const reply = bashReply(name, typed, BREAKS);
  if (reply === undefined) return undefined;
  if (typed.open !== undefined) return raw.slice(0, typed.open.at + 1) + reply + typed.open.quote;
  const cut = /(?:\\.|[^\\@><=;|&(:])*$/su.exec(raw)?.index ?? 0;
  return raw.slice(0, cut) + reply;
}

const character = fc.constantFrom(...`ab/$()\`'"\\;&|<>*?[]{}~#!:=@ ,üあ`);
const text = fc.array(character, { maxLength: 8 }).map((cs) => cs.join(''));

test('a completed word is the name to bash, and runs nothing', async () => {
  const words: { word: string; name: string }[] = [];
  const kinds = Object.values(STYLES);
  for (const [begun, rest] of fc.sample(fc.tuple(text, text), { numRuns: 600, seed: 7 })) {
    for (const style of kinds) {
      const name = begun + rest;
      const word = completed(style(begun), name);
      if (name !== '' && word !== undefined) words.push({ word, name });
    }
  }
  // In single quotes with one inside, or between double quotes with a "!", a word is left alone.
  expect(words.length).toBeGreaterThan(1_200);
  const script = join(tempDir(), 'words.sh');
  writeFileSync(script, words.map(({ word }) => `printf '%s\\0' ${word}\n`).join(''));
  const { code, stdout, stderr } = await run(['bash', script], { env: { LC_ALL: 'C.UTF-8' } });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.split('\0').slice(0, -1)).toEqual(words.map(({ name }) => name));
});

test.each([
  ['lazy get a', ['lazy', 'get'], 'a'],
  ['lazy get ', ['lazy', 'get'], ''],
  ["lazy  get 'a b' \"c d", ['lazy', 'get', 'a b'], 'c d'],
  ['lazy get a\\ b\\', ['lazy', 'get'], 'a b'],
  ['lazy get x >out a', ['lazy', 'get', 'x'], 'a'],
  ['lazy put "a\\b\\"', ['lazy', 'put'], 'a\\b"'],
])('%j is read as a shell reads it', (line, before, value) => {
  const typed = readTypedLine(line);
  expect({ before: typed.before, value: typed.current.value }).toEqual({ before, value });
  expect(typed.isRedirection).toBe(false);
});

test.each(['$x', '`x', '"$(x', 'a$b'])('what %j stands for is not known without running it', (raw) => {
  expect(bashReply(`${raw}yz`, readTypedWord(raw), BREAKS)).toBeUndefined();
});

test('what the shell opens as a file is no word of the command', () => {
  expect(readTypedLine('lazy get x > o').isRedirection).toBe(true);
});
