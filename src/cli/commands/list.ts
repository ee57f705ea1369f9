import { isatty } from 'node:tty';
import { printable } from '../../record.js';
import type { Command, CommandArguments } from '../command.js';
import { ago, json, table, writeOut } from '../output.js';
import type { Session } from '../session.js';

export const command: Command = {
  usage: 'list [PREFIX]',
  about: `Lists the names of the secrets, or of those that begin with PREFIX, in order: one a
line, on a terminal with when each was last written. Opens none of them.`,
  options: [{ name: 'json', about: 'an array of {name, modified}', group: 'Output:' }],
  examples: [
    ['lazy list', 'all of them'],
    ['lazy list prod/', 'those that begin with prod/'],
    ["lazy list --json | jq -r '.[].name'", 'for programs'],
  ],
  operands: [0, 1],
  run: list,
};

async function list(args: CommandArguments, session: Session): Promise<void> {
  const store = await session.open('nothing');
  session.doing = 'list';
  const [prefix] = args.operands;
  const found = [];
  for await (const secret of store.list({
    signal: session.signal,
    match: prefix,
  })) {
    found.push(secret);
  }
  // All or nothing: half a list that looks whole would be worse than none.
  found.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  if (args.has('json')) {
    return writeOut(json(found.map(({ name, modified }) => ({ name, modified: modified ?? null }))));
  }
  if (!isatty(1)) return writeOut(found.map(({ name }) => `${oneLine(name)}\n`).join(''));
  if (found.length === 0) session.talk(`no secrets in ${store.location}`);
  const now = new Date();
  const rows = found.map(({ name, modified }) => [
    printable(name),
    modified === undefined ? '' : ago(modified, now),
  ]);
  await writeOut(table(rows));
}

// The ancestors' names may hold line breaks, which would pass for further names.
function oneLine(name: string): string {
  return name.replace(/[\u0000-\u001f\u007f-\u009f]/gu, printable);
}
