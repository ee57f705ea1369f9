import { isatty } from 'node:tty';
import type { VersionInfo } from '../../index.js';
import { printable, quote } from '../../record.js';
import type { Command, CommandArguments } from '../command.js';
import { ago, json, table, writeOut } from '../output.js';
import type { Session } from '../session.js';

export const command: Command = {
  usage: 'history NAME',
  about: `Lists the versions of a secret, newest first: when each was made, by whom, and the
comment. Opens none of them, so what it shows is the store's word.`,
  options: [{ name: 'json', about: 'an array of {version, created, by, comment}', group: 'Output:' }],
  examples: [
    ['lazy history db_credentials', 'its versions'],
    ['lazy get -v 3 db_credentials', 'one of them'],
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
  const now = new Date();
  const when = (date: Date | undefined): string => {
    if (date === undefined) return '';
    return isatty(1) ? ago(date, now) : date.toISOString();
  };
  const rows = versions.map(({ version, created, by, comment, state }) =>
    [version, when(created), by ?? '', state === 'value' ? (comment ?? '') : state].map(printable),
  );
  await writeOut(isatty(1) ? table(rows) : rows.map((row) => `${row.join('\t')}\n`).join(''));
}

function plain({ version, created, by, comment, state }: VersionInfo): Record<string, unknown> {
  const all = { version, created: created ?? null, by: by ?? null, comment: comment ?? null };
  return state === 'value' ? all : { ...all, state };
}
