import { expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from '../emulators/root.js';
import { newUser, type User } from '../support/lazy.js';
import { runOnTerminal } from '../support/terminal.js';

const DOC = readFileSync(join(repoRoot(), 'docs/commands.md'), 'utf8');

/** The commands of the `console` blocks, with what each is said to show. */
function examples(text: string): { command: string; shown: string }[] {
  return [...text.matchAll(/^```console\n(.*?)^```$/gmsu)].flatMap(([, block = '']) =>
    block
      .split(/^\$ /mu)
      .slice(1)
      .map((part) => {
        const end = part.indexOf('\n');
        return { command: part.slice(0, end), shown: part.slice(end + 1) };
      }),
  );
}

/** As the reader has it: ana, at a time of no importance, and columns as wide as they happen to be. */
function asAna(text: string, { home }: User): string {
  return text
    .replaceAll(`${home}/work`, '/home/ana')
    .replaceAll(home, '/home/ana')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/gu, '2026-01-02T03:04:05.678Z')
    .replace(/ {2,}/gu, '  ');
}

test('every example of docs/commands.md shows what it says', async () => {
  const user = newUser();
  writeFileSync(join(user.work, '.lazycredrc'), 'store: ./secrets\n');
  const env = {
    ...user.env,
    LAZYCRED_STORE: undefined,
    AWS_REGION: undefined,
    LAZYCRED_BY: 'ana@laptop',
    NO_COLOR: '1',
  };
  let cwd = user.work;
  expect(examples(DOC).length).toBeGreaterThan(20);
  for (const { command, shown } of examples(DOC)) {
    const { screen } = await runOnTerminal({ argv: ['sh', '-c', command], env, cwd });
    expect(`$ ${command}\n${asAna(screen, user)}`).toBe(`$ ${command}\n${asAna(shown, user)}`);
    const folder = /\bcd (\S+)$/u.exec(command)?.[1];
    if (folder !== undefined) cwd = join(cwd, folder);
  }
}, 180_000);
