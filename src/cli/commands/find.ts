import type { CommandArguments } from '../arguments/options.js';
import type { Command } from '../command.js';
import { usage } from '../arguments/parse.js';
import { LISTING_OPTIONS, listNames } from '../steps/list-names.js';
import type { Session } from '../session.js';
import { quote } from '../../text/printable.js';
export const command: Command = {
  usage: 'find TEXT',
  about: `Lists the names that contain TEXT, in capitals or not. Looks at names only: values are not
opened.`,
  options: LISTING_OPTIONS,
  examples: [['lazy find db', 'prod/db_user, staging/DB …']],
  operands: [1, 1],
  run: find,
};

async function find(args: CommandArguments, session: Session): Promise<void> {
  const [text = ''] = args.operands;
  if (text === '') throw usage('find needs a text', 'lazy list lists all names');
  const wanted = text.toLowerCase();
  const only = (name: string): boolean => name.toLowerCase().includes(wanted);
  await listNames({ only, none: `no name contains ${quote(text)}` }, args, session);
}
