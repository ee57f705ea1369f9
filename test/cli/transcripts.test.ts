import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from '../emulators/root.js';
import { newUser, type User } from '../support/lazy.js';
import { run } from '../support/run.js';

const FOLDER = join(repoRoot(), 'test/transcripts');

/**
 * Runs a transcript, and writes it anew with what happened.
 *
 * `  $ COMMAND` is run by a shell; below it, indented, stand its standard output (`\` where it ends
 * without a line break), its standard error after a line `stderr:`, and `[exit N]` unless that is 0.
 * What is not indented is prose.
 */
async function played(text: string, user: User): Promise<string> {
  const lines: string[] = [];
  let inOutput = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('  $ ')) {
      lines.push(line, ...(await outcome(line.slice(4), user)));
      inOutput = true;
    } else if (line === '' && inOutput) {
      // Within the output it is written anew; at its end it stays.
      if (lines.at(-1) !== '') lines.push('');
    } else if (!line.startsWith('  ')) {
      lines.push(line);
      inOutput = false;
    }
  }
  return lines.join('\n');
}

async function outcome(command: string, { env, work, home }: User): Promise<string[]> {
  const { code, stdout, stderr } = await run(['sh', '-c', command], { env, cwd: work });
  const plain = (text: string): string =>
    text
      .replaceAll(work, '{WORK}')
      .replaceAll(home, '{HOME}')
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/gu, '{TIME}');
  return [
    ...shown(plain(stdout)),
    ...(stderr === '' ? [] : ['  stderr:', ...shown(plain(stderr))]),
    ...(code === 0 ? [] : [`  [exit ${code}]`]),
  ];
}

function shown(text: string): string[] {
  if (text === '') return [];
  const whole = text.endsWith('\n') ? text.slice(0, -1) : `${text}\\`;
  return whole.split('\n').map((line) => (line === '' ? '' : `  ${line}`));
}

test.each(readdirSync(FOLDER))('%s', async (file) => {
  const text = readFileSync(join(FOLDER, file), 'utf8');
  const asText = /^[^\n]*errors as text/iu.test(text);
  expect(await played(text, newUser(asText ? ['--log-format', 'text'] : []))).toBe(text);
});
