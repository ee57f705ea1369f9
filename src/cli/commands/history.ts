import { isatty } from 'node:tty';
import type { VersionInfo } from '../../index.js';
import { quote } from '../../text/printable.js';
import type { CommandArguments } from '../arguments/options.js';
import type { Command } from '../command.js';
import { ago, json, writeOut } from '../io/streams.js';
import type { Session } from '../session.js';
import { table, tabbed } from '../io/table.js';

export const command: Command = {
  usage: 'history NAME',
  about: `Lists the versions of a secret, newest first: when each was made, by whom, the comment, and
whether it has a value or says that the secret was deleted. What was destroyed or pruned
is left out. Opens none of them, so what it shows is the store's word.`,
  options: [{ name: 'json', about: 'an array of {version, created, by, comment, state}', group: 'Output:' }],
  examples: [
    ['lazy history db_credentials', 'its versions'],
    ['lazy get -v 3 db_credentials', 'one of them'],
    ['lazy rollback db_credentials 3', 'its value again'],
  ],
  operands: [1, 1],
  run: history,
};

async function history(args: CommandArguments, session: Session): Promise<void> {
  const [name = ''] = args.operands;
  const store = await session.open('nothing');
  session.doing = `show the history of ${quote(name)}`;
  const versions = await store.history(name, { signal: session.signal });
  if (args.has('json')) return writeOut(json(versions.map(plain)));
  const row = (v: VersionInfo, when: (date: Date) => string, state: string): string[] => [
    v.version,
    v.created === undefined ? '' : when(v.created),
    v.by ?? '',
    v.comment ?? '',
    state,
  ];
  if (!isatty(1)) return writeOut(tabbed(versions.map((v) => row(v, (date) => date.toISOString(), v.state))));
  const now = new Date();
  const rows = versions.map((v) => row(v, (date) => ago(date, now), v.state === 'value' ? '' : v.state));
  await writeOut(table(rows, ['VERSION', 'MADE', 'BY', 'COMMENT', '']));
}

function plain({ version, created, by, comment, state }: VersionInfo): Record<string, unknown> {
  return { version, created: created ?? null, by: by ?? null, comment: comment ?? null, state };
}
